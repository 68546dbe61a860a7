"""DDL on the source while changes flow, kind by kind, on real servers: which gate, or which comparison, closes the way.

A task of DMS would carry none of it here, so that the target stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from checks.facts import TableName
from migrate.clock import SystemClock
from migrate.events import silent
from migrate.gates.catalog_unchanged import catalog_unchanged
from migrate.gates.schema_alike import schema_alike
from migrate.model.database import Side
from migrate.model.gate import Answer
from migrate.model.handover import Recorded
from migrate.model.validation import Verdict
from migrate.stages.assess.record import remember
from migrate.stages.assess.shape import shape
from migrate.stages.cutover.view import LiveView
from migrate.state.lease import hold
from migrate.state.store import Store

pytestmark = pytest.mark.server
CLOCK = SystemClock()
SLOT = "ddl_at_the_gates"
TABLES = (
    "CREATE TABLE {s}.orders (id int PRIMARY KEY, body varchar(50), total int)",
    "CREATE TABLE {s}.calm (id int PRIMARY KEY)",
)
ROWS = tuple(f"INSERT INTO {{s}}.orders VALUES ({n}, 'body {n}', {n})" for n in range(1, 21))


@dataclass(frozen=True)
class Kind:
    """`alike` and `unchanged` are what the two gates tell; `rows` is how the table's rows compare."""

    done: str
    alike: str
    unchanged: str
    rows: str = ""
    """Why they cannot be compared; empty where they are alike."""
    postgres: tuple[str, str] = ("", "")
    """How PostgreSQL does it, and what keeps its rows from being compared."""
    postgres_alike: str = ""


KINDS = {
    "add a column": Kind(
        "ALTER TABLE {s}.orders ADD COLUMN note varchar(9) DEFAULT 'x'",
        "column {s}.orders.note: only on the source",
        "table {s}.orders: changed",
        "the columns differ: note (source only)",
    ),
    "drop a column": Kind(
        "ALTER TABLE {s}.orders DROP COLUMN body",
        "column {s}.orders.body: only on the target",
        "table {s}.orders: changed",
        "the columns differ: body (target only)",
    ),
    "rename a column": Kind(
        "ALTER TABLE {s}.orders RENAME COLUMN body TO words",
        "column {s}.orders.body: only on the target; column {s}.orders.words: only on the source",
        "table {s}.orders: changed",
        "the columns differ: words (source only), body (target only)",
    ),
    "change a type": Kind(
        "ALTER TABLE {s}.orders MODIFY total bigint",
        "column {s}.orders.total: type is bigint on the source, int",
        "table {s}.orders: changed",
        postgres=(
            "ALTER TABLE {s}.orders ALTER total TYPE bigint",
            "columns are of another form: total (int8 on the source, int4 on the target)",
        ),
    ),
    "rename a table": Kind(
        "ALTER TABLE {s}.orders RENAME TO {into}purchases",
        "table {s}.orders: only on the target; table {s}.purchases: only on the source",
        "table {s}.purchases: added; table {s}.orders: removed",
        "there is no such table on the source",
    ),
    "make a table": Kind(
        "CREATE TABLE {s}.fresh (id int PRIMARY KEY)",
        "table {s}.fresh: only on the source",
        "table {s}.fresh: added",
    ),
    "drop a table": Kind(
        "DROP TABLE {s}.orders",
        "table {s}.orders: only on the target",
        "table {s}.orders: removed",
        "there is no such table on the source",
    ),
    "make an index": Kind(
        "CREATE INDEX by_body ON {s}.orders (body)",
        "index by_body on {s}.orders: only on the source",
        "index by_body on {s}.orders: added",
        postgres_alike="index {s}.by_body: only on the source",
    ),
}


@dataclass(frozen=True)
class Stage:
    sides: Any
    world: Any

    @property
    def view(self) -> LiveView:
        """Anew for each asking of the gates."""
        return LiveView(self.world)

    @property
    def orders(self) -> TableName:
        return TableName(self.sides.schema, "orders")

    def done(self, statement: str) -> None:
        into = "" if self.sides.schema == "public" else f"{self.sides.schema}."
        self.sides.on("source", statement.format(s=self.sides.schema, into=into))


