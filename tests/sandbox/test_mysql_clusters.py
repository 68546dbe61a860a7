"""Stories about Aurora MySQL clusters: a real MySQL server with the settings its parameter group asks for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymysql
import pytest
from botocore.exceptions import ClientError

from migrate.sandbox.client import Launched, fault, status
from migrate.sandbox.servers.mysql_binaries import Flavor
from tests.mysql_programs import require

pytestmark = [pytest.mark.server, pytest.mark.slow]

Ca = Callable[[str], Path]
VERSION = "8.0.mysql_aurora.3.08.0"
PARAMETERS = {
    "binlog_format": "ROW",
    "binlog_checksum": "NONE",
    "require_secure_transport": "ON",
    "gtid-mode": "ON",
    "enforce_gtid_consistency": "ON",
    "log_bin_trust_function_creators": "1",
    "local_infile": "1",
    "time_zone": "UTC",
    "event_scheduler": "OFF",
    "character_set_server": "utf8mb4",
    "collation_server": "utf8mb4_unicode_ci",
    "lower_case_table_names": "1",
    "max_connections": "{DBInstanceClassMemory/12582880}",
    "max_allowed_packet": "67108864",
    "server_audit_logging": "1",
    "aurora_enhanced_binlog": "0",
    "binlog_backup": "1",
}


@pytest.fixture(autouse=True)
def _programs() -> None:
    require(Flavor.MYSQL)


def template(stacks: Any, **parameters: str) -> dict[str, Any]:
    """The shape of a target, with the other engine."""
    found: dict[str, Any] = stacks.template()
    resources = found["Resources"]
    cluster = resources["Cluster"]["Properties"]
    cluster |= {"Engine": "aurora-mysql", "EngineVersion": VERSION, "EnableCloudwatchLogsExports": ["error"]}
    for group in ("ClusterParams", "InstanceParams"):
        resources[group]["Properties"]["Family"] = "aurora-mysql8.0"
    resources["ClusterParams"]["Properties"]["Parameters"] = {**PARAMETERS, **parameters}
    resources["InstanceParams"]["Properties"]["Parameters"] = {"long_query_time": "1"}
    for instance in ("Writer", "Reader"):
        resources[instance]["Properties"]["Engine"] = "aurora-mysql"
    resources["Log"]["Properties"]["LogGroupName"] = {"Fn::Sub": "/aws/rds/cluster/${AWS::StackName}/error"}
    del found["Parameters"]["Logical"]
    return found


def connect(stacks: Any, name: str, ca_file: Path, **options: Any) -> pymysql.Connection[Any]:
    """As the toolkit would: endpoint and secret from AWS's answers."""
    cluster = stacks.cluster(name)
    secret = stacks.client("secretsmanager").get_secret_value(SecretId=cluster["MasterUserSecret"]["SecretArn"])
    login = json.loads(secret["SecretString"])
    return pymysql.connect(
        **{
            "host": cluster["Endpoint"],
            "port": cluster["Port"],
            "database": cluster["DatabaseName"],
            "user": login["username"],
            "password": login["password"],
            "ssl_ca": str(ca_file),
            "ssl_verify_cert": True,
            "ssl_verify_identity": True,
            "autocommit": True,
            **options,
        }
    )


