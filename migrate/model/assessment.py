"""What the assess stage says of one database on one route."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from checks.effort import EffortRow
from checks.facts import TableName
from checks.finding import Finding, Severity
from checks.fit.answer import Fit
from checks.route import Engine, Route
from checks.run import Crash, NotApplicable
from migrate.model.measurement import Measurements


@dataclass(frozen=True, kw_only=True)
class CatalogCounts:
    """How many of what. Field by field the contract of the JSON document."""

    tables: int
    """Partitioned parents and partitions count, too."""
    views: int
    """Materialized ones count, too."""
    indexes: int
    primary_keys: int
    foreign_keys: int
    """Not those that a partition inherits."""
    triggers: int
    routines: int
    sequences: int
    """Those behind serial and identity columns count, too."""
    extensions: int
    unread: int
    """Statements of a dump that could not be understood."""


@dataclass(frozen=True, kw_only=True)
class TableDetail:
    name: TableName
    rows: int | None
    bytes: int | None
    primary_key: bool
    partitioned: bool
    partition_of: TableName | None


@dataclass(frozen=True, kw_only=True)
class CatalogDetails:
    """Names behind the counts, as a person writes them. None of `unread` is shortened."""

    tables: tuple[TableDetail, ...]
    views: tuple[str, ...]
    triggers: tuple[str, ...]
    routines: tuple[str, ...]
    sequences: tuple[str, ...]
    extensions: tuple[str, ...]
    unread: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """Open findings by severity; waived ones do not count."""

    blocker: int
    warning: int
    notice: int


@dataclass(frozen=True)
class RulesRun:
    """Which rules were asked: codes; and why the others were not."""

    ran: tuple[str, ...]
    not_applicable: tuple[NotApplicable, ...]
    crashed: tuple[Crash, ...]


class Readiness(StrEnum):
    READY = "ready"
    READY_WITH_WORK = "ready with work"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class StageReadiness:
    stage: str
    """provision, replicate, validate or cutover."""
    readiness: Readiness
    reasons: tuple[str, ...]
    """Codes with their objects, e.g. `PG101 table public.orders`; or the earlier stage that is blocked."""
    hours: float = 0.0
    """Work before the stage can run, as the table of efforts adds it up."""


@dataclass(frozen=True, kw_only=True)
class TableRisk:
    """Open findings about one table, its columns, keys and triggers."""

    table: str
    blockers: int
    warnings: int
    notices: int
    rows: int | None
    bytes: int | None


@dataclass(frozen=True)
class Measured:
    """Seconds, and what was measured where to say so."""

    seconds: float
    basis: str


@dataclass(frozen=True)
class Predictions:
    """None is "not measured": no run of this migration is on record."""

    full_load: Measured | None = None
    freeze: Measured | None = None


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What was measured of a live source, and what follows from it. None is "not known"."""

    measured: Measurements
    bytes: int | None
    """Of the database, indexes included."""
    lob_max_kb: int | None
    """LobMaxSize for one task of every table; None where no column is a LOB to DMS."""
    lob_basis: str
    changes_per_second: float | None
    """Rows written, by the server's own count."""
    growth_bytes_per_day: float | None
    statements: int | None
    """How many different statements of applications the server had counted."""


@dataclass(frozen=True)
class Baseline:
    """What was compared with an earlier report. Only what is new since counts against the exit code."""

    file: str
    new: int
    known: int
    resolved: tuple[str, ...]
    """Code and object of what the earlier report had, and this one has no more."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How the schema changed since an earlier assessment, object by object (`table public.orders`)."""

    since: datetime | None
    """When that was; None where none is on record."""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """Each change in words: `table public.orders: changed`."""
        words = (("added", self.added), ("removed", self.removed), ("changed", self.changed))
        return tuple(f"{name}: {word}" for word, names in words for name in names)


@dataclass(frozen=True, kw_only=True)
class AssessmentReport:
    route: Route
    engine: Engine
    database: str | None
    counts: CatalogCounts
    details: CatalogDetails
    findings: tuple[Finding, ...]
    """Worst first, waived ones among them."""
    rules: RulesRun
    readiness: tuple[StageReadiness, ...]
    effort: tuple[EffortRow, ...] = ()
    risk: tuple[TableRisk, ...] = ()
    """Tables with open findings, the worst first."""
    predictions: Predictions = Predictions()
    baseline: Baseline | None = None
    drift: Drift | None = None
    workload: Workload | None = None
    """None for a dump."""
    fit: Fit | None = None
    """Which method fits, and whether Aurora does."""

    @property
    def open(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.open)

    @property
    def failing(self) -> tuple[Finding, ...]:
        """Open blockers that no baseline knows."""
        return tuple(f for f in self.open if f.severity is Severity.BLOCKER and not f.known)

    @property
    def waived_until(self) -> date | None:
        """The last day on which every waiver that covers something holds; None where none does."""
        return min((finding.waived_until for finding in self.findings if finding.waived_until), default=None)

    @property
    def hours(self) -> float:
        return round(sum(row.hours for row in self.effort), 2)

    @property
    def summary(self) -> Summary:
        def count(severity: Severity) -> int:
            return sum(1 for finding in self.open if finding.severity is severity)

        return Summary(count(Severity.BLOCKER), count(Severity.WARNING), count(Severity.NOTICE))
