"""The story of a plain boto3 script that knows nothing of the project: two real servers, real rows, real waiters."""

from __future__ import annotations

import json

import pytest
from psycopg import sql

pytestmark = pytest.mark.server
QUICK = {"Delay": 0.1, "MaxAttempts": 600}
SCHEMA = "CREATE SCHEMA app; CREATE TABLE app.customer (id int PRIMARY KEY, name text, paid numeric(10,2))"
SETTINGS = {
    "FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING"},
    "ControlTablesSettings": {"ControlSchema": "awsdms_control"},
}
ROLE = "dms_story"
PASSWORD = "dms story canary"


def _filter(name, *values):
    return [{"Name": name, "Values": list(values)}]


@pytest.fixture
def databases(postgres_pair, fresh_database):
    """Source and target database with the schema; DMS's role may read one and write the other."""
    opened = []
    for server in postgres_pair:
        name = fresh_database(server)
        with server.connect() as admin:
            role, password = sql.Identifier(ROLE), sql.Literal(PASSWORD)
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN REPLICATION PASSWORD {}").format(role, password))
            admin.execute(sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(role))
            admin.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(name), role))
        connection = server.connect(name)
        connection.execute(SCHEMA)
        connection.execute(f"GRANT USAGE, CREATE ON SCHEMA app TO {ROLE}; GRANT ALL ON app.customer TO {ROLE}")
        opened.append((server, name, connection))
    opened[0][2].execute("INSERT INTO app.customer SELECT n, 'name ' || n, n / 2.0 FROM generate_series(1, 500) n")
    yield opened
    for server, name, connection in opened:
        connection.close()
        server.drop_database(name)
        server.execute(f"DROP OWNED BY {ROLE}", f"DROP ROLE {ROLE}")


def _endpoint(client, side, server, name, certificate, **settings):
    return client.create_endpoint(
        EndpointIdentifier=f"{side}-end",
        EndpointType=side,
        EngineName="postgres",
        ServerName=server.host,
        Port=server.port,
        DatabaseName=name,
        Username=ROLE,
        Password=PASSWORD,
        SslMode="verify-full",
        CertificateArn=certificate,
        PostgreSQLSettings=settings,
    )["Endpoint"]["EndpointArn"]


def _certificate(client, side, server):
    imported = client.import_certificate(
        CertificateIdentifier=f"{side}-ca", CertificatePem=server.ca_file.read_text(encoding="utf-8")
    )
    return imported["Certificate"]["CertificateArn"]


