"""Before DMS moves a row: is there room in the account, and what does DMS itself say of the task?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.settings import edited
from tests.scenarios.theatre import Staged, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("premigration")]
KEYLESS = "table-with-lob-but-without-primary-key-or-unique-constraint"
ASSESSED = "\n[replication]\npremigration_assessment = true\n"


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    for staged in stage(tmp_path_factory.mktemp("premigration"), scale=0.005):
        with (staged.home / "migration.toml").open("a") as file:
            file.write(ASSESSED)
        staged.must("assess")
        staged.must("provision", "apply")
        yield staged


def test_a_full_account_is_told_before_anything_is_made(assessed: Staged) -> None:
    dms, ec2 = assessed.boto("dms"), assessed.boto("ec2")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
    names = [f"other-{number}" for number in range(60)]
    for name in names:
        dms.create_replication_subnet_group(
            ReplicationSubnetGroupIdentifier=name, ReplicationSubnetGroupDescription="others", SubnetIds=subnets
        )
    ran = assessed.run("replicate", "start")
    assert ran.code == 3
    assert "REP-042" in ran.err
    assert "ReplicationSubnetGroups (60 of 60 used, 1 needed)" in ran.err
    assert "Endpoints" not in ran.err, "only what is short is named"
    assert dms.describe_replication_instances()["ReplicationInstances"] == []
    for name in names:
        dms.delete_replication_subnet_group(ReplicationSubnetGroupIdentifier=name)


def test_what_dms_finds_wrong_stops_the_start_and_can_be_accepted(assessed: Staged) -> None:
    """The sample has a table with a text and no key: DMS would look the text up by a key."""
    ran = assessed.run("replicate", "start")
    assert ran.code == 3
    assert "REP-040" in ran.err
    assert f"1 of 19 checks: {KEYLESS} (give these tables a primary key)" in ran.err
    assert "ledger.event_log" in ran.err, "DMS's own words name the table"
    assert "DMS's assessment warns: table-with-no-primary-key-or-unique-constraint" in ran.err
    dms = assessed.boto("dms")
    [task] = dms.describe_replication_tasks()["ReplicationTasks"]
    assert task["Status"] == "ready", "it was not started"

    with edited(assessed, ASSESSED, f'{ASSESSED}premigration_exclude = ["{KEYLESS}x"]\n'):
        ran = assessed.run("replicate", "start")
        assert ran.code == 8
        assert "AWS-ASSESSMENT-UNKNOWN" in ran.err
    with edited(assessed, ASSESSED, f'{ASSESSED}premigration_exclude = ["{KEYLESS}"]\n'):
        assessed.must("replicate", "start")
    [task] = dms.describe_replication_tasks()["ReplicationTasks"]
    assert task["Status"] == "running"
    runs = dms.describe_replication_task_assessment_runs()["ReplicationTaskAssessmentRuns"]
    assert [one["Status"] for one in runs] == ["failed", "warning"]
