"""ALTER TABLE: each action changes the draft, or is known to change nothing that the catalogue tells."""

from __future__ import annotations

import dataclasses

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.mysql.columns import ReadColumn, read_column
from checks.ddl.mysql.cursor import MySqlCursor
from checks.ddl.mysql.draft import Draft, TableDraft, is_users, resolved, same
from checks.ddl.mysql.drop import drop_column, drop_key
from checks.ddl.mysql.keys import ReadForeignKey, TableKey, at_key, read_table_key
from checks.ddl.mysql.naming import add_keys
from checks.ddl.mysql.options import read_partition_list, read_partitions, read_table_option
from checks.ddl.mysql.rename import rename_column, rename_index, rename_table
from checks.ddl.mysql.tables import accept_period
from checks.ddl.mysql.types import TEXTUAL, read_type
from checks.ddl.mysql.values import read_default
from checks.facts import ConstraintKind, TableName

_WITHOUT_EFFECT = (
    *("algorithm", "lock", "force", "discard", "import", "enable", "disable", "secondary_load"),
    *("secondary_unload", "analyze", "check", "optimize", "rebuild", "repair", "truncate", "exchange", "upgrade"),
)
"""Actions that change no fact, up to the next comma."""


def alter_table(cursor: MySqlCursor, draft: Draft) -> None:
    """Read what follows `ALTER [ONLINE] [IGNORE] TABLE`."""
    if_exists = cursor.accept("if", "exists")
    name = draft.stored(cursor.qualified(draft.schema))
    if if_exists and name not in draft.tables:
        cursor.rest()
        return
    if cursor.accept("wait"):
        cursor.integer()
    cursor.accept("nowait")
    if name not in draft.tables and (_switches_keys(cursor) or not is_users(name.schema)):
        cursor.rest()
        return
    table = draft.table(name)
    keys: list[TableKey] = []
    while not cursor.done:
        _action(cursor, draft, table, keys)
        cursor.accept_mark(",")
    add_keys(table, keys, draft.mode, cursor.location)


def _switches_keys(cursor: MySqlCursor) -> bool:
    """DISABLE KEYS and ENABLE KEYS stand around the rows of a dump, which need not hold the table."""
    return cursor.at_words("disable", "keys") or cursor.at_words("enable", "keys")


def _action(cursor: MySqlCursor, draft: Draft, table: TableDraft, keys: list[TableKey]) -> None:
    if cursor.accept("add"):
        _add(cursor, draft, table, keys)
    elif cursor.accept("drop"):
        _drop(cursor, draft, table)
    elif cursor.accept("modify"):
        _redefine(cursor, draft, table, keys, renames=False)
    elif cursor.accept("change"):
        _redefine(cursor, draft, table, keys, renames=True)
    elif cursor.accept("alter"):
        _alter(cursor, table)
    elif cursor.accept("rename"):
        _rename(cursor, draft, table)
    elif cursor.accept("convert", "to"):
        _convert(cursor, draft, table)
    elif cursor.accept("partition", "by"):
        read_partitions(cursor, table)
    elif cursor.accept("remove", "partitioning"):
        table.partitioning = None
    elif cursor.accept("coalesce", "partition"):
        count = cursor.integer()
        _repartition(table, _partitions(table)[:-count])
    elif cursor.accept("reorganize", "partition"):
        _reorganize(cursor, table)
    elif cursor.accept("order", "by"):
        _order(cursor, table)
    elif cursor.accept("with", "validation") or cursor.accept("without", "validation"):
        pass
    elif cursor.accept_any(*_WITHOUT_EFFECT):
        cursor.skip_until_mark(",")
    elif not read_table_option(cursor, draft, table):
        raise NotUnderstoodError(f"ALTER TABLE … {cursor.next().value!r} is not known")


