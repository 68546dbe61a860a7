"""The same rehearsal several times, so that what differs is chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from migrate.errors import MigrateError
from migrate.events import Emit, Noted
from migrate.operations.rehearsal.outcome import Rehearsed


@dataclass(frozen=True)
class Series:
    runs: tuple[Rehearsed, ...]
    """Those that came to a verdict."""
    problem: MigrateError | None = None
    """What kept the next one from one, and ended the series."""

    @property
    def passed(self) -> bool:
        return self.problem is None and all(one.report.verdict.value == "passed" for one in self.runs)


def series(rehearse_in: Callable[[Path], Rehearsed], work: Path, times: int, emit: Emit) -> Series:
    """Each in an empty folder of its own below `work`. One that fails does not end the others; one that raises does."""
    runs: list[Rehearsed] = []
    for number in range(1, times + 1):
        try:
            if times > 1:
                emit(Noted(f"rehearsal {number} of {times}"))
            runs.append(rehearse_in(work / f"run-{number:0{len(str(times))}d}" if times > 1 else work))
        except MigrateError as problem:
            return Series(tuple(runs), problem)
    return Series(tuple(runs))
