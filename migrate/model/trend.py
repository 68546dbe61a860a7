"""Rehearsals beside one another: what each measured, and where the newest fell behind the earlier ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class FaultOnRecord:
    """A fault that a rehearsal was to meet, and what came of it. `when` is the moment, `outcome` a FaultOutcome."""

    name: str
    when: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class KeptRehearsal:
    """The figures of one kept report. Seconds; None is "not measured"."""

    file: str
    digest: str
    """SHA-256 of the file."""
    started_at: datetime
    sample: str
    route: str
    scale: float
    profile: str
    machine: str
    """System, processor and number of CPUs: figures of different machines are not compared."""
    endpoint: str
    """Who answered for AWS: `local sandbox`, an address, or AWS itself with its region."""
    offered_per_second: float
    passed: bool
    reason: str
    """Why it failed; empty when it passed."""
    seconds: float
    rows: int
    load_seconds: float | None
    """Of the stage `replicate`: set-up, full load, keys and indexes."""
    lag_seconds: float | None
    """The longest that a marker took when the gate asked."""
    freeze_seconds: float | None
    """The longest freeze of its handovers."""
    write_gap_seconds: float | None
    """The longest that the application went without an acknowledged write around a switch."""
    rollback: bool
    acknowledged: int | None
    lost: int | None
    duplicated: int | None
    both_open: bool | None
    """Whether two sides may have been open at once; None where that could not be seen."""
    unseen: int
    """Invariants that could not be judged."""
    faults: tuple[FaultOnRecord, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """What two rehearsals must share for their figures to be compared."""
        met = "; ".join(sorted(f"{one.name}@{one.when}" for one in self.faults))
        load = f"scale {self.scale:g}, {self.offered_per_second:g}/s"
        return (self.sample, self.route, load, self.profile, self.machine, met)


@dataclass(frozen=True)
class TrendLimits:
    """A figure has regressed when it is above `factor` times the median of the earlier ones, and by more than `slack`
    seconds above it; with fewer than `least` earlier ones nothing is said."""

    factor: float = 1.5
    slack: float = 1.0
    least: int = 2


@dataclass(frozen=True)
class Check:
    """One question to the newest rehearsal. `holds` is None where too little is on record to answer."""

    name: str
    holds: bool | None
    told: str
    """Readable: `4.10 s > 2.31 s (1.5 times the median 1.54 s of 4)`."""


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Rehearsals under the same terms, oldest first, and what is asked of the newest."""

    rehearsals: tuple[KeptRehearsal, ...]
    checks: tuple[Check, ...]

    @property
    def newest(self) -> KeptRehearsal:
        return self.rehearsals[-1]

    @property
    def regressed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.holds is False)


@dataclass(frozen=True, kw_only=True)
class RehearsalHistory:
    """Every kept report below a folder."""

    folder: str
    limits: TrendLimits
    trends: tuple[Trend, ...]
    """The one with the newest rehearsal first."""
    unread: tuple[str, ...] = ()
    """Files that are no report of a rehearsal, and why."""

    @property
    def rehearsals(self) -> tuple[KeptRehearsal, ...]:
        """All of them, oldest first."""
        return tuple(sorted((one for t in self.trends for one in t.rehearsals), key=lambda one: one.started_at))

    @property
    def regressed(self) -> bool:
        """Whether the newest rehearsal has. Terms that nobody rehearses under any more are told and not judged."""
        return any(trend.regressed for trend in self.trends[:1])


@dataclass(frozen=True, kw_only=True)
class FaultRow:
    """One fault at one moment, over all the rehearsals that met it. `lost` and `duplicated` are the worst of them; None
    where a ledger was not judged; `both_open` likewise."""

    when: str
    fault: str
    runs: int
    outcomes: tuple[tuple[str, int], ...]
    """Outcome and how often."""
    lost: int | None
    duplicated: int | None
    both_open: bool | None
