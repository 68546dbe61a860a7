"""An audit: every rule finds its fault and nothing else, and says a line of the AWS CLI that exists."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from migrate.model.posture import InstancePosture, Posture, Way
from migrate.model.tags import REQUIRED
from migrate.stages.provision.audit import audit
from migrate.stages.provision.audit_rules import RULES

INSTANCE = InstancePosture(
    id="one",
    zone="eu-1a",
    public=False,
    writer=True,
    minor_upgrades=True,
    monitoring_seconds=60,
    parameters_in_force=True,
)
GOOD = Posture(
    cluster="ledger",
    engine="aurora-postgresql",
    version="17.5",
    port=5433,
    master_username="mig_admin",
    master_secret_managed=True,
    encrypted=True,
    key_of_aws=False,
    deletion_protection=True,
    backup_days=14,
    copies_tags=True,
    iam_logins=True,
    insights=True,
    exported_logs=("postgresql",),
    log_days={"/aws/rds/cluster/ledger/postgresql": 90},
    parameter_group="ledger-cluster",
    parameters={"rds.force_ssl": "1", "rds.logical_replication": "1"},
    tags={**dict.fromkeys(REQUIRED, "given"), "DataClassification": "confidential"},
    instances=(INSTANCE, replace(INSTANCE, id="two", zone="eu-1b", writer=False)),
    ways=(Way("sg-1", "sg-2", False),),
    alarmed_metrics=frozenset({"CPUUtilization", "FreeableMemory", "DatabaseConnections"}),
    event_sources=frozenset({"db-cluster", "db-instance", "db-parameter-group"}),
    snapshots={"last": ()},
    trailed=True,
    may_end=(),
    key="arn:aws:kms:eu-central-1:123456789012:key/1",
    key_rotates=True,
)
MYSQL = replace(
    GOOD,
    engine="aurora-mysql",
    port=3307,
    exported_logs=("audit", "error"),
    parameters={"require_secure_transport": "ON", "binlog_format": "ROW", "server_audit_logging": "1"},
)
FAULTS: list[tuple[str, Posture]] = [
    ("AU101", replace(GOOD, instances=(replace(INSTANCE, public=True), GOOD.instances[1]))),
    ("AU102", replace(GOOD, ways=(Way("sg-1", "0.0.0.0/0", True),))),
    ("AU102", replace(GOOD, ways=(Way("sg-1", "::/0", True),))),
    ("AU103", replace(GOOD, ways=(Way("sg-1", "10.0.0.0/8", True),))),
    ("AU104", replace(GOOD, parameters={"rds.logical_replication": "1"})),
    ("AU104", replace(MYSQL, parameters={**MYSQL.parameters, "require_secure_transport": "OFF"})),
    ("AU105", replace(GOOD, snapshots={"last": ("all",)})),
    ("AU106", replace(GOOD, snapshots={"last": ("111122223333",)})),
    ("AU201", replace(GOOD, encrypted=False)),
    ("AU202", replace(GOOD, key_of_aws=True)),
    ("AU203", replace(GOOD, master_secret_managed=False)),
    ("AU204", replace(GOOD, master_username="postgres")),
    ("AU205", replace(GOOD, iam_logins=False)),
    ("AU206", replace(GOOD, port=5432)),
    ("AU207", replace(GOOD, key_strangers=("kms:Decrypt",))),
    ("AU208", replace(GOOD, key_rotates=False)),
    ("AU301", replace(GOOD, deletion_protection=False)),
    ("AU302", replace(GOOD, backup_days=6)),
    ("AU303", replace(GOOD, copies_tags=False)),
    ("AU304", replace(GOOD, instances=(INSTANCE,))),
    ("AU305", replace(GOOD, instances=(replace(INSTANCE, minor_upgrades=False), GOOD.instances[1]))),
    ("AU306", replace(GOOD, may_end=("role/provisioner", "user/ann"))),
    ("AU306", replace(GOOD, may_end=None)),
    ("AU401", replace(GOOD, parameters={"rds.force_ssl": "1", "rds.logical_replication": "0"})),
    ("AU401", replace(MYSQL, parameters={**MYSQL.parameters, "binlog_format": "OFF"})),
    ("AU402", replace(GOOD, parameter_group="default.aurora-postgresql17")),
    ("AU403", replace(GOOD, instances=(replace(INSTANCE, parameters_in_force=False), GOOD.instances[1]))),
    ("AU501", replace(GOOD, exported_logs=())),
    ("AU502", replace(GOOD, log_days={"/aws/rds/cluster/ledger/postgresql": None})),
    ("AU503", replace(MYSQL, parameters={**MYSQL.parameters, "server_audit_logging": "0"})),
    ("AU504", replace(GOOD, instances=(replace(INSTANCE, monitoring_seconds=0), GOOD.instances[1]))),
    ("AU505", replace(GOOD, insights=False)),
    ("AU506", replace(GOOD, alarmed_metrics=frozenset({"CPUUtilization"}))),
    ("AU507", replace(GOOD, event_sources=frozenset({"db-cluster"}))),
    ("AU508", replace(GOOD, trailed=False)),
    ("AU508", replace(GOOD, trailed=None)),
    ("AU601", replace(GOOD, tags={**GOOD.tags, "Owner": " "})),
]


@pytest.mark.parametrize("posture", [GOOD, MYSQL], ids=["postgresql", "mysql"])
def test_a_cluster_as_it_should_be_is_left_in_peace(posture: Posture) -> None:
    assert audit(posture) == []


@pytest.mark.parametrize(("code", "posture"), FAULTS, ids=[f"{code}-{n}" for n, (code, _) in enumerate(FAULTS)])
def test_each_fault_is_found_and_nothing_else(code: str, posture: Posture) -> None:
    assert [one.code for one in audit(posture)] == [code]


def test_every_rule_has_a_fault_that_it_finds() -> None:
    assert {rule.code for rule in RULES} == {code for code, _ in FAULTS}
    assert len({rule.code for rule in RULES}) == len({rule.slug for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(("code", "posture"), FAULTS, ids=[f"{code}-{n}" for n, (code, _) in enumerate(FAULTS)])
def test_the_line_that_mends_it_is_one_of_the_aws_cli(code: str, posture: Posture) -> None:
    """Service, call and options are asked of botocore's models, from which the AWS CLI is made."""
    command = audit(posture)[0].command
    if not command:
        return
    words = shlex.split(command)
    assert words[0] == "aws"
    service = botocore.session.get_session().get_service_model(words[1])
    calls = {xform_name(name, "-"): name for name in service.operation_names}
    members: Any = service.operation_model(calls[words[2]]).input_shape.members
    # The CLI spells these three parts of IpPermissions out as options of their own.
    known = {xform_name(name, "-") for name in members} | {"protocol", "port", "cidr"}
    options = {word.removeprefix("--").removeprefix("no-") for word in words if word.startswith("--")}
    lacking = {
        one for one in options - known if one.removeprefix("enable-") not in known and f"enable-{one}" not in known
    }
    assert not lacking, command
    assert not re.search(r"[{}]", command.replace('{"EnableLogTypes"', "").replace("]}", "")), "all places are filled"


def test_the_worst_comes_first() -> None:
    worst = replace(GOOD, encrypted=False, port=5432, deletion_protection=False)
    assert [one.severity.value for one in audit(worst)] == ["blocker", "warning", "notice"]
