"""Column definitions, as they stand in CREATE TABLE and in ALTER TABLE … ADD, MODIFY and CHANGE."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.mysql.charsets import charset_of
from checks.ddl.mysql.cursor import MySqlCursor
from checks.ddl.mysql.draft import Draft, TableDraft, resolved
from checks.ddl.mysql.keys import ReadForeignKey, ReadKey, TableKey, read_check, read_reference
from checks.ddl.mysql.types import ReadType, read_type
from checks.ddl.mysql.values import accept_now, read_default
from checks.facts import Column, Constraint, ConstraintKind
from checks.mysql_names import quoted
from checks.mysql_spelling import spelled_expression

_EXPLICIT_TIMESTAMPS = {"mysql": (8,), "mariadb": (10, 10)}
"""Versions since which explicit_defaults_for_timestamp is on by default."""


@dataclass
class ReadColumn:
    """One column definition."""

    column: Column
    type: ReadType
    keys: list[TableKey] = field(default_factory=list)
    """Keys and constraints that stand in it."""
    written: set[str] = field(default_factory=set)
    """Which of `null`, `default` and `on update` are written."""


def read_column(cursor: MySqlCursor, draft: Draft, table: TableDraft) -> ReadColumn:
    """Read `name type attribute…` up to the comma, bracket or place (FIRST, AFTER) that ends it."""
    name = cursor.name()
    typed = read_type(cursor)
    read = ReadColumn(Column(name=name, type=""), typed)
    if typed.serial:
        read.column = dataclasses.replace(read.column, nullable=False, auto_increment=True)
        read.keys.append(ReadKey(unique=True, columns=(name,)))
    if typed.json:
        check = f"json_valid({quoted(name)})"
        read.keys.append(Constraint(name=name, kind=ConstraintKind.CHECK, columns=(name,), definition=check))
    label = ""
    while not cursor.done and not any(cursor.at_mark(mark) for mark in (",", ")")):
        if cursor.at_words("first") or cursor.at_words("after"):
            break
        label = _read_attribute(cursor, draft, read, label)
    charset, collation = _text_of(draft, table, typed)
    if charset == "binary" and typed.textual:
        typed.become_bytes()
        charset = collation = None
    typed.charset = charset
    read.column = dataclasses.replace(
        read.column, type=typed.spelled(), charset=charset, collation=collation, compressed=typed.compressed
    )
    _apply_timestamp_default(draft, table, read)
    return read


def _text_of(draft: Draft, table: TableDraft, typed: ReadType) -> tuple[str | None, str | None]:
    """Charset and collation of a text column, its table's where it names none."""
    if not typed.textual:
        return None, None
    inherited = draft.collation_of(table)
    default = table.charset or (charset_of(inherited) if inherited else None)
    fits_several = typed.charset is None and (typed.collation or "").startswith("uca1400")
    charset, collation = resolved(default if fits_several else typed.charset, typed.collation, draft.mode)
    if charset is None:
        charset, collation = default, inherited
    if typed.binary and charset:
        collation = f"{charset}_bin"
    return charset, collation