def staged(sides: Any, folder: Path) -> Iterator[Stage]:
    """Both sides alike, assessed, and validated: a slot holds the log since."""
    sides.on("source", *(text.format(s=sides.schema) for text in TABLES))
    for section in ("pre-data", "post-data"):
        sides.target.schema.load(sides.source.schema.dump([sides.schema], section))
    sides.on("both", *(text.format(s=sides.schema) for text in ROWS))
    store = Store.open(f"sqlite:///{folder / 'state.db'}")
    sides.source.log.create_slot(SLOT)
    with hold(store, "ddl", "the test", clock=CLOCK) as lease:
        journal, schemas = store.journal("ddl", lease), (sides.schema,)
        remember(journal, shape(sides.source.catalog(schemas)), schemas, CLOCK.now())
        journal.record("assessment", run="assess", expires_at=CLOCK.now(), facts={"blockers": 0})
        request = SimpleNamespace(
            leaving=Side.SOURCE,
            arriving=Side.TARGET,
            schemas=schemas,
            source_friends=(),
            target_friends=(),
            accepted_differences=(),
            roles={},
            rested_by=Recorded("replicate-1", "target/rest-triggers"),
        )
        world = SimpleNamespace(
            request=request,
            source=sides.source,
            target=sides.target,
            journal=journal,
            memory=SimpleNamespace(before=lambda step, run: None),
            clock=CLOCK,
            emit=silent,
        )
        yield Stage(sides, world)
    sides.source.log.drop_slot(SLOT)
    store.close()


@pytest.fixture
def postgres(two_sides: Any, tmp_path: Path) -> Iterator[Stage]:
    yield from staged(two_sides, tmp_path)


@pytest.fixture
def mysql(mysql_sides: Any, tmp_path: Path) -> Iterator[Stage]:
    yield from staged(mysql_sides, tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_closes_the_gates_on_postgresql(postgres: Stage, kind: str) -> None:
    one = KINDS[kind]
    statement, rows = one.postgres
    closes(postgres, one, statement or one.done, one.postgres_alike or one.alike, rows or one.rows)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_closes_the_gates_on_the_mysql_family(mysql: Stage, kind: str) -> None:
    closes(mysql, KINDS[kind], KINDS[kind].done, KINDS[kind].alike, KINDS[kind].rows)


def closes(stage: Stage, kind: Kind, statement: str, differs: str, rows: str) -> None:
    """Both gates were open and are closed, naming the table and what to do; rows are never taken for alike unseen."""
    before = stage.view
    assert [gate(before).reason for gate in (schema_alike, catalog_unchanged)] == ["no difference", "as assessed"]
    stage.done(statement)
    now = stage.view
    alike, unchanged = schema_alike(now), catalog_unchanged(now)
    assert (alike.answer, unchanged.answer) == (Answer.CLOSED, Answer.CLOSED)
    assert alike.reason.startswith(differs.format(s=stage.sides.schema)), alike.reason
    assert unchanged.reason.startswith(kind.unchanged.format(s=stage.sides.schema)), unchanged.reason
    assert "replicate schema" in alike.hint
    assert "replicate reload" in alike.hint
    assert "assess --since" in unchanged.hint
    [compared] = stage.sides.compare("orders").tables
    assert (compared.verdict, compared.reason) == (Verdict.UNKNOWN if rows else Verdict.MATCH, rows)


def emptied(stage: Stage) -> None:
    """No schema tells of TRUNCATE. The log does, so that the proof before a freeze compares the whole table; and so
    does the place where the server keeps its rows."""
    stored = stage.sides.source.schema.stored([stage.orders])
    stage.done("TRUNCATE TABLE {s}.orders")
    assert [gate(stage.view).answer for gate in (schema_alike, catalog_unchanged)] == [Answer.OPEN] * 2
    touched = stage.sides.source.log.changes(SLOT, [stage.orders]).keys
    assert touched == {stage.orders: None}
    proven = stage.sides.prove({"orders": touched[stage.orders]})
    assert [(one.table, one.verdict, one.source_rows, one.target_rows) for one in proven.tables] == [
        (stage.orders, Verdict.DIFFERS, 0, len(ROWS))
    ]
    assert stage.sides.source.schema.stored([stage.orders]) != stored


def test_an_emptied_table_is_no_match_on_postgresql(postgres: Stage) -> None:
    emptied(postgres)


def test_an_emptied_table_is_no_match_on_the_mysql_family(mysql: Stage) -> None:
    emptied(mysql)
