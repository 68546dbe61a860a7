"""The checklist, item by item: what RDS and EC2 tell, and what is made of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate.model.checkup import Health
from migrate.model.posture import Posture, Way
from migrate.stages.provision.checklist import Wanted, of_posture
from tests.stages_provision.test_audit import GOOD, INSTANCE, MYSQL

WANTED = Wanted(GOOD.version, {"rds.logical_replication": "1"}, {"sg-2"})


def problems(posture: Posture, wanted: Wanted = WANTED) -> dict[str, str]:
    return {one.what: one.found for one in of_posture(posture, wanted) if one.health is not Health.OK}


def test_a_cluster_that_is_as_it_must_be() -> None:
    assert problems(GOOD) == {}
    assert len(list(of_posture(GOOD, WANTED))) == 6


@pytest.mark.parametrize(
    ("posture", "what", "found"),
    [
        (replace(GOOD, instances=(replace(INSTANCE, public=True),)), "not public", "is public"),
        (replace(GOOD, ways=(Way("sg-1", "sg-9", False),)), "only named groups reach the port", "sg-9 by sg-1"),
        (replace(GOOD, ways=(Way("sg-1", "10.0.0.0/8", True),)), "only named groups reach the port", "10.0.0.0/8"),
        (replace(GOOD, version="16.1"), "engine version", "16.1 instead of"),
        (replace(GOOD, parameters={}), "parameters", "rds.logical_replication: not set instead of 1"),
        (replace(GOOD, instances=(replace(INSTANCE, parameters_in_force=False),)), "parameters in force", "reboot"),
        (replace(GOOD, insights=False), "insights", "off"),
    ],
)  # fmt: skip
def test_one_fault_is_one_finding(posture: Posture, what: str, found: str) -> None:
    wrong = problems(posture)
    assert wrong.keys() == {what}
    assert found in wrong[what]


def test_a_switch_is_the_same_in_words_and_numbers() -> None:
    wanted = Wanted(MYSQL.version, {"require_secure_transport": "1", "server_audit_logging": "on"}, {"sg-2"})
    assert problems(MYSQL, wanted) == {}