def _read_attribute(cursor: MySqlCursor, draft: Draft, read: ReadColumn, label: str) -> str:
    """Read one attribute; returns the name that a CONSTRAINT gives to the check after it."""
    column = read.column
    if cursor.accept("constraint"):
        return "" if cursor.at_words("check") else cursor.name()
    if cursor.accept("not", "null"):
        read.column = dataclasses.replace(column, nullable=False)
    elif cursor.accept("null"):
        read.written.add("null")
    elif cursor.accept("default"):
        read.column = dataclasses.replace(column, default=read_default(cursor, read.type))
        read.written.add("default")
    elif cursor.accept("on", "update"):
        read.column = dataclasses.replace(column, on_update=accept_now(cursor))
        read.written.add("on update")
        if read.column.on_update is None:
            raise NotUnderstoodError(f"column {column.name}: ON UPDATE takes the current time")
    elif cursor.accept("auto_increment"):
        read.column = dataclasses.replace(column, auto_increment=True, nullable=False)
    elif cursor.accept("serial", "default", "value"):
        read.column = dataclasses.replace(column, auto_increment=True, nullable=False)
        read.keys.append(ReadKey(unique=True, columns=(column.name,)))
    elif cursor.accept("unique"):
        cursor.accept("key")
        read.keys.append(ReadKey(unique=True, columns=(column.name,)))
    elif cursor.accept("primary", "key") or cursor.accept("key") or cursor.accept("primary"):
        read.keys.append(ReadKey("PRIMARY", primary=True, columns=(column.name,)))
        read.column = dataclasses.replace(column, nullable=False)
    elif cursor.accept("comment"):
        cursor.string()
    elif cursor.accept("collate"):
        read.type.collation = cursor.word_or_string().lower()
    elif cursor.accept("generated", "always", "as") or cursor.accept("as"):
        _read_generated(cursor, read)
    elif cursor.accept("invisible"):
        read.column = dataclasses.replace(column, invisible=True)
    elif cursor.accept_any("srid", "ref_system_id"):
        cursor.accept_mark("=")
        srid = cursor.integer()
        read.column = column if draft.mode.mariadb else dataclasses.replace(column, srid=srid)
    elif cursor.accept("check"):
        check = read_check(cursor, label or (column.name if draft.mode.mariadb else ""))
        carried = draft.mode.mariadb and check.name == column.name
        read.keys.append(dataclasses.replace(check, columns=(column.name,)) if carried else check)
    elif cursor.accept("references"):
        key = read_reference(cursor, label, (column.name,), draft.schema)
        if draft.mode.version is not None and draft.mode.since(*((10, 5) if draft.mode.mariadb else (9,))):
            read.keys.append(ReadForeignKey(key))
    elif not _passes_over(cursor):
        raise NotUnderstoodError(f"column {column.name}: {cursor.next().value!r} is not a known attribute")
    return ""


def _passes_over(cursor: MySqlCursor) -> bool:
    """Pass over an attribute that is no fact of the catalogue."""
    if cursor.accept_any("visible", "virtual", "stored", "persistent"):
        return True
    if cursor.accept("with", "system", "versioning") or cursor.accept("without", "system", "versioning"):
        return True
    if cursor.accept_any("column_format", "storage", "engine_attribute", "secondary_engine_attribute"):
        cursor.accept_mark("=")
        cursor.next()
        return True
    return cursor.accept("not", "secondary")


def _read_generated(cursor: MySqlCursor, read: ReadColumn) -> None:
    if cursor.accept("row"):
        edge = "END" if cursor.accept("end") else "START"
        cursor.accept("start")
        read.column = dataclasses.replace(read.column, generated=f"ROW {edge}", nullable=False)
        return
    expression = spelled_expression(cursor.group_text())
    stored = cursor.accept_any("virtual", "stored", "persistent") in ("stored", "persistent")
    read.column = dataclasses.replace(read.column, generated=expression, stored=stored)


def _apply_timestamp_default(draft: Draft, table: TableDraft, read: ReadColumn) -> None:
    """Give a bare TIMESTAMP what old servers give it (explicit_defaults_for_timestamp off): NOT NULL, and to the first
    of a table the current time.
    """
    explicit = draft.timestamps_explicit
    if explicit is None:
        explicit = draft.mode.since(*_EXPLICIT_TIMESTAMPS[draft.mode.engine.value])
    column, fraction = read.column, read.type.modifier
    if explicit or read.type.base != "timestamp" or column.generated or "null" in read.written:
        return
    if column.default is None:
        first = not read.written and not any(other.type.startswith("timestamp") for other in table.columns)
        now = f"current_timestamp{fraction}"
        zero = "0000-00-00 00:00:00" + (f".{'0' * int(fraction.strip('()'))}" if fraction else "")
        column = dataclasses.replace(
            column, default=now if first else f"'{zero}'", on_update=now if first else column.on_update
        )
    read.column = dataclasses.replace(column, nullable=False)
