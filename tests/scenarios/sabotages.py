"""What is taken out of the protocol, as Python that runs in the toolkit's process before the command line."""

from __future__ import annotations

NO_FENCE = """
import migrate.stages.cutover.freeze as freeze
freeze.Fence.apply = lambda self, world, before: {}
"""
NO_FENCE_AND_NO_PROOF = (
    NO_FENCE
    + """
import migrate.stages.cutover.prove as prove
import migrate.stages.cutover.close as close
freeze.EndSessions.apply = lambda self, world, before: {}
freeze.ProveFenced.apply = lambda self, world, before: {"frozen_at": world.leaving.log.position()}
prove.ProveQuiet.apply = lambda self, world, before: {}
prove.ProveEqual.apply = lambda self, world, before: {}
import migrate.stages.cutover.open as opening
def unasked(self, world, before):
    friends = world.request.friends(world.request.arriving)
    world.arriving.fence.open(opening._observed(world, world.request.closed_by), friends)
    return {}
opening.OpenArriving.apply = unasked
"""
)
NO_MARKER = """
import migrate.stages.cutover.drain as drain
drain.Drain.apply = lambda self, world, before: {}
"""
NO_PROOF = """
import migrate.stages.cutover.prove as prove
prove.ProveEqual.apply = lambda self, world, before: {}
"""
ACCOUNT_LEFT_OPEN = """
import migrate.stages.cutover.close as close
close.LockFeedAccount.apply = lambda self, world, before: {}
"""
STANDS_STILL, GO_ON = "stands-still", "go-on"
"""Files in the folder of the command: it made the one, and waits for the other."""
STAND_STILL = f"""
def stand_still():
    import pathlib, time
    pathlib.Path({STANDS_STILL!r}).touch()
    while not pathlib.Path({GO_ON!r}).exists():
        time.sleep(0.01)
"""
LATE_FEED = (
    STAND_STILL
    + """
import migrate.stages.cutover.freeze as freeze
held = freeze.Fence.apply
def late(self, world, before):
    for feed in world.request.feeds:
        world.tasks.stop(feed.task)
    stand_still()
    return held(self, world, before)
freeze.Fence.apply = late
import migrate.stages.cutover.ask as ask
ask.AskFrozenGates.apply = lambda self, world, before: {}
"""
)
"""The feed is stopped while the application writes on, then comes the freeze. The frozen gates would see that, so they
are out too."""
NO_ROOM_FOR_NUMBERS = """
import migrate.stages.cutover.prepare as prepare
prepare.RaiseSequences.apply = lambda self, world, before: {"sequences": 0}
"""
NO_PREFLIGHT_GATES = """
import migrate.stages.cutover.ask as ask
ask.AskPreflightGates.apply = lambda self, world, before: {}
"""
TRIGGERS_LEFT_ASLEEP = """
import migrate.stages.cutover.open as opening
opening.WakeTriggers.apply = lambda self, world, before: {}
"""
LATE_WAY_BACK = (
    STAND_STILL
    + """
import migrate.stages.cutover.after as after
begun = after.StartWayBack.apply
def late(self, world, before):
    stand_still()
    here = world.arriving.log.position()
    object.__setattr__(world, "recall", lambda step, fact: here)
    return begun(self, world, before)
after.StartWayBack.apply = late
"""
)
"""The way back starts where the log stands after some of the application's writes, not where it was noted."""
NO_FENCING_NUMBER = """
import migrate.engines.postgres.fencing as fencing
fencing.admitted = lambda connection, mine: True
"""
A_DAY_LATER = """
from datetime import timedelta
from migrate.clock import SystemClock
now = SystemClock.now
SystemClock.now = lambda self: now(self) + timedelta(hours=25)
"""
"""Everything that was found out and approved is a day old."""
