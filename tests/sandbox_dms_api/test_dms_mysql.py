"""The MySQL family under the API: connections, a task that pauses, goes on, reloads, one from a position."""

from __future__ import annotations

import json

import pytest

from migrate.sandbox.dms.faults import DmsFault

pytestmark = pytest.mark.server
TABLES = (
    "CREATE TABLE one (id int PRIMARY KEY, v varchar(20))",
    "CREATE TABLE parent (id int PRIMARY KEY, v varchar(20))",
    "CREATE TABLE child (id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE)",
)


class Pair:
    """A task between two databases of one server: the schema is renamed on its way."""

    def __init__(self, world, server, fresh_mysql_database):
        self.world, self.call, self.server = world, world.call, server
        self.names = [fresh_mysql_database(server), fresh_mysql_database(server)]
        self.source, self.target = (server.connect(name) for name in self.names)
        for connection in (self.source, self.target):
            for table in TABLES:
                self.sql(connection, table)

    def sql(self, connection, statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def position(self):
        row = self.sql(self.source, "SHOW BINARY LOG STATUS")[0]
        return f"{row[0]}:{row[1]}"

    def task(self, name="task", **changes):
        schema = self.names[0].replace("_", "[_]")
        rules = [
            {
                "rule-type": "selection",
                "rule-id": "1",
                "rule-name": "1",
                "rule-action": "include",
                "object-locator": {"schema-name": schema, "table-name": "%"},
            },
            {
                "rule-type": "transformation",
                "rule-id": "2",
                "rule-name": "2",
                "rule-target": "schema",
                "rule-action": "rename",
                "value": self.names[1],
                "object-locator": {"schema-name": schema},
            },
        ]
        full_load = changes.pop("full_load", {})
        settings = {"FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING", **full_load}}
        return self.world.task(
            name,
            TableMappings=json.dumps({"rules": rules}),
            ReplicationTaskSettings=json.dumps(settings),
            **changes,
        )

    def same(self, *tables):
        def equal():
            return all(
                self.sql(self.source, f"SELECT * FROM {one} ORDER BY id")
                == self.sql(self.target, f"SELECT * FROM {one} ORDER BY id")
                for one in tables
            )

        return self.call.wait(equal)

    def states(self, arn):
        found = self.call("DescribeTableStatistics", ReplicationTaskArn=arn)["TableStatistics"]
        return {one["TableName"]: one["TableState"] for one in found}

    def completed(self, arn):
        return self.call.wait(lambda: list(self.states(arn).values()) == ["Table completed"] * 3)


@pytest.fixture
def pair(dms_service, mysql_world, mysql_server, fresh_mysql_database):
    one = Pair(mysql_world(dms_service()), mysql_server, fresh_mysql_database)
    yield one
    one.call.service.close()
    one.source.close()
    one.target.close()


def test_connections_succeed_and_wrong_ones_say_why(pair, mysql_server):
    world, call = pair.world, pair.call
    pem = mysql_server.ca_file.read_text()
    ours = call("ImportCertificate", CertificateIdentifier="ours", CertificatePem=pem)["Certificate"]["CertificateArn"]
    right = world.endpoint("source", "right", SslMode="verify-full", CertificateArn=ours, EngineName="aurora")
    assert {one["Status"] for one in world.test(right, world.target)} == {"successful"}
    wrong = world.endpoint("source", "wrong", Password="p4ssw0rd-canary")
    nowhere = world.endpoint("source", "nowhere", Port=1)
    nothing = world.endpoint("source", "nothing", DatabaseName="no_such_database")
    for arn, words in ((wrong, "Access denied"), (nowhere, "refused"), (nothing, "no_such_database")):
        [connection] = world.test(arn)
        assert connection["Status"] == "failed"
        assert words in connection["LastFailureMessage"]
        assert "canary" not in connection["LastFailureMessage"]


def test_families_do_not_mix(pair, postgres_server):
    world = pair.world
    other = world.endpoint(
        "target",
        "other",
        EngineName="postgres",
        DatabaseName="postgres",
        ServerName=postgres_server.host,
        Port=postgres_server.port,
        Username=postgres_server.master_user,
        Password=postgres_server.master_password,
    )
    world.test(world.source, other)
    arn = world.task(TargetEndpointArn=other)
    with pytest.raises(DmsFault, match="from mysql to postgres"):
        world.start(arn)


def test_a_task_pauses_goes_on_and_reloads(pair):
    pair.world.test()
    pair.sql(pair.source, "INSERT INTO one VALUES (1, 'a'), (2, 'b')")
    pair.sql(pair.source, "INSERT INTO parent VALUES (1, 'a'), (2, 'b')")
    pair.sql(pair.source, "INSERT INTO child VALUES (1, 1), (2, 2)")
    arn = pair.task(full_load={"StopTaskCachedChangesNotApplied": True})
    pair.world.start(arn)
    stopped = pair.call.wait_for_status(arn, "stopped")
    assert stopped["StopReason"] == "Stop Reason STOPPED_AFTER_FULL_LOAD"
    assert stopped["RecoveryCheckpoint"].startswith("checkpoint:V1#27#mysql-bin-changelog.")
    pair.sql(pair.source, "DELETE FROM parent WHERE id = 1")
    pair.world.start(arn, "resume-processing")
    pair.same("one", "parent", "child")
    # A reload of the child takes its parent along: a delete that is read meanwhile would cascade into new rows.
    pair.sql(pair.source, "DELETE FROM parent WHERE id = 2")
    pair.sql(pair.source, "INSERT INTO parent VALUES (2, 'again')")
    pair.sql(pair.source, "INSERT INTO child VALUES (2, 2), (3, 2)")
    pair.same("parent", "child")
    pair.sql(pair.target, "DELETE FROM child")
    tables = [{"SchemaName": pair.names[0], "TableName": "child"}]
    pair.call("ReloadTables", ReplicationTaskArn=arn, TablesToReload=tables)
    pair.sql(pair.source, "UPDATE one SET v = 'meanwhile'")
    pair.same("one", "parent", "child")
    pair.completed(arn)
    pair.sql(pair.source, "DELETE FROM parent WHERE id = 2")
    pair.same("parent", "child")
    assert pair.call.task(arn)["Status"] == "running"
    pair.call("StopReplicationTask", ReplicationTaskArn=arn)
    assert pair.call.wait_for_status(arn, "stopped")["StopReason"] == "Stop Reason NORMAL"


def test_a_cdc_only_task_starts_from_a_position(pair):
    pair.world.test()
    pair.sql(pair.source, "INSERT INTO one VALUES (1, 'before')")
    position = pair.position()
    pair.sql(pair.source, "INSERT INTO one VALUES (2, 'after')")
    arn = pair.task(MigrationType="cdc", CdcStartPosition=position)
    pair.world.start(arn)
    pair.call.wait(lambda: pair.sql(pair.target, "SELECT * FROM one") == [(2, "after")])
