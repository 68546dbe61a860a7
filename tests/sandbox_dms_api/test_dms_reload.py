"""Real workers under the API: a pause after the load, a table loaded again, a worker killed in the middle."""

from __future__ import annotations

import contextlib
import json
import os
from functools import partial
from pathlib import Path

import psycopg
import pytest

from migrate.sandbox.dms.faults import DmsFault

pytestmark = pytest.mark.server
SCHEMA = (
    "CREATE SCHEMA app; CREATE TABLE app.one (id int PRIMARY KEY, v text);"
    " CREATE TABLE app.two (id int PRIMARY KEY, v text)"
)


class Pair:
    """A task between two databases of one server, and a look at both."""

    def __init__(self, world, server, fresh_database, schema=SCHEMA):
        self.world, self.call = world, world.call
        names = [fresh_database(server), fresh_database(server)]
        self.source, self.target = (
            server.connect(name, user=server.master_user, password=server.master_password) for name in names
        )
        self.ends = [
            world.endpoint(side, f"{side}-db", DatabaseName=name)
            for side, name in zip(("source", "target"), names, strict=True)
        ]
        for connection in (self.source, self.target):
            connection.execute(schema)
        self.source_again = partial(
            psycopg.connect, self.source.info.dsn, password=server.master_password, autocommit=False
        )
        self.source.execute("INSERT INTO app.one SELECT n, 'one' FROM generate_series(1, 300) n")

    def task(self, name="task", *, validates=False, **full_load):
        assert {one["Status"] for one in self.world.test(*self.ends)} == {"successful"}
        settings = {
            "FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING", **full_load},
            "ValidationSettings": {"EnableValidation": validates},
        }
        return self.world.task(
            name,
            SourceEndpointArn=self.ends[0],
            TargetEndpointArn=self.ends[1],
            ReplicationTaskSettings=json.dumps(settings),
        )

    def rows(self, connection, table):
        return connection.execute(f"SELECT id, v FROM app.{table} ORDER BY id").fetchall()

    def same(self, *tables):
        return self.call.wait(lambda: all(self.rows(self.source, one) == self.rows(self.target, one) for one in tables))

    def tables(self, arn):
        found = self.call("DescribeTableStatistics", ReplicationTaskArn=arn)["TableStatistics"]
        return {one["TableName"]: one for one in found}


@pytest.fixture
def pair(dms_service, dms_world, postgres_server, fresh_database):
    made = []

    def make(schema=SCHEMA):
        made.append(Pair(dms_world(dms_service()), postgres_server, fresh_database, schema))
        return made[-1]

    yield make
    for one in made:
        one.call.service.close()
        one.source.close()
        one.target.close()


def test_a_task_pauses_after_the_load_and_goes_on(pair):
    pair = pair()
    arn = pair.task(StopTaskCachedChangesNotApplied=True)
    pair.world.start(arn)
    stopped = pair.call.wait_for_status(arn, "stopped")
    assert stopped["StopReason"] == "Stop Reason STOPPED_AFTER_FULL_LOAD"
    assert stopped["ReplicationTaskStats"]["FullLoadProgressPercent"] == 100
    pair.source.execute("INSERT INTO app.two VALUES (1, 'later')")
    pair.world.start(arn, "resume-processing")
    pair.same("one", "two")


def test_tables_are_loaded_again_while_the_others_go_on(pair):
    pair = pair()
    arn = pair.task(StopTaskCachedChangesNotApplied=True)
    pair.world.start(arn)
    pair.call.wait_for_status(arn, "stopped")
    pair.world.start(arn, "resume-processing")
    pair.call.wait_for_status(arn, "running")
    pair.target.execute("DELETE FROM app.one WHERE id < 100")
    pair.source.execute("INSERT INTO app.two SELECT n, 'before' FROM generate_series(1, 20) n")
    with pair.source_again() as other:
        other.execute("INSERT INTO app.two VALUES (-1, 'still open')")  # the reload's snapshot waits for its end
        pair.call("ReloadTables", ReplicationTaskArn=arn, TablesToReload=[{"SchemaName": "app", "TableName": "one"}])
        assert pair.call.task(arn)["Status"] == "running"
        assert pair.tables(arn)["one"]["TableState"] == "Table is being reloaded"
    pair.source.execute("INSERT INTO app.one VALUES (1000, 'meanwhile')")
    pair.source.execute("INSERT INTO app.two VALUES (1000, 'meanwhile')")
    pair.same("one", "two")
    pair.call.wait(lambda: pair.tables(arn)["one"]["TableState"] == "Table completed")
    pair.source.execute("UPDATE app.one SET v = 'after'")
    pair.same("one", "two")
    assert pair.tables(arn)["one"]["FullLoadReloaded"] is True
    assert pair.tables(arn)["two"]["FullLoadReloaded"] is False
    assert pair.call.task(arn)["Status"] == "running"


