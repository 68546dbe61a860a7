"""What is known of every table before its rows are read: whether they can be compared, and how."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checks.facts import TableName
from migrate.errors import MigrateError
from migrate.model.validation import KeyOrder, TableShape
from migrate.stages.validate.sides import Sides

BYTES_PER_ROW = 400
"""What a row is taken for where the server's estimate of rows is missing or stale: rather too many rows than too few
statements."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How one table is compared."""

    table: TableName
    key: tuple[str, ...] = ()
    """Columns of the key that both sides have."""
    order: KeyOrder = KeyOrder.NATIVE
    rows: int = 0
    """About, on the larger side."""
    bytes: int = 0
    scattered: bool = False
    """See `TableShape.scattered`: true of one side at least."""
    shapes: str = ""
    """Digest of both sides' shapes."""
    problem: str = ""
    """Why the rows cannot be compared; empty when they can."""

    @property
    def keyed(self) -> bool:
        return bool(self.key)

    @property
    def divisible(self) -> bool:
        """Whether an index serves a range of its key well: a part costs as much as it holds, not a reading of all."""
        return self.keyed and self.order is KeyOrder.NATIVE and not self.scattered


def plan(sides: Sides, tables: Sequence[TableName]) -> dict[TableName, Plan]:
    """A plan for each table, with one question to each side."""
    try:
        here, there = sides.both(lambda rows: rows.shapes(tables), urgent=True)
    except MigrateError as error:
        return {table: Plan(table=table, problem=str(error)) for table in tables}
    return {table: _plan(table, here.get(table), there.get(table)) for table in tables}


def largest_first(plans: Iterable[Plan], workers: int) -> list[Plan]:
    """The order of work: what takes longest begins first, so that nothing large is left for the end.

    One that cannot be divided keeps a single worker busy: it counts `workers` times.
    """
    return sorted(plans, key=lambda plan: -plan.bytes * (1 if plan.divisible else workers))


def _plan(table: TableName, here: TableShape | None, there: TableShape | None) -> Plan:
    if here is None or there is None:
        where = "either side" if here is there else "the target" if here else "the source"
        return Plan(table=table, problem=f"there is no such table on {where}")
    alike = here.key_order == there.key_order
    size = max(here.bytes, there.bytes)
    return Plan(
        table=table,
        key=here.key,
        order=KeyOrder.NATIVE if alike else KeyOrder.BYTES,
        rows=max(here.rows, there.rows, size // BYTES_PER_ROW),
        bytes=size,
        scattered=here.scattered or there.scattered,
        shapes=digest(here, there),
        problem=_problem(here, there),
    )


def digest(*shapes: TableShape) -> str:
    """Of what the hashes and the ranges hang on, and of what could let rows change without a trace in the log; sizes
    come and go."""
    facts = [(shape.columns, shape.key, shape.key_order, shape.problem, shape.identity) for shape in shapes]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _problem(here: TableShape, there: TableShape) -> str:
    for shape, side in ((here, "source"), (there, "target")):
        if shape.problem:
            return f"{shape.problem} (on the {side})"
    forms, others = ({column.name: column.form for column in shape.columns} for shape in (here, there))
    alone = [f"{name} (source only)" for name in forms if name not in others]
    alone += [f"{name} (target only)" for name in others if name not in forms]
    if alone:
        return f"the columns differ: {', '.join(alone)}"
    unlike = [
        f"{name} ({form} on the source, {others[name]} on the target)"
        for name, form in forms.items()
        if form != others[name]
    ]
    if unlike:
        return f"columns are of another form: {', '.join(unlike)}"
    if here.key != there.key:
        return f"the key differs: ({', '.join(here.key)}) on the source, ({', '.join(there.key)}) on the target"
    return ""
