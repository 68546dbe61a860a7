"""One look at a migration that runs: what the terminal and the browser show, and `watch --once --format json` prints.

Times are instants in UTC, durations seconds. None means: not known, or not yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """Of a stage or a step."""

    TO_DO = "to do"
    RUNNING = "running"
    DONE = "done"
    SAID_NO = "said no"
    FAILED = "failed"
    BROKEN_OFF = "broken off"
    """Begun, not ended, and nobody is at work."""
    UNDOING = "undoing"
    UNDONE = "undone"

    @property
    def moving(self) -> bool:
        return self in (Standing.RUNNING, Standing.UNDOING)

    @property
    def bad(self) -> bool:
        return self in (Standing.FAILED, Standing.SAID_NO, Standing.BROKEN_OFF)


class Tone(StrEnum):
    """How a line of the log is meant."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who works on the migration now. `alive` is False where the lease is not renewed any more."""

    label: str
    since: datetime
    alive: bool


@dataclass(frozen=True, kw_only=True)
class StageView:
    name: str
    standing: Standing
    at: datetime | None = None
    """When it began, else when it was last proven."""
    seconds: float | None = None
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class StepView:
    id: str
    title: str
    standing: Standing
    by: str = ""
    began: datetime | None = None
    seconds: float | None = None
    """None while it runs."""
    already: bool = False
    problem: str = ""

    @property
    def section(self) -> str:
        return self.id.partition("/")[0]


@dataclass(frozen=True, kw_only=True)
class RunView:
    """The run that is open, else the one that was begun last."""

    run: str
    stage: str
    outcome: str
    """`open`, `done`, `unwound` or `destroyed`."""
    began: datetime
    ended: datetime | None
    steps: tuple[StepView, ...]

    @property
    def done(self) -> int:
        return sum(step.standing is Standing.DONE for step in self.steps)

    @property
    def current(self) -> int:
        """Number of the step that a person should look at: the one that moves or failed, else the first to do."""
        moving = [n for n, step in enumerate(self.steps) if step.standing.moving or step.standing.bad]
        waiting = [n for n, step in enumerate(self.steps) if step.standing is Standing.TO_DO]
        return next(iter([*moving, *waiting]), max(len(self.steps) - 1, 0))


@dataclass(frozen=True, kw_only=True)
class GateView:
    gate: str
    moment: str
    answer: str
    """`open`, `closed`, `unknown`, or `not asked`."""
    reason: str = ""
    at: datetime | None = None
    before: str = ""
    """What it answered before it last changed its mind; empty where it never did."""
    changed_at: datetime | None = None
    run: str = ""


@dataclass(frozen=True, kw_only=True)
class LagView:
    """How long the last marker row of a task was under way."""

    task: str
    seconds: float
    arrived: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class WorkView:
    name: str
    done: float
    total: float | None
    unit: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class TableView:
    table: str
    task: str
    load: str
    """DMS's state of the table; empty where nobody saw it."""
    loaded_rows: int
    captured: int
    applied: int
    compared: Standing
    compared_rows: int
    suspects: int
    """Rows that seemed to differ and are still to be looked at again."""
    reason: str = ""
    at: datetime | None = None

    @property
    def loaded(self) -> bool:
        return self.load == "Table completed"

    @property
    def wrong(self) -> bool:
        return self.load in ("Table error", "Table cancelled") or self.compared.bad

    @property
    def rank(self) -> tuple[int, str]:
        """Sorts what a person should see to the front: wrong, moving, waiting, done."""
        if self.wrong:
            place = 0
        elif self.suspects or self.compared.moving or self.load == "Full load" or self.captured > self.applied:
            place = 1
        elif not self.loaded and self.load:
            place = 2
        elif self.compared is not Standing.DONE:
            place = 3
        else:
            place = 4
        return place, self.table


@dataclass(frozen=True, kw_only=True)
class TablesView:
    total: int
    states: Mapping[str, int]
    """Tables by DMS's state."""
    loaded_rows: int
    compared: int
    """Tables that the validation is through with."""
    compared_rows: int
    suspects: int
    validation: str
    """Verdict of the last validation, `running`, or empty."""
    rows: tuple[TableView, ...]
    """Every table, by `rank`."""


@dataclass(frozen=True, kw_only=True)
class FreezeView:
    """The clock runs from the fence to the opening of the arriving side; the budget counts up to the switch."""

    run: str
    began: datetime
    ended: datetime | None
    switched: datetime | None
    undone: bool
    budget_seconds: float | None


@dataclass(frozen=True, kw_only=True)
class WayBackView:
    """After a switch: whether the way back is proven, until when it is open, and what going it was measured to take."""

    proven: bool
    until: datetime | None
    freeze_seconds: float | None
    """Of a rollback, as it was measured."""
    basis: str
    """Where that was measured; empty where it was not."""


@dataclass(frozen=True, kw_only=True)
class LedgerView:
    """What the application of a rehearsal was answered so far. Judged is it only at the end."""

    acknowledged: int
    refused: int
    indeterminate: int
    rate: float
    """Acknowledged transactions a second."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ApprovalView:
    by: str
    role: str
    run: str
    at: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class LogLine:
    at: datetime
    tone: Tone
    text: str


@dataclass(frozen=True, kw_only=True)
class ControlRoom:
    migration: str
    at: datetime
    owner: str
    next_command: str
    holder: Holder | None
    stages: tuple[StageView, ...]
    run: RunView | None
    gates: tuple[GateView, ...]
    lags: tuple[LagView, ...]
    lag_limit: float | None
    works: tuple[WorkView, ...]
    tables: TablesView
    freeze: FreezeView | None
    way_back: WayBackView | None
    ledger: LedgerView | None
    approvals: tuple[ApprovalView, ...]
    log: tuple[LogLine, ...]
    """Oldest first."""
