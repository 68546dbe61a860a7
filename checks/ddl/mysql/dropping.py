"""DROP of every kind of object."""

from __future__ import annotations

from collections.abc import Callable

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.mysql.cursor import MySqlCursor
from checks.ddl.mysql.draft import Draft, same
from checks.ddl.mysql.drop import drop_key, drop_schema, drop_table
from checks.facts import ConstraintKind, TableName


def read_drop(cursor: MySqlCursor, draft: Draft) -> None:
    """Read what follows `DROP`."""
    cursor.accept("temporary")
    kind = cursor.keyword()
    match kind:
        case "table" | "tables":
            _each(cursor, draft, lambda name: drop_table(draft, name))
        case "view":
            _each(cursor, draft, lambda name: draft.views.pop(draft.stored(name), None))
        case "sequence":
            _each(cursor, draft, lambda name: draft.sequences.pop(draft.stored(name), None))
        case "index":
            _drop_index(cursor, draft)
        case "database" | "schema":
            cursor.accept("if", "exists")
            drop_schema(draft, cursor.name())
        case "trigger":
            name = _qualified(cursor, draft)
            draft.triggers = [t for t in draft.triggers if (t.table.schema, t.name) != (name.schema, name.name)]
        case "event":
            name = _qualified(cursor, draft)
            draft.events = [e for e in draft.events if e.schema != name.schema or not same(e.name, name.name)]
        case "function" | "procedure":
            name = _qualified(cursor, draft)
            draft.routines = [
                r
                for r in draft.routines
                if r.schema != name.schema
                or not same(r.name, name.name)
                or (r.kind == "procedure") != (kind == "procedure")
            ]
            draft.others = [o for o in draft.others if o.kind != "loadable function" or not same(o.name, name.name)]
        case "user" | "role":
            cursor.accept("if", "exists")
            while True:
                account, host = cursor.account_parts()
                draft.accounts.pop((account, host), None)
                draft.accounts.pop((account, ""), None)
                if not cursor.accept_mark(","):
                    break
        case "tablespace":
            gone = cursor.name()
            draft.tablespaces = [name for name in draft.tablespaces if name != gone]
            cursor.rest()
        case "server" | "package" | "resource" | "undo" | "logfile" | "spatial" | "prepare" | "library":
            _drop_other(cursor, draft, kind)
        case _:
            raise NotUnderstoodError(f"DROP {kind.upper()} is not known")


def _each(cursor: MySqlCursor, draft: Draft, drop: Callable[[TableName], object]) -> None:
    cursor.accept("if", "exists")
    while True:
        drop(cursor.qualified(draft.schema))
        if not cursor.accept_mark(","):
            break
    if cursor.accept("wait"):
        cursor.integer()
    cursor.accept_any("restrict", "cascade", "nowait")


def _qualified(cursor: MySqlCursor, draft: Draft) -> TableName:
    cursor.accept("if", "exists")
    return cursor.qualified(draft.schema)


def _drop_index(cursor: MySqlCursor, draft: Draft) -> None:
    cursor.accept("if", "exists")
    name = cursor.name()
    cursor.expect("on")
    table = draft.table(cursor.qualified(draft.schema))
    drop_key(table, name, (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE), index=True)
    cursor.rest()


def _drop_other(cursor: MySqlCursor, draft: Draft, kind: str) -> None:
    cursor.accept_any("group", "tablespace", "body", "reference")
    cursor.accept("if", "exists")
    name = cursor.word_or_string()
    cursor.rest()
    draft.others = [other for other in draft.others if not (other.kind.startswith(kind) and other.name == name)]
