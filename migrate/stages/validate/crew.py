"""Worker threads that compare the parts of many tables, a few parts ahead of need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from migrate.events import Emit, Progressed
from migrate.stages.validate.comparison import Compared
from migrate.stages.validate.tally import Tally

Part = tuple[Tally, Callable[[], Compared]]
"""A table's tally, and the comparison of one part of it."""


def compare_all(parts: Iterable[Part], tallies: Sequence[Tally], *, workers: int, emit: Emit) -> None:
    """Compare every part and count it into its tally; parts are drawn only as fast as workers take them.

    After a server refused one part of a table, the rest of that table is left out, and its tally says why.
    """
    drawn = iter(parts)
    progress = _Progress(len(tallies), emit)
    with ThreadPoolExecutor(workers, "compare") as pool:
        flying: dict[Future[Compared | None], Tally] = {}
        try:
            while True:
                for tally, compare in _take(drawn, 2 * workers - len(flying)):
                    flying[pool.submit(_unless_broken, tally, compare)] = tally
                if not flying:
                    break
                landed, _ = wait(flying, return_when=FIRST_COMPLETED)
                for future in landed:
                    tally = flying.pop(future)
                    _count(tally, future)
                    progress.moved(tally)
        finally:
            for future in flying:
                future.cancel()
    progress.ended()


def _take(drawn: Iterator[Part], most: int) -> Iterator[Part]:
    for _ in range(most):
        part = next(drawn, None)
        if part is None:
            return
        yield part


def _unless_broken(tally: Tally, compare: Callable[[], Compared]) -> Compared | None:
    return None if tally.problem else compare()


def _count(tally: Tally, future: Future[Compared | None]) -> None:
    with tally.problems():
        part = future.result()
        if part is not None:
            tally.add(part)


class _Progress:
    """Tables compared so far, counted by their parts."""

    def __init__(self, tables: int, emit: Emit) -> None:
        self._tables = tables
        self._emit = emit
        self._done = 0.0

    def moved(self, tally: Tally) -> None:
        self._done = min(self._done + 1 / tally.parts, self._tables)
        self._emit(Progressed("compare tables", round(self._done, 3), self._tables, "tables"))

    def ended(self) -> None:
        self._emit(Progressed("compare tables", self._tables, self._tables, "tables"))
