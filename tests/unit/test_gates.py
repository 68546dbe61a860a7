"""Every gate answers open, closed and unknown, and says what it saw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from checks.facts import TableName
from checks.finding import Severity
from migrate.errors import UsageError
from migrate.gates.registry import ask_all, gates
from migrate.model.cutover import Backlog, CutoverView, Evidence, Limits, Ownership, TaskView
from migrate.model.database import Side
from migrate.model.feed_status import HonestyFinding
from migrate.model.gate import Answer
from migrate.model.json import Facts
from migrate.model.replication import ReplicationTask, TableStatistics
from migrate.model.upkeep import Upkeep

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DIGEST = "d" * 64


def evidence(
    name: str, facts: Facts, age: timedelta = timedelta(minutes=5), lasts: timedelta = timedelta(hours=1)
) -> Evidence:
    return Evidence(seq=1, name=name, taken_at=NOW - age, expires_at=NOW - age + lasts, facts=facts)


def task(
    state: str = "Table completed", status: str = "running", lag: float | None = 0.2, exceptions: int | None = 0
) -> TaskView:
    tables = (TableStatistics(table=TableName("app", "orders"), state=state),)
    return TaskView(
        task=ReplicationTask(identifier="m-main", arn="arn:aws:dms:x:1:task:M", status=status, tables=tables),
        lag_seconds=lag,
        apply_exceptions=exceptions,
    )


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A view with everything looked at already."""

    now: datetime
    leaving: Side
    plan_digest: str
    limits: Limits
    owner: Ownership | None
    schema_differences: tuple[str, ...] | None
    schema_changes: tuple[str, ...] | None
    assessment: Evidence | None
    validation: Evidence | None
    backlog: Backlog | None
    way_back: Evidence | None
    approvals: tuple[Evidence, ...]
    consented_to: Facts
    tasks: tuple[TaskView, ...] | None
    long_transactions: tuple[str, ...] | None
    prepared_transactions: tuple[str, ...] | None
    servers: dict[str, str] | None
    sequences_behind: tuple[str, ...] | None
    strangers: tuple[str, ...] | None
    intruders: tuple[str, ...] | None
    upkeep: Upkeep | None
    findings: tuple[HonestyFinding, ...] | None
    switched: str = "secret"


CONSENT: Facts = {"blockers": 0, "validation": "match"}
TOLD = timedelta(minutes=5)


def approval(by: str = "anna", role: str = "", age: timedelta = TOLD, rests_on: Facts = CONSENT) -> Evidence:
    return evidence("approval", {"digest": DIGEST, "by": by, "role": role, "consented_to": rests_on}, age)


def upkeep(pending: tuple[str, ...] = (), status: str = "available", age: timedelta | None = TOLD) -> Upkeep:
    """NOW is a Monday, two in the morning."""
    snapshots = (("before-cutover-1", NOW - age),) if age is not None else ()
    return Upkeep(maintenance_window="mon:02:30-mon:03:00", pending=pending, status=status, snapshots=snapshots)


GOOD = Seen(
    now=NOW,
    leaving=Side.SOURCE,
    plan_digest=DIGEST,
    limits=Limits(),
    owner=Ownership.SOURCE,
    schema_differences=(),
    schema_changes=(),
    assessment=evidence("assessment", {"blockers": 0}),
    validation=evidence("validation", {"verdict": "match", "servers": {"source": "s", "target": "t"}}),
    backlog=Backlog(source_bytes=4096, target_bytes=0),
    way_back=evidence("way-back", {"seconds": 0.3}),
    approvals=(approval(),),
    consented_to=CONSENT,
    tasks=(task(),),
    long_transactions=(),
    prepared_transactions=(),
    servers={"source": "s", "target": "t"},
    sequences_behind=(),
    strangers=(),
    intruders=(),
    upkeep=upkeep(),
    findings=(),
)
WEEK = timedelta(days=7)
ENDING = replace(GOOD, limits=Limits(long_transactions="end"))

