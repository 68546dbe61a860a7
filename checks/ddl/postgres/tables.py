"""CREATE TABLE."""

from __future__ import annotations

import dataclasses

from checks.ddl.cursor import Cursor, NotUnderstoodError
from checks.ddl.postgres.columns import add_column, at_constraint, read_column, read_constraint
from checks.ddl.postgres.draft import Draft, TableDraft
from checks.facts import TableName


def create_table(cursor: Cursor, draft: Draft, persistence: str) -> None:
    """Read what follows `CREATE [UNLOGGED | TEMPORARY] TABLE`."""
    if_not_exists = cursor.accept("if", "not", "exists")
    name = cursor.qualified(draft.schema)
    if if_not_exists and name in draft.tables:
        return
    table = TableDraft(
        name=name,
        location=cursor.location,
        persistence=persistence,
        tablespace=draft.tablespace,
        access_method=draft.access_method,
    )
    sequences = dict(draft.sequences)
    try:
        _read_body(cursor, draft, table)
        _read_options(cursor, table, draft)
    except NotUnderstoodError:
        draft.sequences = sequences
        raise
    draft.tables[name] = table


def _read_body(cursor: Cursor, draft: Draft, table: TableDraft) -> None:
    if cursor.accept("partition", "of"):
        table.partition_of = cursor.qualified(draft.schema)
        if cursor.at_mark("("):
            _read_elements(cursor, draft, table, typed=True)
        read_bounds(cursor)
    elif cursor.accept("of"):
        cursor.dotted()
        if cursor.at_mark("("):
            _read_elements(cursor, draft, table, typed=True)
    elif cursor.at_mark("("):
        _read_elements(cursor, draft, table, typed=False)
    else:
        raise NotUnderstoodError("its columns follow from a query")


def read_bounds(cursor: Cursor) -> None:
    """Pass over `FOR VALUES …` or `DEFAULT` of a partition."""
    if cursor.accept("default"):
        return
    cursor.expect("for", "values")
    if cursor.accept("from"):
        cursor.skip_one()
        cursor.expect("to")
        cursor.skip_one()
    elif cursor.accept_any("in", "with"):
        cursor.skip_one()
    else:
        raise NotUnderstoodError("unknown bounds of a partition")


def _read_elements(cursor: Cursor, draft: Draft, table: TableDraft, *, typed: bool) -> None:
    cursor.expect_mark("(")
    if cursor.accept_mark(")"):
        return
    while True:
        if cursor.accept("like"):
            _copy_columns(cursor, draft, table)
        elif at_constraint(cursor) or cursor.at_words("not", "null"):
            constraint = read_constraint(cursor, draft.schema)
            if isinstance(constraint, str):
                table.change(constraint, nullable=False)
            else:
                draft.add_constraint(table, constraint, cascades=True)
        elif typed:
            raise NotUnderstoodError("changed columns of a partition or typed table")
        else:
            add_column(draft, table, read_column(cursor, table.name, draft.schema))
        if not cursor.accept_mark(","):
            break
    cursor.expect_mark(")")


def _copy_columns(cursor: Cursor, draft: Draft, table: TableDraft) -> None:
    model = draft.table(cursor.qualified(draft.schema))
    included: set[str] = set()
    while word := cursor.accept_any("including", "excluding"):
        option = cursor.name()
        included = included | {option} if word == "including" else included - {option}
    everything = "all" in included
    for column in model.columns.values():
        table.columns[column.name] = dataclasses.replace(
            column,
            default=column.default if everything or "defaults" in included else None,
            generated=column.generated if everything or "generated" in included else None,
            identity=column.identity if everything or "identity" in included else None,
        )
    if everything or included & {"indexes", "constraints"}:
        for own in model.constraints:
            draft.add_constraint(table, dataclasses.replace(own.constraint, name=""), cascades=True)


def _read_options(cursor: Cursor, table: TableDraft, draft: Draft) -> None:
    while not cursor.done:
        if cursor.accept("inherits"):
            table.parents.extend(_names(cursor, draft))
        elif cursor.accept("partition", "by"):
            table.partitioned = True
            cursor.name()
            cursor.skip_one()
        elif cursor.accept("using"):
            table.access_method = cursor.name()
        elif cursor.accept("with"):
            cursor.skip_one()
        elif cursor.accept("without", "oids"):
            continue
        elif cursor.accept("on", "commit"):
            cursor.rest()
        elif cursor.accept("tablespace"):
            table.tablespace = cursor.name()
        else:
            raise NotUnderstoodError(f"{cursor.next().value!r} is not a known option of a table")


def _names(cursor: Cursor, draft: Draft) -> list[TableName]:
    cursor.expect_mark("(")
    names = [cursor.qualified(draft.schema)]
    while cursor.accept_mark(","):
        names.append(cursor.qualified(draft.schema))
    cursor.expect_mark(")")
    return names
