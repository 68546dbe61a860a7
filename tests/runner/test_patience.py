"""A database that is away for a while is waited for by the steps that may wait, and by no others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from migrate.errors import AwsError, MigrateError, SourceError, TargetError
from migrate.events import Event, Noted, Progressed, silent
from migrate.model.journal import Kind
from migrate.model.plan import Step
from migrate.runner.execute import execute
from migrate.runner.patience import LONGEST_PAUSE_SECONDS, PATIENCE_SECONDS
from migrate.stages.cutover.plan import plan as _handover  # noqa: F401
from migrate.stages.replicate.plan import plan as _replicate  # noqa: F401
from tests.clocks import HandClock


@dataclass
class Outage:
    """The clock of a world whose database comes back after `seconds`."""

    clock: HandClock
    seconds: float
    back: Callable[[], None]

    def __post_init__(self) -> None:
        self.began, self.pauses = self.clock.monotonic(), list[float]()

    def now(self) -> Any:
        return self.clock.now()

    def monotonic(self) -> float:
        return self.clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.sleep(seconds)
        if self.monotonic() - self.began >= self.seconds:
            self.back()


@pytest.fixture
def world(toy: ModuleType, tmp_path: Path) -> Any:
    return toy.World(tmp_path / "world.json")


def gone(error: type[MigrateError] = SourceError, **changes: Any) -> MigrateError:
    return error("the server cannot be reached", **{"code": "SRC-101", "retryable": True, **changes})


@pytest.mark.parametrize("error", [gone(), gone(TargetError, code="TGT-108")])
@pytest.mark.parametrize("moment", ["observe w0", "done w0", "apply w0"])
def test_it_is_ridden_out_at_any_moment_of_the_step(
    toy: ModuleType, world: Any, writing: Any, clock: HandClock, error: MigrateError, moment: str
) -> None:
    world.put("w0", "old")
    world.faults[moment] = error
    outage, events = Outage(clock, 60.0, world.faults.clear), list[Event]()
    with writing() as journal:
        execute(toy.plan("wp"), world, journal, emit=events.append, clock=outage)
        entries = journal.entries(run="toy-1")
    assert world.values() == toy.end("wp")
    told = [event.text for event in events if isinstance(event, Noted) and event.warning]
    assert told == [
        f"put new w0 into w0: the server cannot be reached; trying again, for {PATIENCE_SECONDS:.0f} s at most"
    ]
    waits = [e for e in events if isinstance(e, Progressed)]
    assert [e.work for e in waits] == [f"waiting for {error.fault}"] * len(outage.pauses)
    assert {e.total for e in waits} == {None}, "when it gives up is not when it ends"
    assert outage.pauses == sorted(outage.pauses)
    assert outage.pauses[-1] == LONGEST_PAUSE_SECONDS
    failed = [entry.body["code"] for entry in entries if entry.kind is Kind.FAILED]
    assert failed == [error.code] * len(outage.pauses)
    assert {entry.body.get("value") for entry in entries if entry.kind is Kind.INTENT and entry.step == "put/w0"} == {
        "old"
    }, "an undo needs what stood there before the first attempt"


def test_one_that_stays_away_ends_it(toy: ModuleType, world: Any, writing: Any, clock: HandClock) -> None:
    world.faults["apply w0"] = gone()
    outage = Outage(clock, PATIENCE_SECONDS * 2, world.faults.clear)
    with writing() as journal, pytest.raises(SourceError, match="cannot be reached") as refusal:
        execute(toy.plan("w"), world, journal, emit=silent, clock=outage)
    assert PATIENCE_SECONDS <= sum(outage.pauses) <= PATIENCE_SECONDS + LONGEST_PAUSE_SECONDS
    assert any("tried again for" in note for note in refusal.value.__notes__)


@pytest.mark.parametrize(
    ("kinds", "error"),
    [
        ("w", gone(retryable=False)),
        ("w", gone(AwsError, code="AWS-Throttling")),
        ("o", gone()),
        ("p", gone()),
    ],
)
def test_what_waiting_does_not_help_is_said_at_once(
    toy: ModuleType, world: Any, writing: Any, clock: HandClock, kinds: str, error: MigrateError
) -> None:
    world.faults[f"apply {kinds}0"] = error
    outage = Outage(clock, 1.0, world.faults.clear)
    with writing() as journal, pytest.raises(type(error)):
        execute(toy.plan(kinds), world, journal, emit=silent, clock=outage)
    assert outage.pauses == []


def test_nothing_is_waited_for_while_the_application_waits() -> None:
    """Under a freeze a database that goes away ends the attempt, and the application is let in again."""
    patient = [step for step in every(Step) if step.patient and step.__module__.startswith("migrate.")]
    assert {step.__module__.rpartition(".")[0] for step in patient} == {"migrate.stages.replicate"}


def every(kind: type[Any]) -> list[type[Any]]:
    return [each for known in kind.__subclasses__() for each in (known, *every(known))]
