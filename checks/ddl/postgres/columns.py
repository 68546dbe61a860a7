"""Column definitions and constraints, as they stand in CREATE TABLE and ALTER TABLE … ADD."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from checks.ddl.cursor import Cursor, NotUnderstoodError
from checks.ddl.lexer import Kind
from checks.ddl.postgres.draft import Draft, TableDraft
from checks.ddl.postgres.types import SERIAL, read_type
from checks.facts import Column, Constraint, ConstraintKind, Sequence, TableName

_CLAUSE_WORDS = frozenset(
    {
        "constraint",
        "not",
        "null",
        "default",
        "collate",
        "primary",
        "unique",
        "references",
        "check",
        "generated",
        "storage",
        "compression",
        "deferrable",
        "initially",
        "enforced",
    }
)
_CONSTRAINT_WORDS = ("constraint", "primary", "unique", "foreign", "check", "exclude")


@dataclass
class ReadColumn:
    """One column definition: the column, its inline constraints, and the sequence it brings along."""

    column: Column
    constraints: list[Constraint] = field(default_factory=list)
    sequence: Sequence | None = None


def at_constraint(cursor: Cursor) -> bool:
    """Whether a table constraint, rather than a column, comes next: its first word is reserved, so no column has it."""
    return any(cursor.at_words(word) for word in _CONSTRAINT_WORDS)


def read_column(cursor: Cursor, table: TableName, schema: str) -> ReadColumn:
    """Read `name type clause…` up to the comma or bracket that ends it."""
    name = cursor.name()
    typed = read_type(cursor)
    column = Column(name=name, type=SERIAL.get(typed, typed))
    read = ReadColumn(column)
    if typed in SERIAL:
        read.sequence = owned_sequence(table, name, increment=1)
        default = f"nextval('{read.sequence.name}'::regclass)"
        read.column = dataclasses.replace(column, nullable=False, default=default)
    label = ""
    while not cursor.done and not cursor.at_mark(",") and not cursor.at_mark(")"):
        label = _read_clause(cursor, read, table, schema, label)
    return read


def owned_sequence(table: TableName, column: str, *, increment: int, identity: bool = False) -> Sequence:
    """The sequence the server makes for a serial or identity column."""
    name = TableName(table.schema, f"{table.name}_{column}_seq")
    return Sequence(name=name, owned_by=f"{table}.{column}", identity=identity, increment=increment)


def _read_clause(cursor: Cursor, read: ReadColumn, table: TableName, schema: str, label: str) -> str:
    """Read one clause; returns the name that a CONSTRAINT clause gives to the one after it."""
    column = read.column
    if cursor.accept("constraint"):
        return cursor.name()
    if cursor.accept("not", "null"):
        read.column = dataclasses.replace(column, nullable=False)
    elif cursor.accept("null"):
        pass
    elif cursor.accept("default"):
        place = cursor.mark_place()
        cursor.skip_one()
        cursor.source_until(_CLAUSE_WORDS, (",", ")"))
        read.column = dataclasses.replace(column, default=cursor.source_since(place))
    elif cursor.accept("collate"):
        read.column = dataclasses.replace(column, collation=".".join(cursor.dotted()))
    elif cursor.accept("primary", "key"):
        read.constraints.append(_key(cursor, label, ConstraintKind.PRIMARY_KEY, (column.name,)))
        read.column = dataclasses.replace(column, nullable=False)
    elif cursor.accept("unique"):
        read.constraints.append(_key(cursor, label, ConstraintKind.UNIQUE, (column.name,)))
    elif cursor.accept("references"):
        read.constraints.append(_reference(cursor, label, (column.name,), schema))
    elif cursor.accept("check"):
        read.constraints.append(_check(cursor, label, (column.name,)))
    elif cursor.accept("generated"):
        _read_generated(cursor, read, table)
    elif cursor.accept("storage") or cursor.accept("compression"):
        cursor.skip_one()
    elif not _accept_timing(cursor, read.constraints):
        raise NotUnderstoodError(f"column {column.name}: {cursor.next().value!r} is not a known clause")
    return ""


def _read_generated(cursor: Cursor, read: ReadColumn, table: TableName) -> None:
    kind = "by default" if cursor.accept("by", "default") else "always"
    cursor.accept("always")
    cursor.expect("as")
    if cursor.accept("identity"):
        options = cursor.group_text() if cursor.at_mark("(") else ""
        read.column = dataclasses.replace(read.column, identity=kind, nullable=False)
        read.sequence = identity_sequence(cursor, options, table, read.column.name)
        return
    read.column = dataclasses.replace(read.column, generated=cursor.group_text())
    cursor.accept_any("stored", "virtual")


def identity_sequence(cursor: Cursor, options: str, table: TableName, column: str) -> Sequence:
    """The sequence of an identity column with the options in its parentheses."""
    sequence = owned_sequence(table, column, increment=1, identity=True)
    return read_sequence_options(Cursor(options, cursor.location), sequence, table.schema)


def read_sequence_options(cursor: Cursor, sequence: Sequence, schema: str) -> Sequence:
    """Apply the options of CREATE SEQUENCE, ALTER SEQUENCE or an identity column."""
    while not cursor.done:
        if cursor.accept("sequence", "name"):
            sequence = dataclasses.replace(sequence, name=cursor.qualified(schema))
        elif cursor.accept("increment"):
            cursor.accept("by")
            sequence = dataclasses.replace(sequence, increment=_integer(cursor))
        elif cursor.accept("maxvalue"):
            sequence = dataclasses.replace(sequence, maximum=_integer(cursor))
        elif cursor.accept("owned", "by"):
            parts = cursor.dotted()
            owner = None if parts == ("none",) else ".".join(parts if len(parts) > 2 else (schema, *parts))
            sequence = dataclasses.replace(sequence, owned_by=owner)
        elif cursor.accept("no", "cycle"):
            sequence = dataclasses.replace(sequence, cycle=False)
        elif cursor.accept("cycle"):
            sequence = dataclasses.replace(sequence, cycle=True)
        elif cursor.accept("as"):
            sequence = dataclasses.replace(sequence, maximum=_MAXIMA.get(read_type(cursor), sequence.maximum))
        elif cursor.accept("no", "minvalue") or cursor.accept("no", "maxvalue"):
            continue
        elif cursor.accept_any("start", "restart", "minvalue", "cache", "with"):
            cursor.accept_any("with", "by")
            if cursor.at_mark("-") or cursor.at_number():
                _integer(cursor)
        elif not cursor.accept_any("logged", "unlogged", "set"):
            raise NotUnderstoodError(f"{cursor.next().value!r} is not a known option of a sequence")
    return sequence


_MAXIMA = {"smallint": 32767, "integer": 2147483647, "bigint": 9223372036854775807}


def _integer(cursor: Cursor) -> int:
    sign = -1 if cursor.accept_mark("-") else 1
    return sign * int(cursor.next().value)


def read_constraint(cursor: Cursor, schema: str) -> Constraint | str:
    """Read a table constraint. A `NOT NULL column` constraint (PostgreSQL 18) is returned as that column's name."""
    place = cursor.mark_place()
    label = cursor.name() if cursor.accept("constraint") else ""
    found: list[Constraint] = []
    if cursor.accept("not", "null"):
        name = cursor.name()
        cursor.accept("no", "inherit")
        return name
    if cursor.accept("primary", "key"):
        found.append(_key(cursor, label, ConstraintKind.PRIMARY_KEY, ()))
    elif cursor.accept("unique"):
        found.append(_key(cursor, label, ConstraintKind.UNIQUE, ()))
    elif cursor.accept("foreign", "key"):
        columns = cursor.names_in_parentheses()
        cursor.expect("references")
        found.append(_reference(cursor, label, columns, schema))
    elif cursor.accept("check"):
        found.append(_check(cursor, label, ()))
    elif cursor.accept("exclude"):
        if cursor.accept("using"):
            cursor.name()
        found.append(Constraint(name=label, kind=ConstraintKind.EXCLUDE, columns=key_elements(cursor)))
        cursor.source_until(frozenset({"deferrable", "initially", "not"}), (",", ")"))
    else:
        raise NotUnderstoodError(f"{cursor.next().value!r} is not a known constraint")
    while _accept_timing(cursor, found):
        continue
    return dataclasses.replace(found[0], definition=cursor.source_since(place))


