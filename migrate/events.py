"""What the core says while it works. It emits these and never prints; `ui` subscribes and draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from migrate.model.gate import GateResult
from migrate.model.replication import TableStatistics

APPLICATION = "application"
"""The work that goes on whichever step ends: that of a rehearsal's application."""


@dataclass(frozen=True)
class StageStarted:
    stage: str


@dataclass(frozen=True)
class StageFinished:
    stage: str
    outcome: str
    """`done`, `said no`, `failed` or `unwound`."""
    seconds: float


@dataclass(frozen=True)
class StepStarted:
    stage: str
    step: str
    title: str
    undoing: bool = False


@dataclass(frozen=True)
class StepFinished:
    stage: str
    step: str
    title: str
    seconds: float
    already: bool = False
    """True where the world was found to be in the wanted state and nothing was done."""
    undoing: bool = False


@dataclass(frozen=True)
class Progressed:
    """A long piece of work moved on. `total` is None while it is unknown."""

    work: str
    done: float
    total: float | None
    unit: str
    """`rows`, `tables`, `bytes`, `s` …"""


@dataclass(frozen=True)
class GateAnswered:
    result: GateResult


@dataclass(frozen=True)
class Noted:
    """Something worth a line to the person who watches."""

    text: str
    warning: bool = False
    for_all: bool = False
    """Whether those who do not watch are told as well: of a handover, through the team's channels."""


@dataclass(frozen=True)
class ReverseWindowOpened:
    """The way back is proven."""

    until: datetime


@dataclass(frozen=True)
class TablesSeen:
    """How DMS says that the tables of a task stand."""

    task: str
    tables: tuple[TableStatistics, ...]


@dataclass(frozen=True)
class LagSeen:
    """A marker row was awaited, or is under way still."""

    task: str
    seconds: float
    arrived: bool


@dataclass(frozen=True)
class LedgerSeen:
    """What a rehearsal's application was answered so far."""

    acknowledged: int
    refused: int
    indeterminate: int
    rate: float
    """Acknowledged transactions a second."""


Event = (
    StageStarted
    | StageFinished
    | StepStarted
    | StepFinished
    | Progressed
    | GateAnswered
    | Noted
    | ReverseWindowOpened
    | TablesSeen
    | LagSeen
    | LedgerSeen
)
Emit = Callable[[Event], None]


def silent(_event: Event) -> None:
    """The default subscriber: nobody."""
