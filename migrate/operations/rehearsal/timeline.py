"""What a rehearsal did and when: its stages, and a problem in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from migrate.clock import Clock
from migrate.errors import MigrateError, SaysNo
from migrate.model.rehearsal import StageResult


@dataclass
class Timeline:
    """Stages as they ended, with seconds since the rehearsal began."""

    clock: Clock
    began: float
    stages: list[StageResult] = field(default_factory=list)

    def now(self) -> float:
        return self.clock.monotonic() - self.began

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began, outcome = self.now(), "failed"
        try:
            yield
            outcome = "done"
        except SaysNo:
            outcome = "said no"
            raise
        finally:
            seconds = round(self.now() - began, 3)
            self.stages.append(StageResult(name=name, outcome=outcome, seconds=seconds, began=round(began, 3)))


def told(problem: MigrateError) -> str:
    return "; ".join([f"{problem.code} {problem.message}", *getattr(problem, "__notes__", [])])