def _key(cursor: Cursor, label: str, kind: ConstraintKind, columns: tuple[str, ...]) -> Constraint:
    place = cursor.mark_place()
    cursor.accept("nulls", "not", "distinct")
    cursor.accept("nulls", "distinct")
    columns = columns or cursor.names_in_parentheses()
    if cursor.accept("include"):
        cursor.skip_one()
    if cursor.accept("with"):
        cursor.skip_one()
    if cursor.accept("using", "index", "tablespace"):
        cursor.name()
    text = f"{kind.value.upper()} {cursor.source_since(place)}".strip()
    return Constraint(name=label, kind=kind, columns=columns, definition=text)


def key_elements(cursor: Cursor) -> tuple[str, ...]:
    """The columns of an index or exclusion constraint, in parentheses; an expression gives an empty name."""
    cursor.expect_mark("(")
    found: list[str] = []
    while True:
        token = cursor.next()
        following = cursor.peek()
        plain = token.kind in (Kind.WORD, Kind.QUOTED) and not (following and following.value in ("(", ".", "::"))
        found.append(token.value if plain else "")
        if token.value == "(" and token.kind is Kind.MARK:
            while not cursor.accept_mark(")"):
                cursor.skip_one()
        cursor.skip_until_mark(",", ")")
        if not cursor.accept_mark(","):
            cursor.expect_mark(")")
            return tuple(found)


