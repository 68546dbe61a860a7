"""Two tasks between two databases, one each way, with LoopbackPreventionSettings: what one repeats the other skips."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_dms_worker.conftest import DMS_USER, Stage
from tests.sandbox_dms_worker.driving import Worker, wait_for
from tests.sandbox_dms_worker.mysql_stage import MySqlStage

pytestmark = pytest.mark.server

THING = "CREATE TABLE thing (id int PRIMARY KEY, v varchar(20))"
MARKS = "awsdms_loopback_prevention"


class BothWays:
    """A task forth, loaded, and one back that only follows. Each engine has its own connections and rights."""

    schema: str

    def __init__(self, stage: Any) -> None:
        self.stage = stage
        self.tokens = 1_000_000

    def start(self, **prevention: Any) -> None:
        settings = {"LoopbackPreventionSettings": prevention} if prevention else {}
        self.forth: Worker = self.stage.run(settings=settings)
        self.forth.loaded("thing", "marker")
        turned = self.stage.task(task_id="TASK2", migration_type="cdc", settings=settings)
        turned["source"], turned["target"] = (
            {**turned["target"], "settings": {}},
            {**turned["source"], "settings": turned["target"]["settings"]},
        )
        self.back = Worker(turned, self.schema)
        self.stage.workers.append(self.back)
        wait_for(lambda: self.back.of("checkpoint") or self.back.process.poll(), "its place in the log")

    def on(self, side: str, statement: str) -> list[Any]:
        raise NotImplementedError

    def transaction(self, side: str, *statements: str) -> None:
        raise NotImplementedError

    def marker(self, number: int) -> str:
        raise NotImplementedError

    def settle(self) -> None:
        """Both tasks have read, and applied, what either side logged before."""
        for here, there, worker in (("source", "target", self.forth), ("target", "source", self.back)) * 2:
            self.tokens += 1
            token = self.marker(self.tokens)
            self.on(here, f"INSERT INTO marker (token) VALUES ({token})")

            def arrived(there: str = there, worker: Worker = worker, token: str = token) -> bool:
                assert worker.process.poll() is None, worker.events[-1]
                return bool(self.on(there, f"SELECT 1 FROM marker WHERE token = {token}"))

            wait_for(arrived, f"the marker on the {there}")

    def ended(self) -> list[tuple[int, int, int]]:
        """What the task forth, and the one back, captured in all: a worker's last word is the whole."""
        self.settle()
        return [self.captured(worker) for worker in (self.forth, self.back) if worker.stop()]

    def captured(self, worker: Worker) -> tuple[int, int, int]:
        """Inserts, updates and deletes of the table."""
        told = worker.table("thing")
        return tuple(int(told[kind]) for kind in ("inserts", "updates", "deletes"))  # type: ignore[return-value]


class PostgresBothWays(BothWays):
    schema = "public"

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        stage.make(THING)
        for connection in (stage.source, stage.target):
            connection.execute(f"GRANT CREATE ON SCHEMA public TO {DMS_USER}")
            connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {DMS_USER}")

    def on(self, side: str, statement: str) -> list[Any]:
        cursor = getattr(self.stage, side).execute(statement)
        return list(cursor.fetchall()) if cursor.description else []

    def transaction(self, side: str, *statements: str) -> None:
        with getattr(self.stage, side).transaction():
            for statement in statements:
                self.on(side, statement)

    def marker(self, number: int) -> str:
        return f"'00000000-0000-0000-0000-{number:012d}'"


class MySqlBothWays(BothWays):
    def __init__(self, stage: MySqlStage) -> None:
        super().__init__(stage)
        self.schema = stage.database
        stage.make(THING)
        for side in ("source", "target"):
            self.on(side, f"GRANT ALL ON {stage.database}.* TO '{DMS_USER}'@'%'")

    def on(self, side: str, statement: str) -> list[Any]:
        return self.stage.run_sql(getattr(self.stage, side), statement)

    def transaction(self, side: str, *statements: str) -> None:
        for statement in ("BEGIN", *statements, "COMMIT"):
            self.on(side, statement)

    def marker(self, number: int) -> str:
        return str(number)


@pytest.fixture(params=["stage", "mysql_stage"])
def both(request: pytest.FixtureRequest) -> BothWays:
    stage = request.getfixturevalue(request.param)
    return PostgresBothWays(stage) if isinstance(stage, Stage) else MySqlBothWays(stage)


def test_what_came_from_the_other_side_is_not_sent_back(both: BothWays) -> None:
    both.start(EnableLoopbackPrevention=True, SourceSchema=both.schema, TargetSchema=both.schema)
    many = ", ".join(f"({number}, 'many')" for number in range(100, 3100))
    both.on("source", f"INSERT INTO thing VALUES {many}")
    both.on("source", "INSERT INTO thing VALUES (1, 'of the source')")
    both.on("target", "INSERT INTO thing VALUES (2, 'of the target')")
    both.settle()
    both.on("source", "UPDATE thing SET v = 'changed there' WHERE id = 2")
    both.on("target", "UPDATE thing SET v = 'changed here' WHERE id = 1")
    both.on("target", "DELETE FROM thing WHERE id >= 3000")
    assert both.ended() == [(3001, 1, 0), (1, 1, 100)]
    rows = "SELECT id, v FROM thing WHERE id < 100 OR id > 2990 ORDER BY id"
    assert both.on("source", rows) == both.on("target", rows)
    assert both.on("source", rows)[:2] == [(1, "changed here"), (2, "changed there")]
    assert both.forth.states(MARKS) == both.back.states(MARKS) == [], "the marks are nobody's rows"


def test_a_transaction_of_which_a_change_was_refused_is_marked_as_well(both: BothWays) -> None:
    both.start(EnableLoopbackPrevention=True, SourceSchema=both.schema, TargetSchema=both.schema)
    both.on("target", "INSERT INTO thing VALUES (5, 'in the way')")
    both.settle()
    both.on("target", "DELETE FROM thing WHERE id = 5")
    both.on("source", "INSERT INTO thing VALUES (6, 'a')")
    both.settle()
    both.on("target", "ALTER TABLE thing ADD CONSTRAINT short CHECK (v <> 'refused')")
    both.transaction("source", "INSERT INTO thing VALUES (7, 'refused')", "INSERT INTO thing VALUES (8, 'taken')")
    assert both.ended()[1] == (1, 0, 1)
    assert both.on("target", "SELECT id FROM thing ORDER BY id") == [(6,), (8,)]


def test_without_prevention_it_comes_back(both: BothWays) -> None:
    both.start()
    both.on("source", "INSERT INTO thing VALUES (1, 'of the source')")
    wait_for(lambda: both.captured(both.back)[0] == 1, "the source's own row on its way back")


def test_schemas_that_do_not_mirror_each_other_prevent_nothing(both: BothWays) -> None:
    elsewhere = "elsewhere"
    both.start(EnableLoopbackPrevention=True, SourceSchema=elsewhere, TargetSchema=both.schema)
    both.on("source", "INSERT INTO thing VALUES (1, 'of the source')")
    wait_for(lambda: both.captured(both.back)[0] == 1, "the source's own row on its way back")


def test_a_schema_that_is_not_there_ends_the_task(both: BothWays) -> None:
    prevention = {"EnableLoopbackPrevention": True, "SourceSchema": both.schema, "TargetSchema": "nowhere"}
    worker: Worker = both.stage.run(settings={"LoopbackPreventionSettings": prevention})
    last = worker.last()
    assert last["event"] == "failed"
    assert any(word in last["message"] for word in ("nowhere", MARKS)), last["message"]
