"""Step 5: close the way in, then note where the arriving side's log stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import SaysNo
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.stages.cutover.open import WakeTriggers
from migrate.stages.cutover.step import FeedStep, HandoverStep
from migrate.stages.cutover.world import HandoverWorld

LOCK_SECONDS = 20.0


@dataclass(frozen=True)
class LockFeedAccount(HandoverStep):
    """After a recoverable error DMS re-applies from its checkpoint, over whatever the application wrote since.

    So its account on the arriving side is locked and its sessions are ended before the application comes.
    """

    name: ClassVar[str] = "close/feed-account"
    undo_seconds: ClassVar[float] = 20.0

    @property
    def title(self) -> str:
        return f"lock the feed's account on the {self.arriving} and end its sessions"

    def done(self, world: HandoverWorld, before: Facts) -> bool:
        return world.arriving.accounts.locked(world.request.feed_user)

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        world.arriving.accounts.lock(world.request.feed_user, LOCK_SECONDS)
        return {}

    def undo(self, world: HandoverWorld, before: Facts) -> None:
        """Not as long as triggers that woke do not rest again: they would act on what the feed brings."""
        if world.memory.before(WakeTriggers.name) is not None:
            raise SaysNo(
                f"the feed stays locked out of the {self.arriving}, whose triggers may fire",
                code="CUT-071",
                hint=f"End what holds tables of the {self.arriving}, a backup say; then: aurora-migrate rollback",
                retryable=True,
            )
        world.arriving.accounts.unlock(world.request.feed_user)


@dataclass(frozen=True)
class ProveLocked(HandoverStep):
    """A session that outlived the lock could still write over what the application writes from now on."""

    name: ClassVar[str] = "close/prove-locked"
    reversal: ClassVar[Reversal] = Reversal.NONE
    always_again: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return f"prove that the feed cannot write on the {self.arriving} any more"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        if not world.arriving.accounts.locked(world.request.feed_user):
            raise SaysNo(
                f"the feed's account {world.request.feed_user} can still write on the {self.arriving}",
                code="CUT-070",
                hint="Nothing was switched. Lock the account, end its sessions, then try again.",
                retryable=True,
            )
        return {}


@dataclass(frozen=True)
class CapturePosition(FeedStep):
    """Where the way back starts: after the feed's last write, before the application's first."""

    name: ClassVar[str] = "close/capture-position"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"note the {self.arriving}'s log position for the way back ({self.feed})"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        return {"position": world.arriving.log.position(), "server": world.arriving.identity().server}
