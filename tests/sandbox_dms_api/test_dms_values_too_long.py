"""Values that do not fit, through plain boto3: LOBs over their limit, and texts longer than the target's column."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.server
QUICK = {"Delay": 0.1, "MaxAttempts": 3000}
SCHEMA = (
    "CREATE SCHEMA app; CREATE TABLE app.note (id int PRIMARY KEY, title varchar(40), body text);"
    " ALTER TABLE app.note ALTER body SET STORAGE EXTERNAL"
)


class Notes:
    """A task between two databases of one server, driven by a boto3 client."""

    def __init__(self, call: Any, client: Any, world: Any, server: Any, fresh_database: Any) -> None:
        self.call, self.client, self.world = call, client, world
        names = [fresh_database(server), fresh_database(server)]
        self.source, self.target = (server.connect(name, server.master_user, server.master_password) for name in names)
        self.ends = [
            world.endpoint(side, f"{side}-db", DatabaseName=name)
            for side, name in zip(("source", "target"), names, strict=True)
        ]
        for connection in (self.source, self.target):
            connection.execute(SCHEMA)

    def follow(self, settings: dict[str, Any], *rules: dict[str, Any]) -> str:
        """A task that has loaded the table and follows it."""
        assert {one["Status"] for one in self.world.test(*self.ends)} == {"successful"}
        table = {"schema-name": "app", "table-name": "note"}
        include = {"rule-type": "selection", "rule-action": "include", "object-locator": table}
        mapped = [
            {**rule, "rule-id": str(number), "rule-name": str(number), "object-locator": table}
            for number, rule in enumerate([include, *rules], 1)
        ]
        task: str = self.client.create_replication_task(
            ReplicationTaskIdentifier="notes",
            SourceEndpointArn=self.ends[0],
            TargetEndpointArn=self.ends[1],
            ReplicationInstanceArn=self.world.instance,
            MigrationType="full-load-and-cdc",
            TableMappings=json.dumps({"rules": mapped}),
            ReplicationTaskSettings=json.dumps(
                {
                    "FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING"},
                    "ControlTablesSettings": {"ControlSchema": "awsdms_control"},
                    **settings,
                }
            ),
        )["ReplicationTask"]["ReplicationTaskArn"]
        this = [{"Name": "replication-task-arn", "Values": [task]}]
        self.client.get_waiter("replication_task_ready").wait(Filters=this, WaiterConfig=QUICK)
        self.client.start_replication_task(ReplicationTaskArn=task, StartReplicationTaskType="start-replication")
        self.call.wait(lambda: self.state(task) == "Table completed")
        # What comes while the load's cached changes are applied may be forgiven (FullLoadIgnoreConflicts).
        self.source.execute("INSERT INTO app.note VALUES (0, 'followed', '')")
        self.call.wait(lambda: self.rows("id = 0"))
        return task

    def state(self, task: str) -> str:
        tables = self.client.describe_table_statistics(ReplicationTaskArn=task)["TableStatistics"]
        return str(tables[0]["TableState"]) if tables else ""

    def status(self, task: str) -> str:
        this = [{"Name": "replication-task-arn", "Values": [task]}]
        return str(self.client.describe_replication_tasks(Filters=this)["ReplicationTasks"][0]["Status"])

    def rows(self, where: str = "id > 0") -> list[Any]:
        found: list[Any] = self.target.execute(
            f"SELECT id, title, length(body) FROM app.note WHERE {where} ORDER BY id"
        ).fetchall()
        return found

    def exceptions(self) -> list[str]:
        rows = self.target.execute('SELECT "ERROR" FROM awsdms_control.awsdms_apply_exceptions').fetchall()
        return [error for (error,) in rows]


@pytest.fixture
def notes(dms_service: Any, dms_client: Any, dms_world: Any, postgres_server: Any, fresh_database: Any) -> Any:
    call = dms_service()
    one = Notes(call, dms_client(call), dms_world(call), postgres_server, fresh_database)
    yield one
    call.service.close()
    one.source.close()
    one.target.close()


def test_a_table_of_unlimited_lobs_is_looked_up_whatever_the_tasks_limit(notes: Notes) -> None:
    unlimited = {"rule-type": "table-settings", "lob-settings": {"mode": "unlimited"}}
    notes.follow({"TargetMetadata": {"LimitedSizeLobMode": True, "LobMaxSize": 1}}, unlimited)
    notes.source.execute("INSERT INTO app.note VALUES (1, 'made', repeat('x', 5000))")
    assert notes.call.wait(lambda: notes.rows() == [(1, "made", 5000)])
    notes.target.execute("UPDATE app.note SET body = 'out of date'")
    notes.source.execute("UPDATE app.note SET title = 'renamed' WHERE id = 1")
    assert notes.call.wait(lambda: notes.rows() == [(1, "renamed", 5000)])


def test_a_lob_over_the_limit_is_cut_in_every_change(notes: Notes) -> None:
    notes.follow({"TargetMetadata": {"LimitedSizeLobMode": True, "LobMaxSize": 1}})
    notes.source.execute("INSERT INTO app.note VALUES (1, 'made', repeat('x', 5000))")
    assert notes.call.wait(lambda: notes.rows() == [(1, "made", 1024)])
    notes.source.execute("UPDATE app.note SET title = 'renamed', body = repeat('y', 3000) WHERE id = 1")
    assert notes.call.wait(lambda: notes.rows() == [(1, "renamed", 1024)])


@pytest.mark.parametrize(
    ("policy", "table", "status"),
    [
        ("IGNORE_RECORD", "Table completed", "running"),
        ("LOG_ERROR", "Table completed", "running"),
        ("SUSPEND_TABLE", "Table error", "running"),
        ("STOP_TASK", "Table completed", "failed"),
    ],
)
def test_a_text_longer_than_the_column_is_never_cut(notes: Notes, policy: str, table: str, status: str) -> None:
    notes.target.execute("ALTER TABLE app.note ALTER title TYPE varchar(8)")
    task = notes.follow({"ErrorBehavior": {"DataTruncationErrorPolicy": policy}})
    with notes.source.transaction():
        notes.source.execute("INSERT INTO app.note VALUES (1, 'longer than eight', '')")
        notes.source.execute("INSERT INTO app.note VALUES (2, 'short', '')")
    if status == "failed":
        assert notes.call.wait(lambda: notes.status(task) == "failed")
        assert notes.rows() == [], "the transaction it stands in is given back"
    elif table == "Table error":
        assert notes.call.wait(lambda: notes.state(task) == "Table error")
        assert notes.rows() == [], "nothing of a suspended table is applied any more"
    else:
        assert notes.call.wait(lambda: notes.rows() == [(2, "short", 0)])
    assert (notes.state(task), notes.status(task)) == (table, status)
    logged = ["too long" in error for error in notes.exceptions()]
    assert logged == ([True] if policy in ("LOG_ERROR", "SUSPEND_TABLE") else [])
