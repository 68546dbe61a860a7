"""Indexes and constraints, as they stand in CREATE TABLE, ALTER TABLE … ADD and CREATE INDEX."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.lexer import Kind
from checks.ddl.mysql.cursor import MySqlCursor
from checks.facts import Constraint, ConstraintKind, TableName
from checks.mysql_spelling import spelled_expression

_ACTIONS = {"cascade": "cascade", "restrict": None}
_METHODS = {"btree": "btree", "hash": "hash", "rtree": "spatial"}
_OPTIONS_WITH_VALUE = (
    *("key_block_size", "engine_attribute", "secondary_engine_attribute", "clustering", "comment"),
    *("m", "distance"),
)


@dataclass
class ReadKey:
    """An index, or the index behind a unique or primary key."""

    name: str = ""
    unique: bool = False
    primary: bool = False
    method: str = ""
    """Empty where the storage engine chooses."""
    columns: tuple[str, ...] = ()
    prefixes: tuple[int | None, ...] = ()
    invisible: bool = False
    parser: str | None = None

    @property
    def constraint(self) -> Constraint:
        """The constraint that a unique or primary key is."""
        return Constraint(
            name=self.name,
            kind=ConstraintKind.PRIMARY_KEY if self.primary else ConstraintKind.UNIQUE,
            columns=self.columns,
            prefixes=self.prefixes,
        )


@dataclass
class ReadForeignKey:
    """A foreign key, and the name that it gives to the index under it."""

    constraint: Constraint
    index_name: str = ""


TableKey = ReadKey | ReadForeignKey | Constraint
"""What may stand among the columns of a table; a Constraint is a check."""


def at_key(cursor: MySqlCursor) -> bool:
    """Whether a key or constraint, rather than a column, comes next.

    `key`, `index`, `unique`, `primary`, `foreign`, `fulltext`, `spatial`, `check` and `constraint` are reserved;
    `vector` and `period` are not, and may name a column.
    """
    reserved = ("key", "index", "unique", "primary", "foreign", "fulltext", "spatial", "check", "constraint")
    if any(cursor.at_words(word) for word in reserved):
        return True
    return cursor.at_words("vector", "key") or cursor.at_words("vector", "index")


def read_table_key(cursor: MySqlCursor, schema: str) -> TableKey:
    """Read an index, a unique or primary key, a foreign key or a check of a table."""
    label = ""
    if cursor.accept("constraint"):
        cursor.accept("if", "not", "exists")
        if not any(cursor.at_words(word) for word in ("primary", "unique", "foreign", "check")):
            label = cursor.name()
    if cursor.accept("foreign", "key"):
        return _read_foreign_key(cursor, label, schema)
    if cursor.accept("check"):
        return read_check(cursor, label)
    key = ReadKey(name=label)
    if cursor.accept("primary"):
        key.primary = True
        cursor.expect("key")
    elif cursor.accept("unique"):
        key.unique = True
        cursor.accept_any("key", "index")
    elif kind := cursor.accept_any("fulltext", "spatial", "vector"):
        key.method = kind
        cursor.accept_any("key", "index")
    elif not cursor.accept_any("key", "index"):
        raise NotUnderstoodError(f"{cursor.next().value!r} is not a known key or constraint")
    cursor.accept("if", "not", "exists")
    if not cursor.at_mark("(") and not cursor.at_words("using") and not cursor.at_words("type"):
        key.name = cursor.name()
    read_parts_and_options(cursor, key)
    key.name = "PRIMARY" if key.primary else key.name
    return key


def read_parts_and_options(cursor: MySqlCursor, key: ReadKey) -> None:
    """Read `[USING method] (part, …) option…` into `key`."""
    _read_method(cursor, key)
    key.columns, key.prefixes = _read_parts(cursor)
    while _read_option(cursor, key):
        continue


def _read_method(cursor: MySqlCursor, key: ReadKey) -> bool:
    if not cursor.accept_any("using", "type"):
        return False
    key.method = _METHODS.get(cursor.keyword(), "btree")
    return True


def _read_parts(cursor: MySqlCursor) -> tuple[tuple[str, ...], tuple[int | None, ...]]:
    cursor.expect_mark("(")
    columns: list[str] = []
    prefixes: list[int | None] = []
    while True:
        if cursor.at_mark("("):
            columns.append(f"({spelled_expression(cursor.group_text())})")
            prefixes.append(None)
        else:
            columns.append(cursor.name())
            prefixes.append(cursor.length())
        cursor.accept_any("asc", "desc")
        cursor.accept("without", "overlaps")
        if not cursor.accept_mark(","):
            cursor.expect_mark(")")
            return tuple(columns), tuple(prefixes) if any(prefixes) else ()


def _read_option(cursor: MySqlCursor, key: ReadKey) -> bool:
    if _read_method(cursor, key) or cursor.accept_any("visible"):
        return True
    if cursor.accept("with", "parser"):
        key.parser = cursor.name()
    elif cursor.accept("not", "ignored"):
        key.invisible = False
    elif cursor.accept_any("invisible", "ignored"):
        key.invisible = True
    elif cursor.accept_any(*_OPTIONS_WITH_VALUE):
        cursor.accept_mark("=")
        cursor.next()
    elif (token := cursor.peek()) and token.kind is Kind.QUOTED:
        cursor.next()
        cursor.accept_mark("=")
        cursor.next()
    else:
        return False
    return True


def _read_foreign_key(cursor: MySqlCursor, label: str, schema: str) -> ReadForeignKey:
    cursor.accept("if", "not", "exists")
    index_name = "" if cursor.at_mark("(") else cursor.name()
    columns, _ = _read_parts(cursor)
    cursor.expect("references")
    return ReadForeignKey(read_reference(cursor, label, columns, schema), index_name)


def read_reference(cursor: MySqlCursor, label: str, columns: tuple[str, ...], schema: str) -> Constraint:
    """Read what follows REFERENCES. RESTRICT and NO ACTION are one to InnoDB, and no action to the facts."""
    target = cursor.qualified(schema)
    targets = _read_parts(cursor)[0] if cursor.at_mark("(") else ()
    actions: dict[str, str | None] = {}
    while True:
        if cursor.accept("match"):
            cursor.keyword()
        elif cursor.accept("on") and (event := cursor.accept_any("delete", "update")):
            actions[event] = _read_action(cursor)
        else:
            break
    return Constraint(
        name=label,
        kind=ConstraintKind.FOREIGN_KEY,
        columns=columns,
        references=TableName(target.schema, target.name),
        references_columns=targets,
        on_delete=actions.get("delete"),
        on_update=actions.get("update"),
    )


def _read_action(cursor: MySqlCursor) -> str | None:
    if cursor.accept("no", "action"):
        return None
    if cursor.accept("set"):
        return f"set {cursor.keyword()}"
    word = cursor.keyword()
    if word not in _ACTIONS:
        raise NotUnderstoodError(f"{word.upper()} is not a known action of a foreign key")
    return _ACTIONS[word]


def read_check(cursor: MySqlCursor, name: str) -> Constraint:
    """Read what follows CHECK."""
    check = Constraint(name=name, kind=ConstraintKind.CHECK, definition=spelled_expression(cursor.group_text()))
    if cursor.accept("not", "enforced"):
        return dataclasses.replace(check, validated=False)
    cursor.accept("enforced")
    return check