TWO = Limits(approvals=2, approver_roles=("dba",))
WINDOW = Limits(change_windows=("2026-11-20T01:00/2026-11-20T05:00", "2026-11-23T01:00/2026-11-23T05:00"))
PENDING = upkeep(pending=("system-update",))
DISSENT: Facts = {"blockers": 0, "validation": "differs"}


def whole(*, seconds: float | None, blind: str = "") -> Seen:
    """One table has to be compared whole under the freeze, which may take 60 s."""
    backlog = Backlog(source_bytes=0, target_bytes=0, tables=("app.log",), whole_seconds=seconds, blind=blind)
    return replace(GOOD, backlog=backlog)


def finding(severity: Severity) -> HonestyFinding:
    return HonestyFinding(
        code="DMS131", slug="values-cut", severity=severity, task="m-main", seen="values of app.orders.note were cut",
        why="", remedy="", source="",
    )  # fmt: skip


ROWS: list[tuple[str, CutoverView, Answer]] = [
    ("no-open-blocker", GOOD, Answer.OPEN),
    ("no-open-blocker", replace(GOOD, assessment=evidence("assessment", {"blockers": 2})), Answer.CLOSED),
    ("no-open-blocker", replace(GOOD, assessment=evidence("a", {"blockers": 0}, WEEK, WEEK)), Answer.CLOSED),
    ("no-open-blocker", replace(GOOD, assessment=None), Answer.UNKNOWN),
    ("validation-clean-and-fresh", GOOD, Answer.OPEN),
    ("validation-clean-and-fresh", replace(GOOD, validation=evidence("v", {"verdict": "differs"})), Answer.CLOSED),
    ("validation-clean-and-fresh", replace(GOOD, validation=evidence("v", {"verdict": "match"}, WEEK)), Answer.CLOSED),
    ("validation-clean-and-fresh", replace(GOOD, validation=evidence("v", {"verdict": "unknown"})), Answer.CLOSED),
    ("validation-clean-and-fresh", replace(GOOD, validation=None), Answer.UNKNOWN),
    ("owner-certain", GOOD, Answer.OPEN),
    ("owner-certain", replace(GOOD, owner=Ownership.TARGET), Answer.CLOSED),
    ("owner-certain", replace(GOOD, owner=Ownership.AMBIGUOUS), Answer.CLOSED),
    ("owner-certain", replace(GOOD, owner=None), Answer.UNKNOWN),
    ("schema-alike", GOOD, Answer.OPEN),
    ("schema-alike", replace(GOOD, schema_differences=("app.new: only on the source",)), Answer.CLOSED),
    ("schema-alike", replace(GOOD, schema_differences=None), Answer.UNKNOWN),
    ("catalog-unchanged", GOOD, Answer.OPEN),
    ("catalog-unchanged", replace(GOOD, schema_changes=("view app.totals: changed",)), Answer.CLOSED),
    ("catalog-unchanged", replace(GOOD, schema_changes=None), Answer.UNKNOWN),
    ("tables-complete", GOOD, Answer.OPEN),
    ("tables-complete", replace(GOOD, tasks=(task(state="Table error"),)), Answer.CLOSED),
    ("tables-complete", replace(GOOD, tasks=(task(status="stopped"),)), Answer.CLOSED),
    ("tables-complete", replace(GOOD, tasks=None), Answer.UNKNOWN),
    ("apply-exceptions-empty", GOOD, Answer.OPEN),
    ("apply-exceptions-empty", replace(GOOD, tasks=(task(exceptions=3),)), Answer.CLOSED),
    ("apply-exceptions-empty", replace(GOOD, tasks=(task(exceptions=None),)), Answer.UNKNOWN),
    ("replication-honest", GOOD, Answer.OPEN),
    ("replication-honest", replace(GOOD, findings=(finding(Severity.WARNING),)), Answer.OPEN),
    ("replication-honest", replace(GOOD, findings=(finding(Severity.BLOCKER),)), Answer.CLOSED),
    ("replication-honest", replace(GOOD, findings=None), Answer.UNKNOWN),
    ("lag-by-marker", GOOD, Answer.OPEN),
    ("lag-by-marker", replace(GOOD, tasks=(task(lag=12.4),)), Answer.CLOSED),
    ("lag-by-marker", replace(GOOD, tasks=(task(lag=None),)), Answer.UNKNOWN),
    ("lag-by-marker", replace(GOOD, tasks=()), Answer.UNKNOWN),
    ("no-long-or-prepared-transaction", GOOD, Answer.OPEN),
    ("no-long-or-prepared-transaction", replace(GOOD, long_transactions=("pid 7, open for 93 s",)), Answer.CLOSED),
    ("no-long-or-prepared-transaction", replace(ENDING, long_transactions=("pid 7, open for 93 s",)), Answer.OPEN),
    ("no-long-or-prepared-transaction", replace(ENDING, prepared_transactions=("gid-1",)), Answer.CLOSED),
    ("no-long-or-prepared-transaction", replace(GOOD, prepared_transactions=("gid-1",)), Answer.CLOSED),
    ("no-long-or-prepared-transaction", replace(GOOD, prepared_transactions=None), Answer.UNKNOWN),
    ("delta-backlog", GOOD, Answer.OPEN),
    ("delta-backlog", replace(GOOD, backlog=Backlog(source_bytes=0, target_bytes=0, tables=("a.b",))), Answer.OPEN),
    ("delta-backlog", replace(GOOD, backlog=Backlog(source_bytes=2**40, target_bytes=0)), Answer.CLOSED),
    ("delta-backlog", replace(GOOD, backlog=Backlog(source_bytes=0, target_bytes=2**40)), Answer.CLOSED),
    ("delta-backlog", replace(GOOD, backlog=Backlog(source_bytes=0, target_bytes=0, keys=10**7)), Answer.CLOSED),
    ("delta-backlog", whole(seconds=60.0), Answer.OPEN),
    ("delta-backlog", whole(seconds=60.1), Answer.CLOSED),
    ("delta-backlog", whole(seconds=60.1, blind="no slot can be made"), Answer.CLOSED),
    ("delta-backlog", whole(seconds=None), Answer.UNKNOWN),
    ("delta-backlog", replace(GOOD, backlog=None), Answer.UNKNOWN),
    ("way-back-probed", GOOD, Answer.OPEN),
    ("way-back-probed", replace(GOOD, way_back=evidence("way-back", {"seconds": 1}, WEEK)), Answer.CLOSED),
    ("way-back-probed", replace(GOOD, way_back=None), Answer.UNKNOWN),
    ("approved", GOOD, Answer.OPEN),
    ("approved", replace(GOOD, approvals=()), Answer.CLOSED),
    ("approved", replace(GOOD, plan_digest="e" * 64), Answer.CLOSED),
    ("approved", replace(GOOD, approvals=(approval(age=WEEK),)), Answer.CLOSED),
    ("approved", replace(GOOD, approvals=(approval(rests_on=DISSENT),)), Answer.CLOSED),
    ("approved", replace(GOOD, approvals=(evidence("approval", {"digest": DIGEST, "by": "anna"}),)), Answer.CLOSED),
    ("approved", replace(GOOD, limits=TWO, approvals=(approval("anna", "dba"),)), Answer.CLOSED),
    ("approved", replace(GOOD, limits=TWO, approvals=(approval("anna", "dba"), approval("Anna"))), Answer.CLOSED),
    ("approved", replace(GOOD, limits=TWO, approvals=(approval("anna"), approval("bo"))), Answer.CLOSED),
    ("approved", replace(GOOD, limits=TWO, approvals=(approval("anna", "dba"), approval("bo"))), Answer.OPEN),
    ("same-servers", GOOD, Answer.OPEN),
    ("same-servers", replace(GOOD, servers={"source": "s", "target": "another"}), Answer.CLOSED),
    ("same-servers", replace(GOOD, servers=None), Answer.UNKNOWN),
    ("same-servers", replace(GOOD, validation=None), Answer.UNKNOWN),
    ("sequences-ahead", GOOD, Answer.OPEN),
    ("sequences-ahead", replace(GOOD, sequences_behind=("app.orders_id_seq",)), Answer.CLOSED),
    ("sequences-ahead", replace(GOOD, sequences_behind=None), Answer.UNKNOWN),
    ("writers-known", GOOD, Answer.OPEN),
    ("writers-known", replace(GOOD, strangers=("batch from 10.0.0.7 (cron), 1 times",)), Answer.CLOSED),
    ("writers-known", replace(GOOD, strangers=None), Answer.UNKNOWN),
    ("nobody-on-the-arriving-side", GOOD, Answer.OPEN),
    ("nobody-on-the-arriving-side", replace(GOOD, intruders=("eve from 10.0.0.9, 1 times",)), Answer.CLOSED),
    ("nobody-on-the-arriving-side", replace(GOOD, intruders=None), Answer.UNKNOWN),
    ("no-upkeep-near", GOOD, Answer.OPEN),
    ("no-upkeep-near", replace(GOOD, upkeep=PENDING), Answer.CLOSED),
    ("no-upkeep-near", replace(GOOD, upkeep=PENDING, now=NOW + timedelta(hours=2)), Answer.OPEN),
    ("no-upkeep-near", replace(GOOD, upkeep=upkeep(status="failing-over")), Answer.CLOSED),
    ("no-upkeep-near", replace(GOOD, upkeep=None), Answer.UNKNOWN),
    ("target-snapshot-fresh", GOOD, Answer.OPEN),
    ("target-snapshot-fresh", replace(GOOD, upkeep=upkeep(age=None)), Answer.CLOSED),
    ("target-snapshot-fresh", replace(GOOD, upkeep=upkeep(age=WEEK)), Answer.CLOSED),
    ("target-snapshot-fresh", replace(GOOD, upkeep=None), Answer.UNKNOWN),
    ("change-window-open", GOOD, Answer.OPEN),
    ("change-window-open", replace(GOOD, limits=WINDOW), Answer.OPEN),
    ("change-window-open", replace(GOOD, limits=WINDOW, now=NOW - timedelta(hours=3)), Answer.CLOSED),
    ("change-window-open", replace(GOOD, limits=WINDOW, now=NOW.replace(hour=4, minute=59, second=30)), Answer.CLOSED),
]


