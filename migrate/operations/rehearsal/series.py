"""The same rehearsal several times, each from an empty folder, so that what differs is chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from migrate.clock import Clock
from migrate.events import Emit, Noted
from migrate.operations.rehearsal.rehearse import Asked, Rehearsed, rehearse


@dataclass(frozen=True)
class Series:
    runs: tuple[Rehearsed, ...]

    @property
    def passed(self) -> bool:
        return all(one.report.verdict.value == "passed" for one in self.runs)


def series(asked: Asked, times: int, emit: Emit, clock: Clock) -> Series:
    """One that fails does not end the others. Raises what `rehearse` raises."""
    return Series(tuple(_runs(asked, times, emit, clock)))


def _runs(asked: Asked, times: int, emit: Emit, clock: Clock) -> Iterator[Rehearsed]:
    for number in range(1, times + 1):
        if times > 1:
            emit(Noted(f"rehearsal {number} of {times}"))
        work = asked.work / f"run-{number:0{len(str(times))}d}" if times > 1 else asked.work
        yield rehearse(replace(asked, work=work), emit, clock)
