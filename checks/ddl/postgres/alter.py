"""ALTER TABLE: each action changes the draft, or is known to change nothing that the catalogue tells."""

from __future__ import annotations

import dataclasses

from checks.ddl.cursor import Cursor, NotUnderstoodError
from checks.ddl.postgres.columns import (
    add_column,
    at_constraint,
    identity_sequence,
    read_column,
    read_constraint,
)
from checks.ddl.postgres.draft import Draft, TableDraft, resolve_any
from checks.ddl.postgres.tables import read_bounds
from checks.ddl.postgres.types import read_type
from checks.facts import Constraint, ConstraintKind, ReplicaIdentity, TableName

_ENABLED = {"": "origin", "replica": "replica", "always": "always"}


def alter_table(cursor: Cursor, draft: Draft) -> None:
    """Read what follows `ALTER [FOREIGN] TABLE`."""
    cursor.accept("if", "exists")
    only = cursor.accept("only")
    name = cursor.qualified(draft.schema)
    cursor.accept_mark("*")
    if cursor.accept("owner", "to"):
        cursor.rest()
        return
    if name not in draft.tables and any(resolve_any(draft, name)):
        cursor.rest()
        return
    table = draft.table(name)
    if cursor.accept("rename"):
        _rename(cursor, draft, table)
        return
    while True:
        _action(cursor, draft, table, cascades=not only)
        if not cursor.accept_mark(","):
            return


def _action(cursor: Cursor, draft: Draft, table: TableDraft, *, cascades: bool) -> None:
    verb = cursor.name()
    match verb:
        case "add":
            _add(cursor, draft, table, cascades=cascades)
        case "drop":
            _drop(cursor, draft, table)
        case "alter":
            _alter(cursor, draft, table)
        case "attach" | "detach":
            cursor.expect("partition")
            child = draft.table(cursor.qualified(draft.schema))
            child.partition_of = table.name if verb == "attach" else None
            if verb == "attach":
                read_bounds(cursor)
            cursor.accept_any("concurrently", "finalize")
        case "replica":
            _replica_identity(cursor, table)
        case "enable" | "disable":
            _switch(cursor, draft, table, verb)
        case "set":
            _set(cursor, draft, table)
        case "validate":
            cursor.expect("constraint")
            _change_constraint(table, cursor.name(), validated=True)
        case "inherit":
            table.parents.append(cursor.qualified(draft.schema))
        case "no" if cursor.accept("inherit"):
            parent = cursor.qualified(draft.schema)
            table.parents = [name for name in table.parents if name != parent]
        case "owner" | "cluster" | "reset" | "force" | "no" | "of" | "not":
            cursor.skip_until_mark(",")
        case _:
            raise NotUnderstoodError(f"ALTER TABLE … {verb.upper()} is not known")


def _add(cursor: Cursor, draft: Draft, table: TableDraft, *, cascades: bool) -> None:
    if at_constraint(cursor):
        constraint = _key_from_index(cursor, draft, table) or read_constraint(cursor, draft.schema)
        if isinstance(constraint, str):
            table.change(constraint, nullable=False)
            return
        draft.add_constraint(table, constraint, cascades=cascades)
        return
    cursor.accept("column")
    if cursor.accept("if", "not", "exists") and (token := cursor.peek()) and token.value in table.columns:
        read_column(cursor, table.name, draft.schema)
        return
    add_column(draft, table, read_column(cursor, table.name, draft.schema), cascades=cascades)


def _key_from_index(cursor: Cursor, draft: Draft, table: TableDraft) -> Constraint | None:
    """Read `[CONSTRAINT n] {PRIMARY KEY | UNIQUE} USING INDEX i`: the index becomes the key's own."""
    place = cursor.mark_place()
    label = cursor.name() if cursor.accept("constraint") else ""
    primary = cursor.accept("primary", "key")
    if not (primary or cursor.accept("unique")) or not cursor.accept("using", "index") or cursor.at_words("tablespace"):
        cursor.back_to(place)
        return None
    name = TableName(table.name.schema, cursor.name())
    if name not in draft.indexes:
        raise NotUnderstoodError(f"the file does not create index {name}")
    index = draft.indexes.pop(name).index
    deferrable = cursor.accept("deferrable")
    cursor.skip_until_mark(",")
    return Constraint(
        name=label or index.name,
        kind=ConstraintKind.PRIMARY_KEY if primary else ConstraintKind.UNIQUE,
        columns=index.columns,
        deferrable=deferrable,
        definition=cursor.source_since(place),
    )


def _drop(cursor: Cursor, draft: Draft, table: TableDraft) -> None:
    if cursor.accept("constraint"):
        cursor.accept("if", "exists")
        name = cursor.name()
        table.constraints = [own for own in table.constraints if own.constraint.name != name]
    else:
        cursor.accept("column")
        cursor.accept("if", "exists")
        name = cursor.name()
        table.columns.pop(name, None)
        table.constraints = [own for own in table.constraints if name not in own.constraint.columns]
        _forget_sequences(draft, f"{table.name}.{name}")
        for key in [k for k, o in draft.indexes.items() if o.index.table == table.name and name in o.index.columns]:
            del draft.indexes[key]
    cursor.accept_any("cascade", "restrict")


def _forget_sequences(draft: Draft, owner: str) -> None:
    for name in [name for name, sequence in draft.sequences.items() if sequence.owned_by == owner]:
        del draft.sequences[name]


