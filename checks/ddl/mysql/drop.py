"""What DROP takes away, with all that hangs on it."""

from __future__ import annotations

import dataclasses
import re

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.mysql.draft import Draft, TableDraft, same
from checks.facts import Constraint, ConstraintKind, TableName

_WORD = re.compile(r"[\w$]+")


def drop_key(table: TableDraft, name: str, kinds: tuple[ConstraintKind, ...], *, index: bool = False) -> None:
    """Take a constraint of one of these kinds, or an index, from a table; one that is not known is none to miss."""
    table.constraints = [c for c in table.constraints if not (c.kind in kinds and same(c.name, name))]
    if index:
        table.indexes = [own for own in table.indexes if not same(own.index.name, name)]


def drop_column(table: TableDraft, name: str) -> None:
    """Take a column from a table, and from its indexes; an index without columns goes."""
    if not table.has_column(name):
        raise NotUnderstoodError(f"the file does not create column {table.name}.{name}")
    table.columns = [column for column in table.columns if not same(column.name, name)]
    others = [column.name for column in table.columns]
    table.constraints = [c for c in table.constraints if not _checks_only(c, name, others)]
    shortened = [_without(constraint, name) for constraint in table.constraints]
    table.constraints = [c for c in shortened if c.columns or c.kind is ConstraintKind.CHECK]
    for own in table.indexes:
        columns, prefixes = _left(own.index.columns, own.index.prefixes, name)
        own.index = dataclasses.replace(own.index, columns=columns, prefixes=prefixes)
    table.indexes = [own for own in table.indexes if own.index.columns]


def _checks_only(constraint: Constraint, name: str, others: list[str]) -> bool:
    """Whether it is a check of this column and of no other."""
    if constraint.kind is not ConstraintKind.CHECK:
        return False
    words = {word.casefold() for word in _WORD.findall(constraint.definition)}
    return name.casefold() in words and not words & {other.casefold() for other in others}


def _without(constraint: Constraint, name: str) -> Constraint:
    columns, prefixes = _left(constraint.columns, constraint.prefixes, name)
    return dataclasses.replace(constraint, columns=columns, prefixes=prefixes)


def _left(
    columns: tuple[str, ...], prefixes: tuple[int | None, ...], name: str
) -> tuple[tuple[str, ...], tuple[int | None, ...]]:
    kept = [at for at, column in enumerate(columns) if not same(column, name)]
    left = tuple(prefixes[at] for at in kept) if prefixes else ()
    return tuple(columns[at] for at in kept), left if any(left) else ()


def drop_table(draft: Draft, name: TableName) -> None:
    """Take a table with its triggers; a name that the file has not created is none to miss."""
    name = draft.stored(name)
    draft.tables.pop(name, None)
    draft.triggers = [trigger for trigger in draft.triggers if trigger.table != name]


def drop_schema(draft: Draft, name: str) -> None:
    """Take a schema with everything in it."""
    draft.schemas.pop(name, None)
    for kind in (draft.tables, draft.views, draft.sequences):
        for known in [known for known in kind if known.schema == name]:
            del kind[known]
    draft.triggers = [trigger for trigger in draft.triggers if trigger.table.schema != name]
    draft.routines = [routine for routine in draft.routines if routine.schema != name]
    draft.events = [event for event in draft.events if event.schema != name]
