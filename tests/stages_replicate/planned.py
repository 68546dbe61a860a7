"""Small catalogs for the planner's tests: `source(table(...), …)` and what was measured of them."""

from __future__ import annotations

from typing import Any

from checks.facts import Catalog, Column, Constraint, ConstraintKind, Origin, Table, TableName
from checks.route import Engine
from migrate.model.family import FAMILY_OF
from migrate.model.measurement import LobSize, Measurements, TableWrites
from migrate.model.tuning import Tuning
from migrate.stages.replicate.planning.asked import Asked, AskedTask

GIB = 1024**3
MARKER = TableName("aurora_migrate", "marker_forward_main")


def named(name: str) -> TableName:
    return TableName("app", name)


def table(
    name: str,
    *columns: Column,
    key: bool = True,
    unique: bool = False,
    deferrable: bool = False,
    refers: str | None = None,
    size: int = 1024,
    rows: int = 10,
    **more: Any,
) -> Table:
    """A table with a bigint `id`; its key unless told otherwise, or only `unique`; a foreign key where it `refers`."""
    kind = ConstraintKind.UNIQUE if unique else ConstraintKind.PRIMARY_KEY
    own = Constraint(name=f"{name}_pk", kind=kind, columns=("id",), deferrable=deferrable)
    constraints = [own] if key or unique else []
    if refers is not None:
        foreign = Constraint(
            name=f"{name}_fk", kind=ConstraintKind.FOREIGN_KEY, columns=("ref",), references=named(refers)
        )
        constraints.append(foreign)
    return Table(
        name=named(name),
        columns=(Column(name="id", type="bigint", nullable=False), *columns),
        constraints=tuple(constraints),
        rows=rows,
        bytes=size,
        **more,
    )


def source(*tables: Table, engine: Engine = Engine.POSTGRES, **more: Any) -> Catalog:
    return Catalog(engine=engine, origin=Origin.LIVE, schemas=("app",), tables=tables, **more)


def lob(name: str, column: str, longest: int, *, exact: bool = True) -> LobSize:
    return LobSize(table=named(name), column=column, rows=10, longest=longest, p99=longest, exact=exact)


def writes(name: str, inserts: int = 0, updates: int = 0, deletes: int = 0) -> TableWrites:
    return TableWrites(table=named(name), inserts=inserts, updates=updates, deletes=deletes)


def task(name: str, *tables: str, tuning: Tuning | None = None, **more: Any) -> AskedTask:
    return AskedTask(
        name=name,
        identifier=f"m-{name}-forward-0",
        tables=tuple(named(one) for one in tables),
        marker_table=TableName("aurora_migrate", f"marker_forward_{name}"),
        tuning=tuning or Tuning(),
        full_load_subtasks=more.pop("full_load_subtasks", 8),
        **more,
    )


def asked(catalog: Catalog, *tasks: AskedTask, measured: Measurements | None = None, **more: Any) -> Asked:
    """One task `main` of every table that holds rows, unless tasks are given."""
    every = task("main", *(one.name.name for one in catalog.tables if one.holds_rows))
    return Asked(
        family=FAMILY_OF[catalog.engine],
        catalog=catalog,
        tasks=tasks or (every,),
        measured=measured or Measurements(),
        **more,
    )