def test_every_table_can_be_loaded_again_at_once(pair):
    pair = pair()
    arn = pair.task()
    pair.world.start(arn)
    pair.call.wait(lambda: len(pair.tables(arn)) == 2 and _completed(pair, arn))
    pair.target.execute("DELETE FROM app.one WHERE id < 100")
    both = [{"SchemaName": "app", "TableName": name} for name in ("one", "two")]
    pair.call("ReloadTables", ReplicationTaskArn=arn, TablesToReload=both)
    pair.source.execute("INSERT INTO app.two VALUES (1000, 'meanwhile')")
    pair.same("one", "two")
    pair.call.wait(lambda: _completed(pair, arn))


def test_tables_are_validated_and_validated_again(pair):
    pair = pair()
    plain = pair.task()
    pair.world.start(plain)
    pair.call.wait_for_status(plain, "running")
    pair.call.wait(lambda: len(pair.tables(plain)) == 2 and _completed(pair, plain))
    assert pair.tables(plain)["one"]["ValidationState"] == "Not enabled"
    again = {"TablesToReload": [{"SchemaName": "app", "TableName": "one"}], "ReloadOption": "validate-only"}
    with pytest.raises(DmsFault, match="validation enabled") as caught:
        pair.call("ReloadTables", ReplicationTaskArn=plain, **again)
    assert caught.value.code == "InvalidResourceStateFault"
    pair.call("StopReplicationTask", ReplicationTaskArn=plain)
    pair.call.wait_for_status(plain, "stopped")
    pair.target.execute("TRUNCATE app.one")
    arn = pair.task("validated", validates=True)
    pair.world.start(arn)
    pair.call.wait(lambda: _validation(pair, arn) == "Validated")
    pair.target.execute("UPDATE app.one SET v = 'spoiled' WHERE id = 1")
    pair.call("ReloadTables", ReplicationTaskArn=arn, **again)
    pair.call.wait(lambda: _validation(pair, arn) == "Mismatched records")
    assert pair.tables(arn)["one"]["ValidationFailedRecords"] == 1
    assert pair.tables(arn)["one"]["TableState"] == "Table completed"


def _validation(pair, arn):
    return pair.tables(arn).get("one", {}).get("ValidationState")


def _completed(pair, arn):
    return all(one["TableState"] == "Table completed" for one in pair.tables(arn).values())


def test_a_killed_worker_loses_and_doubles_nothing(pair):
    pair = pair()
    arn = pair.task()
    pair.world.start(arn)
    pair.same("one")
    pair.call.wait(lambda: pair.tables(arn)["one"]["TableState"] == "Table completed")
    pids = {_worker()}
    for number in range(3):
        pair.source.execute(
            "INSERT INTO app.two SELECT n, 'x' FROM generate_series(%s::int, %s::int) n",
            [number * 50, number * 50 + 49],
        )
        pair.source.execute("UPDATE app.one SET v = v || %s", [str(number)])
        os.kill(_worker(), 9)
        pids.add(pair.call.wait(lambda: (pid := _worker()) not in pids and pid))
        pair.same("one", "two")
    assert pair.call.wait_for_status(arn, "running")["LastFailureMessage"].startswith("Last Error The task stopped")
    before = pair.tables(arn)["two"]["Inserts"]
    pair.source.execute("INSERT INTO app.two VALUES (5000, 'last')")
    pair.call.wait(lambda: pair.tables(arn)["two"]["Inserts"] > before)


def _worker():
    """The process id of this process's only worker, 0 while there is none. Threads and children may end meanwhile."""
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        with contextlib.suppress(OSError):
            for pid in (task / "children").read_text().split():
                if b"migrate.sandbox.dms.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return int(pid)
    return 0
