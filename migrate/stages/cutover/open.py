"""Step 7: let the application in on the arriving side; and what can fail of it, done ahead of the switch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import MigrateError, SaysNo, SourceError, TargetError
from migrate.events import Noted
from migrate.model.database import Side
from migrate.model.handover import Recorded
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.stages.cutover.step import HandoverStep
from migrate.stages.cutover.world import HandoverWorld

GONE = {"SRC-101": Side.SOURCE, "TGT-101": Side.TARGET}
"""Codes that say that a side cannot be reached at all."""
STAYING = frozenset({"SRC-120", "TGT-120"})
"""Codes that say that sessions did not end."""
SESSIONS_SECONDS = 5.0


def gone(problem: BaseException, side: Side) -> bool:
    """Whether this is `side` not being reachable."""
    return isinstance(problem, MigrateError) and GONE.get(problem.code) is side


def without(side: Side) -> str:
    """The hint for whoever waits in vain for `side`, which the application has left."""
    return (
        f"It has switched already. If the {side.value} stays away, make sure that nobody can reach it, nor a copy of it"
        " that a restore or a failover brings: close its security group, say. Then: aurora-migrate cutover resume"
        " --without-leaving --by NAME"
    )


def _observed(world: HandoverWorld, where: Recorded) -> Facts:
    facts = world.memory.before(where.step, run=where.run)
    if facts is None:
        raise SaysNo(
            f"the journal does not hold what step {where.step} of {where.run} observed",
            code="CUT-080",
            hint="Restore grants, locks and triggers by hand from your own record, then: aurora-migrate cutover resume",
        )
    return facts


@dataclass(frozen=True)
class WakeTriggers(HandoverStep):
    """Ahead of the switch, for it waits for every transaction that has a table in use, a backup's too, and may fail:
    from there it can still be undone. The feed is locked out by then, and applications are not in: nothing fires.
    """

    name: ClassVar[str] = "open/triggers"
    undo_seconds: ClassVar[float] = 45.0

    @property
    def title(self) -> str:
        return f"bring the {self.arriving}'s triggers back"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        world.arriving.triggers.restore(_observed(world, world.request.rested_by))
        return {}

    def undo(self, world: HandoverWorld, before: Facts) -> None:
        world.arriving.triggers.rest(_observed(world, world.request.rested_by))


@dataclass(frozen=True)
class OpenArriving(HandoverStep):
    """Only past the switch: until then nobody but the feed writes there, and both sides are never open at once."""

    name: ClassVar[str] = "open/fence"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"let applications in on the {self.arriving}, and its events run"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        """The other side is asked once more: somebody may have opened it by hand since. Where it is gone, a person may
        have made sure."""
        facts = self._still_closed(world)
        friends = world.request.friends(world.request.arriving)
        world.arriving.fence.open(_observed(world, world.request.closed_by), friends)
        if world.request.arriving is Side.TARGET:  # the source's own are woken with its fence; others rested before
            world.arriving.triggers.wake_events(_observed(world, world.request.rested_by))
        return facts

    def _still_closed(self, world: HandoverWorld) -> Facts:
        side = world.request.leaving
        friends = world.request.friends(side)
        try:
            if not world.leaving.fence.breaches(friends):
                return {}
            if doors := world.leaving.fence.doors(friends):
                raise SaysNo(
                    f"the {self.leaving} is open again: {'; '.join(doors[:5])}",
                    code="CUT-082",
                    hint=f"Close the {self.leaving} to applications, then: aurora-migrate cutover resume",
                )
            return self._ended(world, friends)
        except (SourceError, TargetError) as problem:
            if not gone(problem, side):
                raise
            if not world.vouched_by:
                problem.hint = without(side)
                raise
            told = f"the {self.leaving} does not answer: {world.vouched_by} made sure that nobody can reach it"
            world.emit(Noted(told, warning=True))
            return {"unasked": self.leaving, "vouched_by": world.vouched_by}

    def _ended(self, world: HandoverWorld, friends: Sequence[str]) -> Facts:
        """Nobody gets in who is not there. Of those who are there some cannot be sent away, as a superuser with a
        console: no application is held up for that."""
        try:
            world.leaving.fence.end_sessions(friends, SESSIONS_SECONDS)
        except (SourceError, TargetError) as problem:
            if problem.code not in STAYING:
                raise
            world.emit(Noted(f"nobody can log in on the {self.leaving}, but {problem}", warning=True))
            return {"staying": str(problem)}
        return {}


@dataclass(frozen=True)
class SmokeTest(HandoverStep):
    """Logs in as the application, with what its secret holds now."""

    name: ClassVar[str] = "open/smoke-test"
    reversal: ClassVar[Reversal] = Reversal.NONE
    always_again: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return f"read every table on the {self.arriving} as the application"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        failed = world.arriving.accounts.smoke(world.traffic.credentials(), world.request.tables)
        if failed and world.going_back:
            world.emit(Noted(f"the application cannot work on the {self.arriving}: {failed[0]}", warning=True))
            return {"failed": len(failed)}
        if failed:
            raise SaysNo(
                f"the application cannot work on the {self.arriving}: {'; '.join(failed[:5])}",
                code="CUT-081",
                hint="Grant what is missing, then: aurora-migrate cutover resume. Or go back: aurora-migrate rollback",
            )
        return {"tables": len(world.request.tables)}
