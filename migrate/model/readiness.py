"""What a project lead asks of a migration, answered from the record alone. None is "not on record"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from migrate.model.gate import Moment
from migrate.model.json import Json
from migrate.model.vouched import VouchedRehearsal


class Decision(StrEnum):
    GO = "go"
    """Nothing on record is against a cutover. What only a look at the databases can tell, the cutover asks itself,
    before it freezes anything."""
    NO_GO = "no-go"
    SWITCHED = "switched"
    """The application runs on the target, and can come back."""
    FINISHED = "finished"
    ABANDONED = "abandoned"


class StageState(StrEnum):
    DONE = "done"
    EXPIRED = "expired"
    """Done, but its evidence counts no more."""
    OPEN = "open"
    """Begun, and nothing says that it ended."""
    SAYS_NO = "says no"
    UNDONE = "undone"
    """Unwound, or taken away since."""
    NOT_BEGUN = "not begun"


@dataclass(frozen=True, kw_only=True)
class StageStanding:
    stage: str
    state: StageState
    told: str
    began: datetime | None = None
    seconds: float | None = None
    """From its beginning to its last entry."""


class Standing(StrEnum):
    """A gate as the record has it. CLOSED and UNKNOWN stand until it is asked again."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    AGED = "open, aged"
    """It was open when it was asked; by now that counts no more. The cutover asks it again."""
    NOT_ASKED = "not asked"
    """Never. The cutover asks it."""


