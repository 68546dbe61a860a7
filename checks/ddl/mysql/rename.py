"""Giving tables, columns and indexes another name, wherever the draft speaks of them."""

from __future__ import annotations

import dataclasses

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.mysql.draft import Draft, TableDraft, same
from checks.facts import ConstraintKind, TableName


def rename_table(draft: Draft, old: TableName, new: TableName) -> None:
    """Rename a table, view or sequence. Raises NotUnderstoodError where the file has not created it."""
    old = draft.stored(old)
    if old in draft.views:
        draft.views = {new if n == old else n: v for n, v in draft.views.items()}
        draft.views[new] = dataclasses.replace(draft.views[new], name=new)
        return
    if old in draft.sequences:
        draft.sequences = {new if n == old else n: s for n, s in draft.sequences.items()}
        own = draft.sequences[new]
        own.sequence = dataclasses.replace(own.sequence, name=new)
        return
    table = draft.table(old)
    draft.tables = {new if n == old else n: t for n, t in draft.tables.items()}
    table.name = new
    for index in table.indexes:
        index.index = dataclasses.replace(index.index, table=new)
    for other in draft.tables.values():
        other.constraints = [
            dataclasses.replace(c, references=new) if c.references == old else c for c in other.constraints
        ]
    table.constraints = [
        dataclasses.replace(c, name=new.name + c.name[len(old.name) :])
        if c.kind in (ConstraintKind.FOREIGN_KEY, ConstraintKind.CHECK) and _is_generated(c.name, old.name)
        else c
        for c in table.constraints
    ]
    draft.triggers = [dataclasses.replace(t, table=new) if t.table == old else t for t in draft.triggers]


def _is_generated(name: str, table: str) -> bool:
    return name.startswith((f"{table}_ibfk_", f"{table}_chk_"))


def rename_column(draft: Draft, table: TableDraft, old: str, new: str) -> None:
    """Rename a column in its table, its keys, and the foreign keys that point at it."""
    old = table.column(old).name
    table.change(old, name=new)
    table.constraints = [
        dataclasses.replace(c, columns=tuple(new if same(one, old) else one for one in c.columns))
        for c in table.constraints
    ]
    for own in table.indexes:
        columns = tuple(new if same(one, old) else one for one in own.index.columns)
        own.index = dataclasses.replace(own.index, columns=columns)
    for other in draft.tables.values():
        other.constraints = [
            dataclasses.replace(
                c, references_columns=tuple(new if same(one, old) else one for one in c.references_columns)
            )
            if c.references == table.name
            else c
            for c in other.constraints
        ]


def rename_index(table: TableDraft, old: str, new: str) -> None:
    """Rename an index or unique key. Raises NotUnderstoodError where the file has not created it."""
    own = table.index(old)
    if own:
        own.index = dataclasses.replace(own.index, name=new)
        own.implied = False
        return
    unique = table.constraint(old, ConstraintKind.UNIQUE)
    if unique is None:
        raise NotUnderstoodError(f"the file does not create index {old}")
    table.constraints[table.constraints.index(unique)] = dataclasses.replace(unique, name=new)