def _alter(cursor: Cursor, draft: Draft, table: TableDraft) -> None:
    if cursor.accept("constraint"):
        name = cursor.name()
        deferrable = "not deferrable" not in cursor.source_until(frozenset(), (",",)).lower()
        _change_constraint(table, name, deferrable=deferrable)
        return
    cursor.accept("column")
    column = cursor.name()
    if cursor.accept("set", "default"):
        table.change(column, default=cursor.source_until(frozenset(), (",",)))
    elif cursor.accept("drop", "default"):
        table.change(column, default=None)
    elif cursor.accept("set", "not", "null"):
        table.change(column, nullable=False)
    elif cursor.accept("drop", "not", "null"):
        table.change(column, nullable=True)
    elif cursor.accept("add", "generated"):
        kind = "by default" if cursor.accept("by", "default") else "always"
        cursor.accept("always")
        cursor.expect("as", "identity")
        options = cursor.group_text() if cursor.at_mark("(") else ""
        sequence = identity_sequence(cursor, options, table.name, column)
        draft.sequences[sequence.name] = dataclasses.replace(sequence, location=cursor.location)
        table.change(column, identity=kind, nullable=False)
    elif cursor.accept("drop", "identity"):
        cursor.accept("if", "exists")
        table.change(column, identity=None)
        _forget_sequences(draft, f"{table.name}.{column}")
    elif cursor.accept("set", "generated"):
        table.change(column, identity="always" if cursor.accept("always") else "by default")
        cursor.skip_until_mark(",")
    elif cursor.accept("drop", "expression"):
        table.change(column, generated=None)
        cursor.skip_until_mark(",")
    elif cursor.accept("type") or cursor.accept("set", "data", "type"):
        table.change(column, type=read_type(cursor))
        cursor.skip_until_mark(",")
    elif cursor.accept_any("set", "reset", "options", "restart"):
        cursor.skip_until_mark(",")
    else:
        raise NotUnderstoodError(f"ALTER COLUMN {column} … {cursor.next().value!r} is not known")


def _replica_identity(cursor: Cursor, table: TableDraft) -> None:
    cursor.expect("identity")
    if cursor.accept("using", "index"):
        cursor.name()
        table.replica_identity = ReplicaIdentity.INDEX
    else:
        table.replica_identity = ReplicaIdentity(cursor.name())


def _switch(cursor: Cursor, draft: Draft, table: TableDraft, verb: str) -> None:
    if cursor.accept("row", "level", "security"):
        table.row_security = verb == "enable"
        return
    state = cursor.accept_any("replica", "always") or ""
    if not cursor.accept("trigger"):
        cursor.skip_until_mark(",")
        return
    name = cursor.name()
    enabled = "disabled" if verb == "disable" else _ENABLED[state]
    draft.triggers = [
        dataclasses.replace(trigger, enabled=enabled)
        if trigger.table == table.name and (trigger.name == name or name in ("all", "user"))
        else trigger
        for trigger in draft.triggers
    ]


def _set(cursor: Cursor, draft: Draft, table: TableDraft) -> None:
    if cursor.accept("logged"):
        table.persistence = "permanent"
    elif cursor.accept("unlogged"):
        table.persistence = "unlogged"
    elif cursor.accept("tablespace"):
        table.tablespace = cursor.name()
    elif cursor.accept("access", "method"):
        table.access_method = cursor.name()
    elif cursor.accept("schema"):
        _move(draft, table, TableName(cursor.name(), table.name.name))
    elif cursor.accept("without", "cluster") or cursor.accept("without", "oids"):
        return
    elif cursor.at_mark("("):
        cursor.skip_one()
    else:
        raise NotUnderstoodError(f"ALTER TABLE … SET {cursor.next().value!r} is not known")


def _change_constraint(
    table: TableDraft, name: str, *, validated: bool | None = None, deferrable: bool | None = None
) -> None:
    own = table.find_constraint(name)
    if own is None:
        raise NotUnderstoodError(f"the file does not create constraint {name}")
    own.constraint = dataclasses.replace(
        own.constraint,
        validated=own.constraint.validated if validated is None else validated,
        deferrable=own.constraint.deferrable if deferrable is None else deferrable,
    )


def _rename(cursor: Cursor, draft: Draft, table: TableDraft) -> None:
    if cursor.accept("to"):
        _move(draft, table, TableName(table.name.schema, cursor.name()))
        return
    if cursor.accept("constraint"):
        own = table.find_constraint(cursor.name())
        cursor.expect("to")
        if own:
            own.constraint = dataclasses.replace(own.constraint, name=cursor.name())
        return
    cursor.accept("column")
    old = cursor.name()
    cursor.expect("to")
    new = cursor.name()
    table.columns = {
        new if key == old else key: dataclasses.replace(column, name=new) if key == old else column
        for key, column in table.columns.items()
    }
    for own in table.constraints:
        columns = tuple(new if column == old else column for column in own.constraint.columns)
        own.constraint = dataclasses.replace(own.constraint, columns=columns)


def _move(draft: Draft, table: TableDraft, new: TableName) -> None:
    """Give a table another name or schema, and everything that refers to it."""
    old = table.name
    draft.tables = {new if name == old else name: draft.tables[name] for name in draft.tables}
    table.name = new
    for other in draft.tables.values():
        other.parents = [new if name == old else name for name in other.parents]
        other.partition_of = new if other.partition_of == old else other.partition_of
        for own in other.constraints:
            if own.constraint.references == old:
                own.constraint = dataclasses.replace(own.constraint, references=new)
    for own_index in draft.indexes.values():
        if own_index.index.table == old:
            own_index.index = dataclasses.replace(own_index.index, table=new)
    draft.triggers = [
        dataclasses.replace(trigger, table=new) if trigger.table == old else trigger for trigger in draft.triggers
    ]
    for name, sequence in draft.sequences.items():
        if sequence.owned_by and sequence.owned_by.startswith(f"{old}."):
            column = sequence.owned_by[len(str(old)) :]
            draft.sequences[name] = dataclasses.replace(sequence, owned_by=f"{new}{column}")
