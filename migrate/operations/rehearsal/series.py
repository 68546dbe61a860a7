"""The same rehearsal several times, so that what differs is chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from migrate.events import Emit, Noted
from migrate.operations.rehearsal.outcome import Rehearsed


@dataclass(frozen=True)
class Series:
    runs: tuple[Rehearsed, ...]

    @property
    def passed(self) -> bool:
        return all(one.report.verdict.value == "passed" for one in self.runs)


def series(rehearse_in: Callable[[Path], Rehearsed], work: Path, times: int, emit: Emit) -> Series:
    """Each in an empty folder of its own below `work`. One that fails does not end the others.

    Raises what `rehearse_in` raises.
    """
    return Series(tuple(_runs(rehearse_in, work, times, emit)))


def _runs(rehearse_in: Callable[[Path], Rehearsed], work: Path, times: int, emit: Emit) -> Iterator[Rehearsed]:
    for number in range(1, times + 1):
        if times > 1:
            emit(Noted(f"rehearsal {number} of {times}"))
        yield rehearse_in(work / f"run-{number:0{len(str(times))}d}" if times > 1 else work)
