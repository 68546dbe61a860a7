"""CREATE TABLE."""

from __future__ import annotations

import dataclasses

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.mysql.columns import read_column
from checks.ddl.mysql.cursor import MySqlCursor
from checks.ddl.mysql.draft import Draft, OwnIndex, TableDraft
from checks.ddl.mysql.keys import ReadKey, TableKey, at_key, read_table_key
from checks.ddl.mysql.naming import add_check, add_keys
from checks.ddl.mysql.options import read_partitions, read_table_option
from checks.facts import Constraint, ConstraintKind, Index, TableName
from checks.mysql_names import quoted

_QUERY = ("as", "select", "ignore", "replace", "with", "values", "table")


def create_table(cursor: MySqlCursor, draft: Draft, *, temporary: bool, replace: bool) -> None:
    """Read what follows `CREATE [OR REPLACE] [TEMPORARY] TABLE`."""
    if_not_exists = cursor.accept("if", "not", "exists")
    name = cursor.qualified(draft.schema)
    if if_not_exists and (name in draft.tables or name in draft.views):
        cursor.rest()
        return
    table = TableDraft(name=name, location=cursor.location, storage_engine=draft.storage_engine, temporary=temporary)
    if cursor.accept("like") or (cursor.at_mark("(") and _accept_like(cursor)):
        _copy(draft.table(cursor.qualified(draft.schema)), table, draft)
        cursor.accept_mark(")")
    elif cursor.at_mark("("):
        _read_definition(cursor, draft, table)
    else:
        raise NotUnderstoodError("its columns follow from a query")
    if name in draft.tables and not replace:
        raise NotUnderstoodError(f"the file has already created table {name}")
    if replace:
        draft.triggers = [trigger for trigger in draft.triggers if trigger.table != name]
    draft.tables[name] = table
    draft.schemas.setdefault(name.schema, None)


def _accept_like(cursor: MySqlCursor) -> bool:
    place = cursor.mark_place()
    cursor.next()
    if cursor.accept("like"):
        return True
    cursor.back_to(place)
    return False


def _read_definition(cursor: MySqlCursor, draft: Draft, table: TableDraft) -> None:
    """Read the options first: they say the charset of the columns before them."""
    body = cursor.mark_place()
    cursor.skip_one()
    while cursor.accept_mark(",") or read_table_option(cursor, draft, table):
        continue
    if cursor.accept("partition", "by"):
        read_partitions(cursor, table)
    if any(cursor.at_words(word) for word in _QUERY) or cursor.at_mark("("):
        raise NotUnderstoodError("its columns follow from a query")
    if not cursor.done:
        raise NotUnderstoodError(f"{cursor.next().value!r} is not a known option of a table")
    end = cursor.mark_place()
    cursor.back_to(body)
    _read_elements(cursor, draft, table)
    cursor.back_to(end)


def _read_elements(cursor: MySqlCursor, draft: Draft, table: TableDraft) -> None:
    cursor.expect_mark("(")
    keys: list[TableKey] = []
    while True:
        if at_key(cursor):
            keys.append(read_table_key(cursor, table.name.schema))
        elif not accept_period(cursor, table, keys):
            read = read_column(cursor, draft, table)
            if table.has_column(read.column.name):
                raise NotUnderstoodError(f"column {read.column.name} is there twice")
            table.columns.append(read.column)
            keys += read.keys
        if not cursor.accept_mark(","):
            break
    cursor.expect_mark(")")
    if table.versioned:
        _version_keys(table, keys)
    add_keys(table, keys, draft.mode, cursor.location)


def _version_keys(table: TableDraft, keys: list[TableKey]) -> None:
    """A written column of ROW END belongs to every unique key, for old versions of a row share its other parts."""
    ends = tuple(column.name for column in table.columns if column.generated == "ROW END")
    for key in keys:
        if isinstance(key, ReadKey) and (key.primary or key.unique) and not set(ends) & set(key.columns):
            key.columns += ends


def accept_period(cursor: MySqlCursor, table: TableDraft, keys: list[TableKey]) -> bool:
    """Read MariaDB's `PERIOD FOR name (a, b)`, if it comes next. One of the application's own is also a check."""
    if not cursor.accept("period", "for"):
        return False
    cursor.accept("if", "not", "exists")
    name = cursor.name()
    begin, end = cursor.names_in_parentheses()
    if name.lower() != "system_time":
        table.periods[name.casefold()] = (begin, end)
        keys.append(Constraint(name=name, kind=ConstraintKind.CHECK, definition=f"{quoted(begin)} < {quoted(end)}"))
    return True


def _copy(model: TableDraft, table: TableDraft, draft: Draft) -> None:
    """What LIKE takes over: all but foreign keys, triggers, the tablespace and the value of AUTO_INCREMENT."""
    table.columns = list(model.columns)
    kept = (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE)
    table.constraints = [constraint for constraint in model.constraints if constraint.kind in kept]
    checks = [constraint for constraint in model.constraints if constraint.kind is ConstraintKind.CHECK]
    for check in sorted(checks, key=lambda check: check.name):
        add_check(table, check if draft.mode.mariadb else dataclasses.replace(check, name=""), draft.mode)
    table.indexes = [OwnIndex(_moved(own, table.name)) for own in model.indexes]
    table.partitioning, table.versioned = model.partitioning, model.versioned
    table.storage_engine, table.row_format = model.storage_engine, model.row_format
    table.charset, table.collation = model.charset, model.collation
    if not table.charset and not table.collation:
        table.collation = draft.collation_of(model)
    table.options = dict(model.options)


def _moved(own: OwnIndex, name: TableName) -> Index:
    return dataclasses.replace(own.index, table=name)
