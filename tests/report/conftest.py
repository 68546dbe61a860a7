"""Reports as the stages make them, large enough to fill every part of a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from migrate.model.gate import Answer, GateResult, Moment
from migrate.model.rehearsal import (
    AskedGate,
    Environment,
    HandoverResult,
    Invariant,
    LedgerResult,
    Mark,
    MarkKind,
    RehearsalReport,
    RehearsalVerdict,
    RollbackResult,
    SecondCount,
    StageResult,
    WriteGap,
)

STARTED = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SWITCHES = {74: 0.6, 96: 0.7, 118: 0.4}
"""Second of each switch, and the share of that second without writes."""


def _per_second() -> tuple[SecondCount, ...]:
    counts = []
    for second in range(130):
        at = second + 6
        outage = SWITCHES.get(at, 0.0)
        rate = 400 if at - 1 not in SWITCHES else 640
        refused, indeterminate = (7, 1) if outage else (0, 0)
        counts.append(SecondCount(second, round(rate * (1 - outage)), refused, indeterminate, 48))
    return tuple(counts)


def _stages() -> tuple[StageResult, ...]:
    began, stages = 4.0, []
    for name, seconds in (
        ("assess", 1.3),
        ("provision", 11.2),
        ("replicate", 38.0),
        ("validate", 9.1),
        ("cutover-1", 14.6),
        ("rollback-1", 15.9),
        ("validate", 4.8),
        ("cutover-2", 13.2),
        ("finalize", 2.4),
    ):
        stages.append(StageResult(name=name, outcome="done", seconds=seconds, began=round(began, 1)))
        began += seconds + 1.5
    return tuple(stages)


def _gates() -> tuple[AskedGate, ...]:
    reasons = {
        "no-open-blocker": "observed 0 open blockers = 0",
        "validation-clean-and-fresh": "match, 199,031 rows, 9 s old < 24 h",
        "tables-complete": "15 of 15 tables are `Table completed`",
        "apply-exceptions-empty": "observed 0 rows = 0 (main)",
        "lag-by-marker": "observed 0.31 s < 5 s (main)",
        "no-long-or-prepared-transaction": "none open for 60 s, none prepared",
        "way-back-probed": "the marker came back in 0.42 s, 8 s ago",
        "approved": "approved by rehearsal for plan 4f1c…9a",
    }
    return tuple(
        AskedGate(run, Moment.PREFLIGHT, GateResult(gate=gate, answer=Answer.OPEN, reason=reason))
        for run in ("cutover-1", "cutover-2")
        for gate, reason in reasons.items()
    )


@pytest.fixture
def rehearsal() -> RehearsalReport:
    """A rehearsal that passed."""
    return RehearsalReport(
        verdict=RehearsalVerdict.PASSED,
        reason="",
        route="postgres 17.6 → aurora-postgresql 17.5",
        profile="instant",
        started_at=STARTED,
        seconds=139.4,
        stages=_stages(),
        handovers=(
            HandoverResult(
                run="cutover-1", leaving="source", arriving="target", freeze_seconds=0.91, write_gap_seconds=0.97
            ),
            HandoverResult(
                run="rollback-1", leaving="target", arriving="source", freeze_seconds=1.04, write_gap_seconds=1.11
            ),
            HandoverResult(
                run="cutover-2", leaving="source", arriving="target", freeze_seconds=0.88, write_gap_seconds=0.93
            ),
        ),
        rollback=RollbackResult(True, 15.9, 0),
        ledger=LedgerResult(
            acknowledged=51_203,
            refused=21,
            indeterminate=3,
            lost=0,
            duplicated=0,
            contradictions_total=0,
            contradictions=(),
            longest_write_gap_seconds=1.11,
            longest_read_gap_seconds=1.02,
            write_gaps=(WriteGap(0.97, 5433, 5434, 74.1),),
            began=6.0,
            per_second=_per_second(),
        ),
        gates=_gates(),
        invariants=(
            Invariant("Never were two sides open to the application", True, "asked of both servers after every step"),
            Invariant(
                "Every acknowledged write is on the owning side exactly once", True, "51,203 transactions judged"
            ),
            Invariant("The way back carried every write made on Aurora", True, "8,112 writes in the reverse window"),
            Invariant("The journal's hash chain is whole", True, "214 entries"),
        ),
        marks=tuple(
            mark
            for second, name in ((74, "cutover"), (96, "rollback"), (118, "second cutover"))
            for mark in (
                Mark(MarkKind.FREEZE, "cutover-1: freeze", second - 0.1),
                Mark(MarkKind.ROLLBACK if name == "rollback" else MarkKind.SWITCH, f"{name}: switch", second + 0.5),
            )
        ),
        faults=(),
        environment=Environment(
            sample="Ledger: double-entry bookkeeping",
            scale=1.0,
            rows=199_031,
            tables=15,
            source="PostgreSQL 17.6",
            target="PostgreSQL 17.6 as aurora-postgresql 17.5",
            endpoint="the local sandbox",
            platform="Linux x86_64",
            cpus=2,
            sessions=8,
            offered_per_second=400.0,
        ),
    )


@pytest.fixture
def failed_rehearsal(rehearsal: RehearsalReport) -> RehearsalReport:
    """One acknowledged write is missing, a gate could not see, an invariant broke."""
    assert rehearsal.ledger is not None
    lines = tuple(
        f"transfer {number} (acknowledged): its event is missing; 1 → 0" for number in ("8c1f…", "02ab…", "77e0…")
    )
    gate = GateResult(gate="lag-by-marker", answer=Answer.UNKNOWN, reason="no marker arrived within 5 s (main)")
    return replace(
        rehearsal,
        verdict=RehearsalVerdict.FAILED,
        reason="3 acknowledged writes are missing on the side that owns the data.",
        ledger=replace(rehearsal.ledger, lost=3, contradictions_total=9, contradictions=lines),
        gates=(*rehearsal.gates, AskedGate("cutover-2", Moment.FROZEN, gate)),
        stages=(*rehearsal.stages[:-1], StageResult(name="finalize", outcome="said no", seconds=0.4, began=128.0)),
        invariants=(
            Invariant("Every acknowledged write is on the owning side exactly once", False, "3 are missing"),
            Invariant("Never were two sides open to the application", None, "the target could not be asked"),
            *rehearsal.invariants[2:],
        ),
    )


@pytest.fixture
def hostile(rehearsal: RehearsalReport) -> Callable[[str], RehearsalReport]:
    """`hostile(text)`: a report with `text` wherever a database, a user or a server can put one."""

    def make(text: str) -> RehearsalReport:
        assert rehearsal.ledger is not None
        changes: dict[str, Any] = {
            "reason": text,
            "route": text,
            "profile": text,
            "stages": (StageResult(name=text, outcome=text, seconds=1, began=0),),
            "handovers": (
                HandoverResult(run=text, leaving=text, arriving=text, freeze_seconds=1, write_gap_seconds=None),
            ),
            "ledger": replace(rehearsal.ledger, contradictions_total=1, contradictions=(text,)),
            "gates": (
                AskedGate(text, Moment.FROZEN, GateResult(gate=text, answer=Answer.CLOSED, reason=text, hint=text)),
            ),
            "invariants": (Invariant(text, None, text),),
            "marks": (Mark(MarkKind.FREEZE, text, 20.0), Mark(MarkKind.SWITCH, text, 21.0)),
            "environment": replace(
                rehearsal.environment, sample=text, source=text, target=text, endpoint=text, platform=text
            ),
        }
        return replace(rehearsal, **changes)

    return make
