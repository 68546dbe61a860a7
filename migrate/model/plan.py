"""A plan is data: an ordered list of steps. Executing, explaining, resuming and unwinding are readers of it.

Invariants: building a plan has no side effects; step ids are unique and stable in a plan; `observe` reads what `undo`
will need and the runner journals it with the intent, before `apply` changes anything; `undo` is safe after an intent
without a done.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from migrate.model.json import Facts

W = TypeVar("W")
"""The world a stage's steps act on: a record of ports, different for each stage."""


class Reversal(StrEnum):
    """What unwinding may expect of a step."""

    FULL = "full"
    """`undo` brings the world back to what `observe` saw."""
    NONE = "none"
    """Nothing to bring back: the step only reads, waits or proves."""
    FORBIDDEN = "forbidden"
    """Past this step there is no unwinding; the way back is a runbook of its own."""


@dataclass(frozen=True)
class Step(ABC, Generic[W]):
    """The smallest journaled, undoable act. Subclasses are frozen dataclasses that carry data only."""

    reversal: ClassVar[Reversal] = Reversal.FULL
    always_again: ClassVar[bool] = False
    """True for proofs: on resume they run again although the journal says done, for what they proved may have passed.

    Not once a later step that forbids unwinding has taken effect: what they proved lies behind it then.
    """
    patient: ClassVar[bool] = False
    """True where a database that goes away for a while is waited for, and the step done again, as a resumed run would.

    Not where somebody waits for the answer, nor where the application does.
    """

    undo_seconds: ClassVar[float] = 900.0
    """How long undoing it may take: others are undone after it, and a server that hangs gives no answer at all."""

    @property
    @abstractmethod
    def id(self) -> str:
        """Unique and stable within the plan, e.g. `freeze/fence-applications`."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What happens, as a person says it: `fence the applications off the source`."""

    def observe(self, world: W) -> Facts:
        """Read what `undo` will need. Has no side effects. Journaled with the intent."""
        return {}

    def done(self, world: W, before: Facts) -> bool:
        """Ask the world, not the journal, whether the wanted state already holds."""
        return False

    def settled(self, world: W, before: Facts) -> bool:
        """As `done`, of an attempt that was broken off: what it sent and may still arrive is made to fail first."""
        return self.done(world, before)

    @abstractmethod
    def apply(self, world: W, before: Facts) -> Facts:
        """Act. Safe to call again after a crash in the middle. Returns facts worth keeping."""

    def undo(self, world: W, before: Facts) -> None:
        """Bring back what `before` saw. Safe after a partial or missing `apply`, and safe to call twice."""


@dataclass(frozen=True)
class Budget:
    """A span of steps that must end in time: past `seconds` before `last` is done, the runner unwinds."""

    first: str
    last: str
    seconds: float


@dataclass(frozen=True)
class Plan(Generic[W]):
    """Steps of one stage, and the request they answer (compared on resume)."""

    stage: str
    run: str
    """Names this execution, e.g. `cutover-1`; a second cutover is another run."""
    request: Facts
    steps: tuple[Step[W], ...]
    budget: Budget | None = None

    def __post_init__(self) -> None:
        ids = [step.id for step in self.steps]
        repeated = sorted({step_id for step_id in ids if ids.count(step_id) > 1})
        if repeated:
            raise ValueError(f"step ids repeat in plan {self.run}: {', '.join(repeated)}")

    @property
    def digest(self) -> str:
        """SHA-256 over stage, run, request and every step's id and data: what an approval is bound to."""
        steps = [[step.id, {f.name: _plain(getattr(step, f.name)) for f in fields(step)}] for step in self.steps]
        text = json.dumps([self.stage, self.run, _plain(self.request), steps], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in (sorted(value, key=repr) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return repr(value)
