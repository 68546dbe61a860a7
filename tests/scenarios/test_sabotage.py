"""Take a protection out, from outside, and something turns red: the protocol refuses, or the ledger shows the loss."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.theatre import Staged, replicated, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("sabotage")]

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
NO_MARKER_AND_NO_PROOF = (
    NO_MARKER
    + """
import migrate.stages.cutover.prove as prove
prove.ProveEqual.apply = lambda self, world, before: {}
"""
)
ACCOUNT_LEFT_OPEN = """
import migrate.stages.cutover.close as close
close.LockFeedAccount.apply = lambda self, world, before: {}
"""


LATE_FEED = """
import migrate.stages.cutover.freeze as freeze
held = freeze.Fence.apply
def late(self, world, before):
    for feed in world.request.feeds:
        world.tasks.stop(feed.task)
    import time
    time.sleep(1.0)
    return held(self, world, before)
freeze.Fence.apply = late
import migrate.stages.cutover.ask as ask
ask.AskFrozenGates.apply = lambda self, world, before: {}
"""
"""The feed stands still from a second before the freeze. The frozen gates would see that, so they are out too."""


@pytest.fixture
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """A stage of its own: what a sabotage leaves behind must not reach another test."""
    for found in stage(tmp_path_factory.mktemp("sabotaged")):
        yield replicated(found)


def cut_over(staged: Staged, sabotage: str) -> tuple[int, str]:
    staged.must("cutover", "approve", "--by", "saboteur")
    ran = staged.run("cutover", "run", sabotage=sabotage)
    return ran.code, ran.err


def test_without_a_fence_the_proof_refuses_and_unwinds(ready: Staged) -> None:
    with ready.application() as application:
        application.write(30)
        code, told = cut_over(ready, NO_FENCE)
        assert code == 3, told
        assert "not fenced" in told
        application.write(30)
    assert ready.status()["owner"] == "source"
    assert ready.judge("source")["verdict"] == "kept"


def test_with_the_account_left_open_the_proof_refuses_and_unwinds(ready: Staged) -> None:
    with ready.application() as application:
        application.write(30)
        code, told = cut_over(ready, ACCOUNT_LEFT_OPEN)
        assert code == 3, told
        assert "can still write on the target" in told
        application.write(30)
    assert ready.status()["owner"] == "source"
    assert ready.judge("source")["verdict"] == "kept"


def test_without_a_marker_the_proof_of_equality_refuses(ready: Staged) -> None:
    """The freeze begins before the feed has caught up: what is underway is missing on the target."""
    with ready.application() as application:
        application.write(30)
        code, told = cut_over(ready, NO_MARKER + LATE_FEED)
        assert code == 3, told
        assert "the sides differ" in told
        application.write(30)
    assert ready.status()["owner"] == "source"
    assert ready.judge("source")["verdict"] == "kept"


def test_without_fence_and_proofs_the_ledger_shows_the_loss(staging: Staged) -> None:
    with staging.application() as application:
        application.write(100)
        code, told = cut_over(staging, NO_FENCE_AND_NO_PROOF)
        assert code == 0, told
        application.write(200)
    verdict = staging.judge("target")
    assert verdict["verdict"] == "broken"
    assert verdict["lost"] > 0


def test_without_marker_and_proofs_the_ledger_shows_the_loss(staging: Staged) -> None:
    with staging.application() as application:
        application.write(100)
        code, told = cut_over(staging, NO_MARKER_AND_NO_PROOF + LATE_FEED)
        assert code == 0, told
        application.write(100)
    verdict = staging.judge("target")
    assert verdict["verdict"] == "broken"
    assert verdict["lost"] > 0