def _add(cursor: MySqlCursor, draft: Draft, table: TableDraft, keys: list[TableKey]) -> None:
    if cursor.accept("partition"):
        cursor.accept("if", "not", "exists")
        if cursor.accept("partitions"):
            old = _partitions(table)
            _repartition(table, old + tuple(f"p{len(old) + number}" for number in range(cursor.integer())))
        else:
            _repartition(table, _partitions(table) + read_partition_list(cursor))
    elif cursor.accept("system", "versioning"):
        table.versioned = True
    elif accept_period(cursor, table, keys):
        return
    elif at_key(cursor):
        place = cursor.mark_place()
        key = read_table_key(cursor, table.name.schema)
        name = key.constraint.name or key.index_name if isinstance(key, ReadForeignKey) else key.name
        known = bool(name) and (table.index(name) or table.constraint(name))
        if not (known and "if not exists" in cursor.source_since(place).lower()):
            keys.append(key)
    else:
        cursor.accept("column")
        if_not_exists = cursor.accept("if", "not", "exists")
        listed = cursor.accept_mark("(")
        while True:
            read = read_column(cursor, draft, table)
            if not (if_not_exists and table.has_column(read.column.name)):
                _place(cursor, table, read, len(table.columns))
                keys += read.keys
            if not listed or cursor.accept_mark(")"):
                return
            cursor.expect_mark(",")


def _place(cursor: MySqlCursor, table: TableDraft, read: ReadColumn, at: int) -> None:
    """Put a column at `at`, or where FIRST or AFTER says."""
    if cursor.accept("first"):
        at = 0
    elif cursor.accept("after"):
        at = table.place(cursor.name()) + 1
    table.columns.insert(at, read.column)


def _redefine(cursor: MySqlCursor, draft: Draft, table: TableDraft, keys: list[TableKey], *, renames: bool) -> None:
    """MODIFY and CHANGE: what is not written again is gone, but for the keys."""
    cursor.accept("column")
    if_exists = cursor.accept("if", "exists")
    start = cursor.mark_place()
    old = cursor.name()
    if if_exists and not table.has_column(old):
        cursor.skip_until_mark(",")
        return
    if not renames:
        cursor.back_to(start)
    at = table.place(old)
    before = table.columns[at]
    read = read_column(cursor, draft, table)
    if any(c.kind is ConstraintKind.PRIMARY_KEY and before.name in c.columns for c in table.constraints):
        read.column = dataclasses.replace(read.column, nullable=False)
    if draft.mode.mariadb:
        drop_key(table, before.name, (ConstraintKind.CHECK,))
    rename_column(draft, table, before.name, read.column.name)
    table.columns.pop(at)
    _place(cursor, table, read, at)
    keys += read.keys


def _alter(cursor: MySqlCursor, table: TableDraft) -> None:
    if cursor.accept("index") or cursor.accept("key"):
        cursor.accept("if", "exists")
        own = table.index(cursor.name())
        shown = cursor.accept("visible") or cursor.accept("not", "ignored")
        if not shown and not cursor.accept_any("invisible", "ignored"):
            raise NotUnderstoodError("an index is made visible or invisible, and nothing else")
        if own:
            own.index = dataclasses.replace(own.index, invisible=not shown)
        return
    if cursor.accept_any("check", "constraint"):
        _enforce(cursor, table)
        return
    cursor.accept("column")
    cursor.accept("if", "exists")
    name = cursor.name()
    if cursor.accept("set", "default"):
        typed = read_type(cursor.within(table.column(name).type))
        table.change(name, default=read_default(cursor, typed))
    elif cursor.accept("drop", "default"):
        table.change(name, default=None)
    elif cursor.accept("set", "invisible"):
        table.change(name, invisible=True)
    elif cursor.accept("set", "visible"):
        table.change(name, invisible=False)
    else:
        raise NotUnderstoodError(f"ALTER COLUMN {name} … is not known")


def _enforce(cursor: MySqlCursor, table: TableDraft) -> None:
    check = table.constraint(cursor.name(), ConstraintKind.CHECK)
    validated = not cursor.accept("not")
    cursor.expect("enforced")
    if check is None:
        raise NotUnderstoodError("the file does not create this check")
    table.constraints[table.constraints.index(check)] = dataclasses.replace(check, validated=validated)