@pytest.mark.parametrize(
    ("slug", "view", "answer"), ROWS, ids=[f"{slug}-{a.value}-{n}" for n, (slug, _, a) in enumerate(ROWS)]
)
def test_gate_answers(slug: str, view: CutoverView, answer: Answer) -> None:
    (result,) = ask_all([slug], view)
    assert result.answer is answer
    assert result.gate == slug
    assert result.reason
    assert result.open or result.hint, "a gate that is not open says what to do"


CANNOT_BE_UNKNOWN = {"approved", "change-window-open"}
"""Journal, settings and clock are at hand or nothing runs at all."""


@pytest.mark.parametrize("slug", sorted(gates()))
def test_every_gate_has_its_three_rows(slug: str) -> None:
    answers = {answer for row_slug, _, answer in ROWS if row_slug == slug}
    wanted = {Answer.OPEN, Answer.CLOSED} | (set() if slug in CANNOT_BE_UNKNOWN else {Answer.UNKNOWN})
    assert answers >= wanted


@pytest.mark.parametrize("slug", sorted(gates()))
def test_every_gate_says_what_why_and_what_to_do(slug: str) -> None:
    text = gates()[slug].ask.__doc__ or ""
    for heading in ("What must be true:", "Why:", "If closed:"):
        assert heading in text


def test_all_gates_are_asked_whatever_the_first_says() -> None:
    results = ask_all(sorted(gates()), replace(GOOD, tasks=None, approvals=(), assessment=None))
    assert len(results) == len(gates())


def test_a_gate_that_does_not_exist_is_a_mistake_in_the_runbook() -> None:
    with pytest.raises(UsageError, match="no-such-gate"):
        ask_all(["no-such-gate"], GOOD)