def test_a_script_moves_rows_stops_resumes_and_cleans_up(dms_service, dms_client, databases, mappings):
    call = dms_service()
    client = dms_client(call)
    (source_server, source_name, source), (target_server, target_name, target) = databases

    def rows(connection):
        return connection.execute("SELECT * FROM app.customer ORDER BY id").fetchall()

    def arrived():
        return call.wait(lambda: rows(source) == rows(target))

    client.create_replication_subnet_group(
        ReplicationSubnetGroupIdentifier="group",
        ReplicationSubnetGroupDescription="two zones",
        SubnetIds=["subnet-1", "subnet-2"],
    )
    instance = client.create_replication_instance(
        ReplicationInstanceIdentifier="rep",
        ReplicationInstanceClass="dms.t3.medium",
        ReplicationSubnetGroupIdentifier="group",
        PubliclyAccessible=False,
    )["ReplicationInstance"]["ReplicationInstanceArn"]
    mine = _filter("replication-instance-arn", instance)
    client.get_waiter("replication_instance_available").wait(Filters=mine, WaiterConfig=QUICK)
    ends = [
        _endpoint(client, "source", source_server, source_name, _certificate(client, "source", source_server)),
        _endpoint(
            client,
            "target",
            target_server,
            target_name,
            _certificate(client, "target", target_server),
            AfterConnectScript="SET session_replication_role='replica'",
        ),
    ]
    call.wait(lambda: all(one["Status"] == "active" for one in client.describe_endpoints()["Endpoints"]))
    for arn in ends:
        client.test_connection(ReplicationInstanceArn=instance, EndpointArn=arn)
        both = _filter("endpoint-arn", arn) + mine
        client.get_waiter("test_connection_succeeds").wait(Filters=both, WaiterConfig=QUICK)

    task = client.create_replication_task(
        ReplicationTaskIdentifier="story",
        SourceEndpointArn=ends[0],
        TargetEndpointArn=ends[1],
        ReplicationInstanceArn=instance,
        MigrationType="full-load-and-cdc",
        TableMappings=mappings,
        ReplicationTaskSettings=json.dumps(SETTINGS),
    )["ReplicationTask"]["ReplicationTaskArn"]
    this = _filter("replication-task-arn", task)
    client.get_waiter("replication_task_ready").wait(Filters=this, WaiterConfig=QUICK)
    client.start_replication_task(ReplicationTaskArn=task, StartReplicationTaskType="start-replication")
    client.get_waiter("replication_task_running").wait(Filters=this, WaiterConfig=QUICK)

    def statistics():
        return client.describe_table_statistics(ReplicationTaskArn=task)["TableStatistics"]

    call.wait(lambda: any(one["TableState"] == "Table completed" for one in statistics()))
    arrived()
    source.execute("UPDATE app.customer SET paid = paid + 1 WHERE id <= 10")
    source.execute("DELETE FROM app.customer WHERE id > 490")
    source.execute("INSERT INTO app.customer VALUES (1000, 'later', 3)")
    arrived()
    applied = ("AppliedInserts", "AppliedUpdates", "AppliedDeletes")
    call.wait(lambda: [statistics()[0][name] for name in applied] == [1, 10, 10])
    assert (statistics()[0]["FullLoadRows"], statistics()[0]["TableState"]) == (500, "Table completed")

    client.stop_replication_task(ReplicationTaskArn=task)
    client.get_waiter("replication_task_stopped").wait(Filters=this, WaiterConfig=QUICK)
    [stopped] = client.describe_replication_tasks(Filters=this)["ReplicationTasks"]
    assert stopped["StopReason"] == "Stop Reason NORMAL"
    assert stopped["RecoveryCheckpoint"].startswith("checkpoint:V1#1#")
    assert stopped["ReplicationTaskStats"]["TablesLoaded"] == 1
    before = rows(target)
    source.execute("INSERT INTO app.customer VALUES (1001, 'while stopped', 4)")
    source.execute("UPDATE app.customer SET name = 'changed while stopped' WHERE id = 20")
    assert rows(target) == before
    client.start_replication_task(ReplicationTaskArn=task, StartReplicationTaskType="resume-processing")
    client.get_waiter("replication_task_running").wait(Filters=this, WaiterConfig=QUICK)
    arrived()
    call.wait(lambda: [statistics()[0][name] for name in applied] == [2, 11, 10])
    assert statistics()[0]["FullLoadRows"] == 500
    client.stop_replication_task(ReplicationTaskArn=task)
    client.get_waiter("replication_task_stopped").wait(Filters=this, WaiterConfig=QUICK)

    client.delete_replication_task(ReplicationTaskArn=task)
    client.get_waiter("replication_task_deleted").wait(Filters=this, WaiterConfig=QUICK)
    for arn in ends:
        client.delete_endpoint(EndpointArn=arn)
        client.get_waiter("endpoint_deleted").wait(Filters=_filter("endpoint-arn", arn), WaiterConfig=QUICK)
    client.delete_replication_instance(ReplicationInstanceArn=instance)
    client.get_waiter("replication_instance_deleted").wait(Filters=mine, WaiterConfig=QUICK)
    client.delete_replication_subnet_group(ReplicationSubnetGroupIdentifier="group")
    assert client.describe_replication_subnet_groups()["ReplicationSubnetGroups"] == []
    assert rows(source) == rows(target)