def _drop(cursor: MySqlCursor, draft: Draft, table: TableDraft) -> None:
    if cursor.accept("partition"):
        cursor.accept("if", "exists")
        gone = [cursor.name()]
        while cursor.accept_mark(","):
            gone.append(cursor.name())
        _repartition(table, tuple(p for p in _partitions(table) if not any(same(p, name) for name in gone)))
    elif cursor.accept("system", "versioning"):
        table.versioned = False
    elif cursor.accept("period", "for"):
        name = _dropped(cursor)
        table.periods.pop(name.casefold(), None)
        drop_key(table, name, (ConstraintKind.CHECK,))
    elif cursor.accept("primary", "key"):
        drop_key(table, "PRIMARY", (ConstraintKind.PRIMARY_KEY,))
    elif cursor.accept("foreign", "key"):
        drop_key(table, _dropped(cursor), (ConstraintKind.FOREIGN_KEY,))
    elif cursor.accept("index") or cursor.accept("key"):
        drop_key(table, _dropped(cursor), (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE), index=True)
    elif cursor.accept("check"):
        drop_key(table, _dropped(cursor), (ConstraintKind.CHECK,))
    elif cursor.accept("constraint"):
        drop_key(table, _dropped(cursor), tuple(ConstraintKind))
    else:
        cursor.accept("column")
        if_exists = cursor.accept("if", "exists")
        name = cursor.name()
        if table.has_column(name) or not if_exists:
            drop_column(table, name)
        cursor.accept_any("restrict", "cascade")


def _dropped(cursor: MySqlCursor) -> str:
    cursor.accept("if", "exists")
    return cursor.name()


def _rename(cursor: MySqlCursor, draft: Draft, table: TableDraft) -> None:
    if cursor.accept("column"):
        cursor.accept("if", "exists")
        old = cursor.name()
        cursor.expect("to")
        rename_column(draft, table, old, cursor.name())
    elif cursor.accept("index") or cursor.accept("key"):
        cursor.accept("if", "exists")
        old = cursor.name()
        cursor.expect("to")
        rename_index(table, old, cursor.name())
    else:
        if not cursor.accept_any("to", "as"):
            cursor.accept_mark("=")
        new = cursor.qualified(table.name.schema)
        rename_table(draft, table.name, TableName(new.schema, new.name))


def _convert(cursor: MySqlCursor, draft: Draft, table: TableDraft) -> None:
    if not cursor.accept("charset"):
        cursor.expect("character", "set")
    name = cursor.word_or_string()
    collation = cursor.word_or_string() if cursor.accept("collate") else None
    charset, collation = resolved(None if name.lower() == "default" else name, collation, draft.mode)
    table.charset, table.collation = charset, collation
    for column in table.columns:
        if column.type.partition("(")[0] in TEXTUAL:
            table.change(column.name, charset=charset, collation=draft.collation_of(table))


def _order(cursor: MySqlCursor, table: TableDraft) -> None:
    while True:
        cursor.name()
        cursor.accept_any("asc", "desc")
        following = cursor.peek(1)
        if not cursor.at_mark(",") or following is None or not table.has_column(following.value):
            return
        cursor.next()


def _partitions(table: TableDraft) -> tuple[str, ...]:
    return table.partitioning.partitions if table.partitioning else ()


def _repartition(table: TableDraft, names: tuple[str, ...]) -> None:
    if table.partitioning is None:
        raise NotUnderstoodError(f"the file does not partition table {table.name}")
    table.partitioning = dataclasses.replace(table.partitioning, partitions=names)


def _reorganize(cursor: MySqlCursor, table: TableDraft) -> None:
    if cursor.done:
        return
    gone = [cursor.name()]
    while cursor.accept_mark(","):
        gone.append(cursor.name())
    cursor.expect("into")
    old = list(_partitions(table))
    places = [at for at, name in enumerate(old) if any(same(name, one) for one in gone)]
    at = places[0] if places else len(old)
    new = read_partition_list(cursor)
    kept = [name for name in old if not any(same(name, one) for one in gone)]
    _repartition(table, (*kept[:at], *new, *kept[at:]))