def asked(connection: pymysql.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def test_a_stack_is_a_reachable_server(stacks: Any, stack_name: str, sandbox: Launched, ca_of: Ca) -> None:
    assert stacks.create(stack_name, template(stacks)) == "CREATE_COMPLETE"
    cluster = stacks.cluster(stack_name)
    assert (cluster["Engine"], cluster["EngineVersion"], cluster["Status"]) == ("aurora-mysql", VERSION, "available")
    assert {member["DBClusterParameterGroupStatus"] for member in cluster["DBClusterMembers"]} == {"in-sync"}
    instances = stacks.client("rds").describe_db_instances()["DBInstances"]
    ours = [row for row in instances if row["DBClusterIdentifier"] == stack_name]
    assert {(row["Engine"], row["Endpoint"]["Port"]) for row in ours} == {("aurora-mysql", cluster["Port"])}
    server = next(row for row in status(sandbox.control_url)["servers"] if row["name"] == stack_name)
    assert (server["role"], server["engine"]) == ("cluster", "mysql")
    with connect(stacks, stack_name, ca_of(stack_name)) as master:
        assert asked(master, "SELECT CURRENT_USER(), DATABASE()") == [("mig_admin@%", "appdb")]
        assert asked(master, "SELECT @@log_bin, @@binlog_format, @@gtid_mode, @@binlog_checksum") == [
            (1, "ROW", "ON", "NONE")
        ]
        assert asked(master, "SELECT @@collation_server, @@lower_case_table_names, @@global.time_zone") == [
            ("utf8mb4_unicode_ci", 1, "+00:00")
        ]
        assert asked(master, "SELECT @@event_scheduler, @@max_allowed_packet") == [("OFF", 67108864)]
        asked(master, "CREATE TABLE Mine (n INT PRIMARY KEY)")
        asked(master, "CREATE TRIGGER up BEFORE INSERT ON mine FOR EACH ROW SET NEW.n = NEW.n + 1")
        with pytest.raises(pymysql.err.OperationalError, match="SUPER"):
            asked(master, "SET GLOBAL read_only = ON")
    with pytest.raises(pymysql.err.OperationalError, match="secure"):
        connect(stacks, stack_name, ca_of(stack_name), ssl_disabled=True)


def test_changed_parameters_wait_for_a_reboot(stacks: Any, stack_name: str, ca_of: Ca) -> None:
    stacks.create(stack_name, template(stacks))
    changed = template(stacks, binlog_format="OFF", require_secure_transport="OFF")
    assert stacks.run(stacks.change_set(stack_name, changed, "UPDATE")) == "UPDATE_COMPLETE"
    members = stacks.cluster(stack_name)["DBClusterMembers"]
    assert {member["DBClusterParameterGroupStatus"] for member in members} == {"pending-reboot"}
    writer = next(member["DBInstanceIdentifier"] for member in members if member["IsClusterWriter"])
    stacks.client("rds").reboot_db_instance(DBInstanceIdentifier=writer)
    with connect(stacks, stack_name, ca_of(stack_name), ssl_disabled=True) as master:
        assert asked(master, "SELECT @@log_bin") == [(0,)]
    members = stacks.cluster(stack_name)["DBClusterMembers"]
    assert {member["DBClusterParameterGroupStatus"] for member in members} == {"in-sync"}


def test_a_cluster_made_by_hand(stacks: Any, sandbox: Launched, ca_of: Ca) -> None:
    """Without a parameter group of its own, as Aurora starts one: no log, no GTIDs, plain connections taken."""
    rds = stacks.client("rds")
    with pytest.raises(ClientError, match="aurora-mysql and aurora-postgresql only"):
        rds.create_db_cluster(
            DBClusterIdentifier="odd", Engine="neptune", MasterUsername="m", MasterUserPassword="a long word"
        )
    rds.create_db_cluster(
        DBClusterIdentifier="by-hand",
        Engine="aurora-mysql",
        EngineVersion=VERSION,
        MasterUsername="mig_admin",
        MasterUserPassword="the first word",
    )
    try:
        with pytest.raises(ClientError, match="engine of the instance must be the cluster's: aurora-mysql"):
            rds.create_db_instance(
                DBInstanceIdentifier="other",
                DBClusterIdentifier="by-hand",
                Engine="aurora-postgresql",
                DBInstanceClass="db.r7g.large",
            )
        cluster, ca_file = stacks.cluster("by-hand"), ca_of("by-hand")

        def login(password: str, **options: Any) -> pymysql.Connection[Any]:
            return pymysql.connect(
                host=cluster["Endpoint"], port=cluster["Port"], user="mig_admin", password=password, **options
            )

        with login("the first word", ssl_disabled=True) as master:
            assert asked(master, "SELECT @@log_bin, @@gtid_mode, @@log_bin_trust_function_creators") == [(0, "OFF", 0)]
        rds.modify_db_cluster(
            DBClusterIdentifier="by-hand", MasterUserPassword="the second 'word'", ApplyImmediately=True
        )
        with pytest.raises(pymysql.err.OperationalError, match="denied"):
            login("the first word")
        login("the second 'word'", ssl_ca=str(ca_file), ssl_verify_cert=True).close()
        fault(sandbox.control_url, "kill-server", "by-hand")
        fault(sandbox.control_url, "start-server", "by-hand")
        login("the second 'word'").close()
    finally:
        rds.delete_db_cluster(DBClusterIdentifier="by-hand", SkipFinalSnapshot=True)
    assert "by-hand" not in [server["name"] for server in status(sandbox.control_url)["servers"]]


def test_from_8_4_on_plain_connections_are_refused_by_default() -> None:
    from migrate.sandbox.aws.aurora_mysql import AuroraMySql

    engine = AuroraMySql()
    assert not engine.wants_tls({}, VERSION)
    assert engine.wants_tls({}, "8.4.mysql_aurora.8.4.7")
    assert engine.wants_tls({"require_secure_transport": "1"}, VERSION)
    assert not engine.wants_tls({"require_secure_transport": "OFF"}, "8.4.mysql_aurora.8.4.7")
