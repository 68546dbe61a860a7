"""Full LOB mode while changes are followed: rows come without their LOBs, which are then looked up at the source."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_dms_worker.conftest import Stage
from tests.sandbox_dms_worker.driving import Worker, wait_for

pytestmark = pytest.mark.server

FULL = {"TargetMetadata": {"FullLobMode": True, "LimitedSizeLobMode": False}}
LOG = "CREATE TABLE seen (at int {auto} PRIMARY KEY, id int, v varchar(20), lob {lob})"
POSTGRES_LOG = """
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO public.seen (id, v, lob) VALUES (NEW.id, NEW.v, NEW.lob); RETURN NEW; END $$;
CREATE TRIGGER see AFTER INSERT OR UPDATE ON note FOR EACH ROW EXECUTE FUNCTION see();
ALTER TABLE note ENABLE ALWAYS TRIGGER see
"""


class Notes:
    """A table with a LOB on both sides, and on the target a trigger that writes down what the task does to its rows."""

    def __init__(self, stage: Any) -> None:
        self.stage = stage
        self.postgres = isinstance(stage, Stage)
        lob = "text" if self.postgres else "longtext"
        stage.make(f"CREATE TABLE note (id int PRIMARY KEY, v varchar(20), lob {lob})")
        if self.postgres:
            self.on("target", LOG.format(auto="GENERATED ALWAYS AS IDENTITY", lob=lob))
            self.on("target", POSTGRES_LOG)
            stage.target.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC")
        else:
            self.on("target", LOG.format(auto="AUTO_INCREMENT", lob=lob))
            for event in ("INSERT", "UPDATE"):
                self.on(
                    "target",
                    f"CREATE TRIGGER see_{event.lower()} AFTER {event} ON note FOR EACH ROW"
                    " INSERT INTO seen (id, v, lob) VALUES (NEW.id, NEW.v, NEW.lob)",
                )

    def on(self, side: str, statement: str) -> list[Any]:
        if self.postgres:
            cursor = getattr(self.stage, side).execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
        return list(self.stage.run_sql(getattr(self.stage, side), statement))

    def loaded(self, **changes: Any) -> Worker:
        worker: Worker = self.stage.run(**changes)
        worker.loaded("note", "marker")
        self.stage.settle(worker)
        return worker

    def seen(self, number: int) -> list[Any]:
        """What became of a row on the target, in order."""
        return self.on("target", f"SELECT v, lob FROM seen WHERE id = {number} ORDER BY at")


@pytest.fixture(params=["stage", "mysql_stage"])
def notes(request: pytest.FixtureRequest) -> Notes:
    return Notes(request.getfixturevalue(request.param))


def test_a_row_comes_without_its_lob_which_is_the_sources_by_then(notes: Notes) -> None:
    worker = notes.loaded(settings=FULL)
    worker.stop()
    notes.on("source", "INSERT INTO note VALUES (1, 'made', 'first'), (2, 'made', 'brief')")
    notes.on("source", "UPDATE note SET lob = 'second' WHERE id = 1")
    notes.on("source", "UPDATE note SET v = 'renamed' WHERE id = 1")
    notes.on("source", "DELETE FROM note WHERE id = 2")
    worker = notes.stage.resume(worker, settings=FULL)
    notes.stage.settle(worker)
    seen = notes.seen(1)
    assert seen[0] == ("made", None)
    assert ("made", "first") not in seen, "the source had another by the time it was asked"
    assert seen[1] == ("made", "second")
    assert seen[-1] == ("renamed", "second")
    assert {lob for _, lob in notes.seen(2)} == {None}, "the row was gone by then"
    notes.stage.equal("note")
    counted = worker.stop()
    assert counted["event"] == "stopped"
    told = worker.table("note")
    assert [told[f"applied_{kind}"] for kind in ("inserts", "updates", "deletes")] == [2, 2, 1], "as the log has them"


def test_a_change_of_another_column_brings_the_lob_along(notes: Notes) -> None:
    notes.on("source", "INSERT INTO note VALUES (1, 'one', 'the lob')")
    worker = notes.loaded(settings=FULL)
    notes.on("target", "UPDATE note SET lob = 'out of date' WHERE id = 1")
    notes.on("source", "UPDATE note SET v = 'two' WHERE id = 1")
    notes.stage.settle(worker)
    assert notes.seen(1)[-1] == ("two", "the lob")
    notes.on("source", "UPDATE note SET id = 7 WHERE id = 1")
    notes.stage.settle(worker)
    notes.stage.equal("note")
    worker.stop()


def test_a_table_that_is_gone_by_then_has_no_lobs(notes: Notes) -> None:
    worker = notes.loaded(settings=FULL)
    worker.send({"command": "conditions", "conditions": {"changes_per_second": 0.001}})
    worker.heard()
    notes.on("source", "INSERT INTO note VALUES (1, 'made', 'the lob')")
    notes.on("source", "ALTER TABLE note RENAME TO gone")
    worker.send({"command": "conditions", "conditions": {}})
    notes.stage.settle(worker)
    assert notes.on("target", "SELECT v, lob FROM note") == [("made", None)]
    worker.stop()


def test_a_lob_that_may_not_be_null_on_the_target_is_refused_row_by_row(notes: Notes) -> None:
    """A task that loads refuses the table; one that only follows meets it at the first row."""
    kind = "ALTER lob SET NOT NULL" if notes.postgres else "MODIFY lob longtext NOT NULL"
    notes.on("target", f"ALTER TABLE note {kind}")
    worker: Worker = notes.stage.run(migration_type="cdc", settings=FULL)
    wait_for(lambda: worker.of("checkpoint"), "its place in the log")
    notes.on("source", "INSERT INTO note VALUES (1, 'one', 'the lob')")
    notes.stage.settle(worker)
    assert [table for table, _ in notes.stage.exceptions()] == ["note"]
    assert notes.on("target", "SELECT count(*) FROM note") == [(0,)]
    worker.stop()


def test_limited_lobs_come_with_their_rows_as_the_log_has_them(notes: Notes) -> None:
    limited = {"TargetMetadata": {"LimitedSizeLobMode": True, "LobMaxSize": 32}}
    worker = notes.loaded(settings=limited)
    worker.stop()
    notes.on("source", "INSERT INTO note VALUES (1, 'made', 'first')")
    notes.on("source", "UPDATE note SET lob = 'second' WHERE id = 1")
    worker = notes.stage.resume(worker, settings=limited)
    notes.stage.settle(worker)
    assert notes.seen(1) == [("made", "first"), ("made", "second")]
    worker.stop()
