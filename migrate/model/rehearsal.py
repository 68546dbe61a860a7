"""What a rehearsal proved, where, and how long it took. Times are seconds since the rehearsal began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from migrate.model.gate import GateResult, Moment

LIVE = "live"
"""In place of a timing profile: the servers of somebody's migration.toml, at the pace of what answers for AWS there."""


class RehearsalVerdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class StageResult:
    """One stage or run: `assess`, `provision`, `cutover-1`, `rollback-1` …"""

    name: str
    outcome: str
    """`done`, `said no`, `failed` or `unwound`, as in events.StageFinished."""
    seconds: float
    began: float


class MarkKind(StrEnum):
    FREEZE = "freeze"
    SWITCH = "switch"
    ROLLBACK = "rollback"
    FAULT = "fault"


@dataclass(frozen=True)
class Mark:
    """A moment worth a line in a chart over time."""

    kind: MarkKind
    title: str
    at: float


@dataclass(frozen=True)
class SecondCount:
    """What the application was answered within one second, counted from the ledger's start."""

    second: int
    acknowledged: int
    refused: int
    indeterminate: int
    reads: int


@dataclass(frozen=True)
class WriteGap:
    """Time without an acknowledged write while the answering server changed."""

    seconds: float
    from_port: int
    to_port: int
    began: float


@dataclass(frozen=True, kw_only=True)
class LedgerResult:
    """The judge's verdict over the ledger. `contradictions` are readable lines, the first few of the total."""

    acknowledged: int
    refused: int
    indeterminate: int
    lost: int
    duplicated: int
    contradictions_total: int
    contradictions: tuple[str, ...]
    longest_write_gap_seconds: float
    longest_read_gap_seconds: float
    write_gaps: tuple[WriteGap, ...]
    began: float
    """Second 0 of `per_second`."""
    per_second: tuple[SecondCount, ...]

    @property
    def kept(self) -> bool:
        """Every acknowledged write is there exactly once, and nothing contradicts the ledger."""
        return not (self.lost or self.duplicated or self.contradictions_total)

    @classmethod
    def from_judgement(cls, document: Mapping[str, Any], started_at: datetime) -> LedgerResult:
        """Read the document that sample_schemas/judge.py writes. Raises KeyError or ValueError for another document."""
        zero = started_at.timestamp()
        wall = document["started_wall"]
        return cls(
            acknowledged=int(document["acknowledged"]),
            refused=int(document["refused"]),
            indeterminate=int(document["indeterminate"]),
            lost=int(document["lost"]),
            duplicated=int(document["duplicated"]),
            contradictions_total=int(document["contradictions_total"]),
            contradictions=tuple(_contradiction(one) for one in document["contradictions"]),
            longest_write_gap_seconds=float(document["longest_write_gap_seconds"]),
            longest_read_gap_seconds=float(document["longest_read_gap_seconds"]),
            write_gaps=tuple(
                WriteGap(gap["seconds"], gap["from_port"], gap["to_port"], round(gap["from_wall"] - zero, 3))
                for gap in document["write_gaps"]
            ),
            began=0.0 if wall is None else round(float(wall) - zero, 3),
            per_second=tuple(
                SecondCount(one["second"], one["acknowledged"], one["refused"], one["indeterminate"], one["reads"])
                for one in document["per_second"]
            ),
        )


def _contradiction(one: Mapping[str, Any]) -> str:
    subject = f"{one['kind']} {one['transaction']}".strip()
    return f"{subject} ({one['outcome'] or 'whole database'}): {one['problem']}; {one['expected']} → {one['found']}"


@dataclass(frozen=True, kw_only=True)
class HandoverResult:
    """One cutover or rollback as the application lived it."""

    run: str
    leaving: str
    arriving: str
    freeze_seconds: float
    """From the first fence to the opening of the arriving side."""
    write_gap_seconds: float | None
    """Longest time without an acknowledged write around the switch; None where the ledger cannot tell."""
    steps: Mapping[str, float] = field(default_factory=dict)
    """Seconds of each step, in the order of the runbook."""


@dataclass(frozen=True)
class RollbackResult:
    """`lost` is the whole ledger's count, judged at the end; None where nothing was judged."""

    performed: bool
    seconds: float
    lost: int | None


class FaultOutcome(StrEnum):
    """What came of a fault that a rehearsal was to meet."""

    NOT_MET = "not met"
    RIDDEN_OUT = "ridden out"
    GONE_ON = "refused, then gone on"
    ENDED = "ended the rehearsal"


@dataclass(frozen=True)
class Fault:
    """A fault that was to be met, and what came of it.

    `at` is None where it was never set. `outcome` is a FaultOutcome, or words. `observed` are readable lines in their
    order: what was done, which stage ended how, what was done to go on.
    """

    name: str
    at: float | None
    outcome: str
    when: str = ""
    """The moment: full-load, following, validate or cutover."""
    observed: tuple[str, ...] = ()


@dataclass(frozen=True)
class AskedGate:
    run: str
    moment: Moment
    result: GateResult


@dataclass(frozen=True)
class Invariant:
    """Something that must hold at every moment. `holds` is None where it could not be seen."""

    title: str
    holds: bool | None
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Where and with what it was rehearsed."""

    sample: str
    scale: float
    rows: int
    tables: int
    source: str
    """Engine and version, e.g. `PostgreSQL 17.6`."""
    target: str
    endpoint: str
    """Who answered for AWS, e.g. `local sandbox`."""
    platform: str
    cpus: int
    sessions: int
    offered_per_second: float


@dataclass(frozen=True, kw_only=True)
class RehearsalReport:
    verdict: RehearsalVerdict
    reason: str
    """Why it failed, in one sentence; empty when it passed."""
    route: str
    profile: str
    """Timing profile of the sandbox: `instant` or `aws-like`; LIVE without one. Figures mean nothing without it."""
    started_at: datetime
    seconds: float
    stages: tuple[StageResult, ...]
    handovers: tuple[HandoverResult, ...]
    rollback: RollbackResult
    ledger: LedgerResult | None
    """None where no application kept one, or the rehearsal ended before anything could be judged."""
    gates: tuple[AskedGate, ...]
    invariants: tuple[Invariant, ...]
    marks: tuple[Mark, ...]
    faults: tuple[Fault, ...]
    environment: Environment

    @property
    def freeze_seconds(self) -> float | None:
        """The longest freeze of all handovers."""
        return max((handover.freeze_seconds for handover in self.handovers), default=None)
