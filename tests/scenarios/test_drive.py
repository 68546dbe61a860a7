"""One migration driven by hand: refused for its network, changed as it runs, taken away, set up anew, cleaned up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.scenarios.complaint import refused, told_people
from tests.scenarios.theatre import Staged, stage, stands_still_after

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("drive")]
TABLE = "ledger.customers"
AUDIT = ("source", "awsdms_* object", "table: public.awsdms_ddl_audit")


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """Assessed and provisioned; the first test sets the replication up."""
    for staged in stage(tmp_path_factory.mktemp("drive")):
        staged.must("assess")
        staged.must("provision", "apply")
        yield staged


def sql(staged: Staged, side: str, *statements: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(**staged.login(side), autocommit=True) as database:
        cursor = None
        for statement in statements:
            cursor = database.execute(statement)
        return cursor.fetchall() if cursor is not None and cursor.description else []


def leftovers(staged: Staged) -> dict[tuple[str, str, str], dict[str, Any]]:
    document = staged.must("cleanup", "--plan", "--format", "json").json
    assert document["unseen"] == []
    return {(one["where"], one["kind"], one["name"]): one for one in document["leftovers"]}


def task_status(staged: Staged) -> str:
    (task,) = staged.boto("dms").describe_replication_tasks()["ReplicationTasks"]
    return str(task["Status"])


def settings(staged: Staged, section: str, line: str) -> None:
    """Put a line under a section of migration.toml that `init` did not write."""
    with (staged.home / "migration.toml").open("a") as file:
        file.write(f"\n[{section}]\n{line}\n")


def test_a_network_that_keeps_dms_out_is_told_before_anything_is_made(driven: Staged) -> None:
    ec2 = driven.boto("ec2")
    (cluster,) = driven.boto("rds").describe_db_clusters()["DBClusters"]
    guard = cluster["VpcSecurityGroups"][0]["VpcSecurityGroupId"]
    rules = ec2.describe_security_groups(GroupIds=[guard])["SecurityGroups"][0]["IpPermissions"]
    ec2.revoke_security_group_ingress(GroupId=guard, IpPermissions=rules)
    complaint = told_people(driven, driven.run("replicate", "start"))
    assert (complaint.exit, complaint.code) == (3, "REP-007")
    assert f"{guard}: add inbound TCP 5432 from sg-" in complaint.message
    assert "control tables" not in {kind for _, kind, _ in leftovers(driven)}
    ec2.authorize_security_group_ingress(GroupId=guard, IpPermissions=rules)


def test_the_same_set_up_goes_on_once_the_rule_is_there(driven: Staged) -> None:
    driven.must("replicate", "start")
    driven.must("validate")


def test_what_stands_is_listed_with_what_it_costs(driven: Staged) -> None:
    found = leftovers(driven)
    kinds = {(where, kind) for where, kind, _ in found}
    assert {("aws", "DMS task"), ("aws", "DMS endpoint"), ("aws", "DMS replication instance"), ("aws", "secret"),
            ("aws", "DMS subnet group"), ("aws", "DMS certificate")} <= kinds  # fmt: skip
    for side in ("source", "target"):
        assert {(side, kind) for kind in ("login", "toolkit's schema", "control tables", "replication slot")} <= kinds
        assert found[side, "replication slot", f"am_{driven.sample.name}_witness_1"]["bytes"] >= 0
    assert all(one["cost"] and one["removable"] for one in found.values())


def test_nothing_is_taken_away_without_its_name_or_too_early(driven: Staged) -> None:
    name = driven.sample.name
    assert refused(driven, "replicate", "destroy").code == "REP-060"
    assert refused(driven, "cleanup", "--confirm", "another").code == "CLN-001"
    assert refused(driven, "cleanup", "--plan", "--confirm", name).code == "CLN-006"
    assert told_people(driven, driven.run("cleanup", "--confirm", name)).code == "CLN-004"
    steps = driven.must("replicate", "destroy", "--dry-run", "--format", "json").json
    assert [step["id"] for step in steps] == [
        "remove/tasks", "target/reopen", "remove/endpoints", "remove/instance", "remove/certificates", "remove/slots",
        "remove/control", "remove/markers",
    ]  # fmt: skip
    assert task_status(driven) == "running"


def test_a_changed_setting_is_told_and_applied_even_if_killed_in_between(driven: Staged) -> None:
    larger = 'instance_class = "dms.r6i.xlarge"\nallocated_storage_gb = 150'
    settings(driven, "replication", f"full_load_subtasks = 3\n{larger}")
    told = driven.run("replicate", "status", "--format", "json")
    differing = [
        "the replication instance is not as migration.toml says: ReplicationInstanceClass, AllocatedStorage",
        f"{driven.sample.name}-main-forward-0 is not as migration.toml says: FullLoadSettings.MaxFullLoadSubTasks",
    ]
    assert [line.partition("; see: ")[0] for line in told.json["changed"]] == differing
    assert all(line in told.err for line in differing)
    held = stands_still_after("settings/pause")
    driven.kill_after(driven.start("replicate", "apply-settings", sabotage=held), "settings/pause")
    assert task_status(driven) == "stopped"
    assert driven.status()["next_command"] == "aurora-migrate replicate apply-settings"
    driven.must("replicate", "apply-settings")
    assert task_status(driven) == "running"
    assert "migration.toml says" not in driven.run("replicate", "status").err
    (instance,) = driven.boto("dms").describe_replication_instances()["ReplicationInstances"]
    assert (instance["ReplicationInstanceClass"], instance["AllocatedStorage"]) == ("dms.r6i.xlarge", 150)
    assert instance["ReplicationInstanceStatus"] == "available"
    done = len(driven.journal())
    driven.must("replicate", "apply-settings")
    assert len(driven.journal()) == done, "there was nothing to do"


def test_a_table_is_loaded_again_and_what_was_proven_of_it_counts_no_more(driven: Staged) -> None:
    spoil = f"UPDATE {TABLE} SET email = 'lost.' || email WHERE id = (SELECT min(id) FROM {TABLE})"
    sql(driven, "target", "SET session_replication_role = replica", spoil)
    exception = (
        "INSERT INTO awsdms_control.awsdms_apply_exceptions VALUES ('t', 'ledger', 'customers', now(), 's', 'e')"
    )
    sql(driven, "target", exception)
    for names, code in ((["ledger.nothing"], "REP-063"), ([f"a.t{number}" for number in range(11)], "REP-064")):
        assert told_people(driven, driven.run("replicate", "reload", *names)).code == code
    driven.must("replicate", "reload", TABLE)
    assert told_people(driven, driven.run("cutover", "run")).code == "CUT-007"
    assert driven.status()["next_command"] == "aurora-migrate validate"
    driven.must("validate")
    assert sql(driven, "target", "SELECT count(*) FROM awsdms_control.awsdms_apply_exceptions") == [(0,)]
    assert driven.run("cutover", "plan").code == 0


def test_a_password_that_was_changed_is_told_and_taken_from_the_secret(driven: Staged) -> None:
    secrets, name = driven.boto("secretsmanager"), f"{driven.sample.name}/dms/source/capture"
    before = secrets.get_secret_value(SecretId=name)["SecretString"]
    sql(driven, "source", "ALTER ROLE aurora_migrate_capture PASSWORD 'rotated'")
    driven.must("replicate", "stop")
    assert told_people(driven, driven.run("replicate", "reload", TABLE)).code == "REP-065"
    complaint = told_people(driven, driven.run("replicate", "resume"))
    assert (complaint.exit, complaint.code) == (8, "AWS-CONNECTION-FAILED")
    assert "-source: the server refuses the login" in complaint.message
    assert "into the secret" in complaint.hint
    assert task_status(driven) == "stopped"
    rotated = json.dumps({**json.loads(before), "password": "rotated"})
    secrets.put_secret_value(SecretId=name, SecretString=rotated)
    driven.must("replicate", "resume")
    assert task_status(driven) == "running"


def test_a_task_that_somebody_deleted_is_missed_by_who_stops_or_changes_it(driven: Staged) -> None:
    dms = driven.boto("dms")
    driven.must("replicate", "stop")
    (task,) = dms.describe_replication_tasks()["ReplicationTasks"]
    dms.delete_replication_task(ReplicationTaskArn=task["ReplicationTaskArn"])
    dms.get_waiter("replication_task_deleted").wait(
        Filters=[{"Name": "replication-task-arn", "Values": [task["ReplicationTaskArn"]]}],
        WaiterConfig={"Delay": 1, "MaxAttempts": 120},
    )
    for command in ("stop", "apply-settings", "resume"):
        complaint = told_people(driven, driven.run("replicate", command))
        assert (complaint.exit, complaint.code) == (8, "AWS-TASK-GONE"), command
        assert task["ReplicationTaskIdentifier"] in complaint.message


def test_a_replication_is_destroyed_even_if_killed_half_way(driven: Staged) -> None:
    name = driven.sample.name
    driven.kill_after(driven.start("replicate", "destroy", "--confirm", name), "remove/endpoints")
    assert driven.status()["next_command"] == "aurora-migrate replicate destroy"
    driven.must("replicate", "destroy", "--confirm", name)
    assert {kind for _, kind, _ in leftovers(driven)} == {"secret", "login"}
    for side in ("source", "target"):
        assert driven.slots(side, "") == [], "nothing holds a log back"
    assert driven.run("cutover", "plan").code == 3, "what was validated was taken away"


def test_what_was_destroyed_is_set_up_anew(driven: Staged) -> None:
    assert told_people(driven, driven.run("replicate", "start")).code == "REP-001"
    sql(driven, "target", "DROP SCHEMA ledger CASCADE")
    driven.must("replicate", "start")
    driven.must("validate")
    assert driven.status()["next_command"].startswith("aurora-migrate cutover approve")


def test_an_abandoned_migration_leaves_nothing_but_what_is_not_its_own(driven: Staged) -> None:
    sql(driven, "source", "CREATE TABLE public.awsdms_ddl_audit (c int)")
    sql(driven, "source", "SELECT pg_create_logical_replication_slot('am_ledger_b_main_forward_1', 'test_decoding')")
    shared = leftovers(driven)
    assert shared[AUDIT]["kept"].startswith("belongs to mig_admin")
    kept = {kind for (where, kind, _), one in shared.items() if where == "source" and not one["removable"]}
    assert kept == {"awsdms_* object", "login", "toolkit's schema", "control tables"}
    sql(driven, "source", "SELECT pg_drop_replication_slot('am_ledger_b_main_forward_1')")
    driven.must("cleanup", "--confirm", driven.sample.name, "--abandon")
    assert list(leftovers(driven)) == [AUDIT]
    for side in ("source", "target"):
        roles = sql(driven, side, "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'aurora_migrate%'")
        assert roles == []
    login = {**driven.target(), "user": driven.secret()["username"], "password": driven.secret()["password"]}
    psycopg.connect(**login).close()  # the target lets in whom it let in before
    for command in (("validate",), ("replicate", "start"), ("cutover", "run")):
        assert "CUT-018" in driven.run(*command).err
    assert driven.status()["next_command"] == "nothing is left to do"
