"""What DMS's assessment and the account's quotas mean for the start: refused with names and remedies, or noted."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from migrate.errors import SaysNo, UsageError
from migrate.events import Noted, Progressed
from migrate.model.premigration import PremigrationCheck, PremigrationReport
from migrate.model.quota import Quota
from migrate.settings import ReplicationSection
from migrate.stages.replicate.premigration import AssessTask
from migrate.stages.replicate.quotas import RequireRoom, lacking, needs
from migrate.wiring.session import Session


def world(report=None, quotas=(), **more):
    events = []

    def assess(task, on_progress):
        on_progress(report)
        return report

    return SimpleNamespace(
        request=SimpleNamespace(task=lambda name: SimpleNamespace(identifier=f"shop-{name}")),
        premigration=report and SimpleNamespace(assess=assess),
        quotas=SimpleNamespace(read=lambda: quotas),
        emit=events.append,
        events=events,
        **more,
    )


def report(status, message="", **checks):
    found = tuple(PremigrationCheck(name.replace("_", "-"), verdict) for name, verdict in checks.items())
    return PremigrationReport("run-1", status, found, message, "s3://bucket/shop")


def test_warnings_are_said_and_do_not_stop():
    stage = world(report("warning", postgres_check_dbversion="warning", other_check="warning", third="passed"))
    facts = AssessTask(task="main").apply(stage, {})
    assert facts == {"run": "run-1", "checks": 3, "warnings": ["postgres-check-dbversion", "other-check"]}
    said = [event.text for event in stage.events if isinstance(event, Noted)]
    assert said == [
        "DMS's assessment warns: postgres-check-dbversion (use a version that DMS supports, or another way)",
        "DMS's assessment warns: other-check (read its result in s3://bucket/shop)",
    ]
    assert Progressed("assessment (main)", 3, 3, "checks") in stage.events


def test_every_failed_check_is_named_with_what_to_do():
    stage = world(report("failed", "wal_level is replica", postgres_check_wal_level="failed", other_check="failed"))
    with pytest.raises(SaysNo) as caught:
        AssessTask(task="main").apply(stage, {})
    assert caught.value.code == "REP-040"
    assert "2 of 2 checks" in str(caught.value)
    assert "postgres-check-wal-level (set wal_level = logical" in str(caught.value)
    assert "other-check (read its result in s3://bucket/shop)" in str(caught.value)
    assert "DMS says: wal_level is replica" in str(caught.value)


@pytest.mark.parametrize("status", ["error-executing", "error-provisioning", "cancelling", "invalid state"])
def test_no_verdict_is_no_good_verdict(status):
    with pytest.raises(SaysNo) as caught:
        AssessTask(task="main").apply(world(report(status, "no way in", a="error", b="passed")), {})
    assert (caught.value.code, caught.value.retryable) == ("REP-041", True)
    assert status in str(caught.value)


def test_the_step_is_there_only_where_it_was_asked_for():
    tasks = (SimpleNamespace(name="main"),)
    assert AssessTask.build(SimpleNamespace(premigration=False, tasks=tasks)) == ()
    assert [step.id for step in AssessTask.build(SimpleNamespace(premigration=True, tasks=tasks))] == [
        "dms/assess:main"
    ]


def test_what_is_short_is_named_and_the_rest_left_alone():
    wanted = needs(1, 100, serverless=False)
    told = (Quota("Endpoints", 996, 1000), Quota("AllocatedStorage", 29_900, 30_000), Quota("Unheard", 9, 9))
    assert lacking(told, wanted) == ["Endpoints (996 of 1000 used, 5 needed)"]
    with pytest.raises(SaysNo) as caught:
        RequireRoom().apply(world(quotas=told, needs=wanted), {})
    assert caught.value.code == "REP-042"
    assert needs(2, 100, serverless=True)["ReplicationTasks"] == 4
    assert RequireRoom().apply(world(quotas=told[1:], needs=wanted), {}) == {}


def test_an_assessment_by_aws_needs_a_bucket_and_a_role():
    """Off unless a bucket is named; asked for without a place for its results, it is refused."""
    assert not ReplicationSection().assesses
    assert ReplicationSection(premigration_bucket="b").assesses
    assert not ReplicationSection(premigration_bucket="b", premigration_assessment=False).assesses
    for section, missing in (
        (ReplicationSection(premigration_assessment=True), "premigration_bucket is not set"),
        (ReplicationSection(premigration_bucket="b"), "premigration_role_arn is not set"),
    ):
        session = Session(SimpleNamespace(replication=section, aws=SimpleNamespace(poll_seconds=1.0)))
        session.aws = SimpleNamespace(loopback=False)
        with pytest.raises(UsageError, match=missing) as caught:
            _ = session.premigration
        assert caught.value.code == "CFG-080"


def test_serverless_is_assessed_by_dms_alone():
    with pytest.raises(ValueError, match="in the course of its own start"):
        ReplicationSection(compute="serverless", premigration_assessment=True)
