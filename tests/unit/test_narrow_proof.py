"""The proof before the freeze: rows that are only late differ from nothing."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from migrate.errors import SaysNo
from migrate.model.validation import Verdict
from migrate.stages.cutover.prepare import SETTLE_SECONDS, NarrowProof
from migrate.stages.cutover.world import HandoverWorld
from tests.clocks import HandClock


class Behind:
    """Both logs of a feed that is behind: what seemed to differ is looked at again once things have settled."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.kept = 0

    def look(self) -> None:
        """Something was touched."""

    def prove(self, _: None, *, settle: Callable[[], None], **__: Any) -> Any:
        with pytest.raises(SaysNo) as late:
            settle()
        self.problems.append(late.value.code)
        return SimpleNamespace(verdict=Verdict.UNKNOWN, left_keys=40, left_whole=())

    def keep(self, _: Any) -> None:
        self.kept += 1


def test_what_did_not_arrive_in_time_is_left_over_and_no_difference() -> None:
    witness, clock = Behind(), HandClock()
    feed = SimpleNamespace(task="shop-main", marker="marker")
    world: Any = SimpleNamespace(
        request=SimpleNamespace(run="cutover-1", feeds=(feed,), witness_slot="am_witness"),
        leaving=SimpleNamespace(markers=SimpleNamespace(write=lambda *_: "0/1")),
        arriving=SimpleNamespace(markers=SimpleNamespace(seen=lambda *_: False)),
        witness=witness,
        clock=clock,
        emit=lambda _: None,
    )
    world.wait = lambda *args, **more: HandoverWorld.wait(world, *args, **more)
    began = clock.monotonic()

    left = NarrowProof(leaving="source").apply(world, {})

    assert (left["verdict"], left["left_keys"]) == ("unknown", 40)
    assert set(witness.problems) == {"CUT-016"}
    assert witness.kept == len(witness.problems)
    assert clock.monotonic() - began < 5 * SETTLE_SECONDS