def _reference(cursor: Cursor, label: str, columns: tuple[str, ...], schema: str) -> Constraint:
    place = cursor.mark_place()
    target = cursor.qualified(schema)
    if cursor.at_mark("("):
        cursor.skip_one()
    while True:
        if cursor.accept("match"):
            cursor.name()
        elif cursor.accept("on", "delete") or cursor.accept("on", "update"):
            if not (cursor.accept("no", "action") or cursor.accept_any("cascade", "restrict")):
                cursor.expect("set")
                cursor.name()
                if cursor.at_mark("("):
                    cursor.skip_one()
        else:
            break
    text = f"REFERENCES {cursor.source_since(place)}"
    return Constraint(name=label, kind=ConstraintKind.FOREIGN_KEY, columns=columns, references=target, definition=text)


def _check(cursor: Cursor, label: str, columns: tuple[str, ...]) -> Constraint:
    text = cursor.group_text()
    cursor.accept("no", "inherit")
    return Constraint(name=label, kind=ConstraintKind.CHECK, columns=columns, definition=f"CHECK ({text})")


def _accept_timing(cursor: Cursor, constraints: list[Constraint]) -> bool:
    """Pass over one of DEFERRABLE, INITIALLY …, NOT VALID, ENFORCED, which belong to the constraint before them."""
    changes: dict[str, bool] = {}
    if cursor.accept("not", "deferrable") or cursor.accept("initially", "immediate"):
        pass
    elif cursor.accept("deferrable") or cursor.accept("initially", "deferred"):
        changes = {"deferrable": True}
    elif cursor.accept("not", "valid") or cursor.accept("not", "enforced"):
        changes = {"validated": False}
    elif not (cursor.accept("enforced") or cursor.accept("no", "inherit")):
        return False
    if constraints and changes:
        constraints[-1] = dataclasses.replace(
            constraints[-1],
            deferrable=changes.get("deferrable", constraints[-1].deferrable),
            validated=changes.get("validated", constraints[-1].validated),
        )
    return True


def add_column(draft: Draft, table: TableDraft, read: ReadColumn, *, cascades: bool = True) -> None:
    """Put a column that was read, its constraints and its sequence, into the draft."""
    table.columns[read.column.name] = read.column
    for constraint in read.constraints:
        draft.add_constraint(table, constraint, cascades=cascades)
    if read.sequence:
        draft.sequences[read.sequence.name] = dataclasses.replace(
            read.sequence, location=read.sequence.location or table.location
        )