@dataclass(frozen=True, kw_only=True)
class GateStanding:
    gate: str
    moment: Moment
    standing: Standing
    reason: str
    observed: Json = None
    limit: Json = None
    hint: str = ""
    asked_by: str = ""
    """The run that asked; empty where the record itself answers, as of now."""
    asked_at: datetime | None = None
    """When it was asked, or when the evidence was taken that answers."""
    counts_until: datetime | None = None

    @property
    def against(self) -> bool:
        """Whether it speaks against a cutover."""
        return self.moment is Moment.PREFLIGHT and self.standing in (Standing.CLOSED, Standing.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one rule found before one stage, and the hours behind it: first + (count - 1) * further."""

    stage: str
    code: str
    severity: str
    title: str
    count: int
    objects: tuple[str, ...]
    """The first few."""
    remedy: str
    owner: str
    """Empty: nobody is named under [report] owners."""
    hours: float
    first: float
    further: float
    basis: str
    """`estimate` or `your rate`; empty where nothing is reckoned."""


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """Something that has to be out of the way before the cutover."""

    what: str
    why: str
    owner: str
    hours: float | None
    """None: not reckoned."""
    next: str
    """What to do."""


@dataclass(frozen=True)
class Counts:
    blockers: int = 0
    warnings: int = 0
    notices: int = 0


@dataclass(frozen=True, kw_only=True)
class RiskRow:
    """One table: open findings by the stage before which their work is due, and what validation said of it."""

    table: str
    rows: int | None
    bytes: int | None
    stages: tuple[tuple[str, Counts], ...]
    validation: str
    """`match`, `differs`, `unknown` or `not compared`."""


@dataclass(frozen=True, kw_only=True)
class Risk:
    rows: tuple[RiskRow, ...]
    """Only tables with something open; validation first, then blockers, warnings and size."""
    tables: int | None
    """How many tables the last assessment saw."""
    left_out: int = 0


@dataclass(frozen=True)
class Figure:
    """Seconds, and on what they rest."""

    seconds: float
    basis: str


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What was expected, what is allowed and what was measured; each None where it is not on record."""

    name: str
    predicted: Figure | None
    limit: Figure | None
    measured: Figure | None

    @property
    def error(self) -> float | None:
        """Measured against predicted, as a share: 0.25 is a quarter longer."""
        if self.predicted is None or self.measured is None or self.predicted.seconds <= 0:
            return None
        return self.measured.seconds / self.predicted.seconds - 1


@dataclass(frozen=True, kw_only=True)
class Step:
    """One rehearsal as the ones before it under the same terms had predicted it."""

    file: str
    started_at: datetime
    sample: str
    terms: tuple[str, ...]
    """Beside the sample: what it has in common with those that predicted it."""
    name: str
    predicted: float
    measured: float

    @property
    def error(self) -> float:
        return self.measured / self.predicted - 1 if self.predicted else 0.0


class Return(StrEnum):
    NOT_SWITCHED = "not switched"
    OPEN = "open"
    UNPROVEN = "switched, way back not proven"
    PAST_DEADLINE = "past its deadline"
    GIVEN_UP = "given up"
    UNKNOWN = "not known: a switch was under way"


@dataclass(frozen=True, kw_only=True)
class WayBack:
    """The point of no return is `cutover finalize`: until it begins the application can come back."""

    state: Return
    switched_at: datetime | None = None
    switched_by: str = ""
    probed_at: datetime | None = None
    deadline: datetime | None = None
    given_up_at: datetime | None = None
    source_gone_by: str = ""
    """Who said that the source is gone for good, where the way back was given up without it."""
    window_hours: float = 0.0
    rolled_back: tuple[tuple[str, datetime], ...] = ()
    """Rollbacks of this migration that were completed."""


@dataclass(frozen=True, kw_only=True)
class Drilled:
    """One failover of the target, on purpose."""

    at: datetime
    counts: bool
    """Not too long ago."""
    writer: str
    successor: str
    outage_seconds: float
    acknowledged: int
    lost: int
    feed_seconds: float | None


@dataclass(frozen=True, kw_only=True)
class RestoreMeasured:
    """One restore of the target's cluster into another, which was deleted again."""

    at: datetime
    counts: bool
    """Not too long ago."""
    restored: str
    snapshot: str
    """What it was made of; empty where it was the latest restorable time."""
    recovery_seconds: float
    point_seconds: float
    """Of a snapshot its age."""
    acknowledged: int
    later: int
    missing: int
    tables: int
    missing_tables: int


@dataclass(frozen=True, kw_only=True)
class Consent:
    """An approval or a confirmation."""

    what: str
    by: str
    role: str
    given_at: datetime
    counts_until: datetime
    digest: str
    """First letters of the digest of the plan it is bound to."""
    stands: bool
    why: str = ""
    """Why it does not."""


@dataclass(frozen=True, kw_only=True)
class Waived:
    """A finding that somebody answers for."""

    code: str
    objects: tuple[str, ...]
    count: int
    by: str
    """Owner, reason and last day."""
    until: date | None = None
    """The last day; None where an older version assessed, and its words do not tell."""
    expired: bool = False
    """That day is over: what it covered is open again, whatever the assessment said."""


@dataclass(frozen=True)
class Chain:
    """Of the journal, as it was when the report was made: a later check can tell whether it was rewritten since."""

    entries: int
    head: str
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Price:
    """The cost block, where a price is on record."""

    priced_at: datetime
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Change:
    """What differs from an earlier report."""

    subject: str
    before: str
    now: str


@dataclass(frozen=True, kw_only=True)
class ReadinessReport:
    migration: str
    route: str
    at: datetime
    owner: str
    decision: Decision
    reasons: tuple[str, ...]
    """Why it is no go; empty otherwise."""
    stages: tuple[StageStanding, ...]
    gates: tuple[GateStanding, ...]
    blockers: tuple[Blocker, ...]
    work: tuple[Work, ...]
    risk: Risk
    predictions: tuple[Prediction, ...]
    steps: tuple[Step, ...]
    """How the error shrank, or did not."""
    rehearsals: tuple[VouchedRehearsal, ...]
    """Oldest first."""
    drills: tuple[Drilled, ...]
    """Oldest first."""
    restores: tuple[RestoreMeasured, ...]
    """Oldest first."""
    way_back: WayBack
    consents: tuple[Consent, ...]
    waived: tuple[Waived, ...]
    price: Price | None
    unproven: tuple[str, ...]
    chain: Chain
    next_command: str
    changes: tuple[Change, ...] | None = None
    """None where no earlier report was named."""
    since: datetime | None = None
    """When that one was made."""
