"""The same for MySQL: SIGKILL of the orchestrator, then the way back. Nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.killing import hangs_under_the_freeze, killed_then_rolled_back
from tests.scenarios.theatre import Staged, replicated, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("kill-mysql")]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """A shop that is ready to cut over. Tests bring it back to the source."""
    for found in stage(tmp_path_factory.mktemp("shop"), sample="mysql/shop"):
        yield replicated(found)


@pytest.mark.parametrize("step", ["prove/equal", "open/smoke-test"])
def test_killed_then_rolled_back(shop: Staged, step: str) -> None:
    killed_then_rolled_back(shop, step)


def test_a_server_that_hangs_under_the_freeze_keeps_nobody_out(shop: Staged) -> None:
    hangs_under_the_freeze(shop, "cluster")
