"""Both sides, asked the same question at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from checks.facts import TableName
from migrate.ports.database import Database, Rows

T = TypeVar("T")


@dataclass(frozen=True)
class Shape:
    """What must be known of a table before its rows are compared."""

    keyed: bool
    problem: str
    """Why its row hashes cannot be compared; empty when they can."""


@dataclass(frozen=True)
class Sides:
    """Rows of the source and of the target. `pool` runs the target's half of each question."""

    source: Rows
    target: Rows
    pool: Executor

    def both(self, ask: Callable[[Rows], T]) -> tuple[T, T]:
        """The source's answer and the target's. Raises what the first of them raises, when both have ended."""
        there = self.pool.submit(ask, self.target)
        try:
            here = ask(self.source)
        finally:
            wait([there])
        return here, there.result()

    def shape(self, table: TableName) -> Shape:
        """Whether the table has a key, and whether its rows can be compared at all."""
        here, there = self.both(lambda rows: (sorted(rows.columns(table)), rows.key(table)))
        problem = ""
        if here[0] != there[0]:
            alone = [f"{name} (source only)" for name in here[0] if name not in there[0]]
            alone += [f"{name} (target only)" for name in there[0] if name not in here[0]]
            problem = f"the columns differ: {', '.join(alone)}"
        elif here[1] != there[1]:
            problem = f"the key differs: ({', '.join(here[1])}) on the source, ({', '.join(there[1])}) on the target"
        return Shape(keyed=bool(here[1]), problem=problem)


@contextmanager
def sides(source: Database, target: Database, workers: int) -> Iterator[Sides]:
    """Both sides, for as many questions at once as there are workers."""
    with ThreadPoolExecutor(workers, "target rows") as pool:
        yield Sides(source.rows, target.rows, pool)
