"""The same for MySQL: SIGKILL after each of the seven steps; then resume, or rollback. Nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.killing import SEVEN, WAYS, killed_after
from tests.scenarios.theatre import Staged, replicated, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("kill-mysql")]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """A shop that is ready to cut over. Tests bring it back to the source."""
    for found in stage(tmp_path_factory.mktemp("shop"), sample="mysql/shop"):
        yield replicated(found)


@pytest.mark.parametrize("way_on", WAYS, ids=["resume", "rollback"])
@pytest.mark.parametrize(("name", "step"), SEVEN, ids=[name for name, _ in SEVEN])
def test_killed_after(shop: Staged, name: str, step: str, way_on: tuple[str, ...]) -> None:
    killed_after(shop, name, step, way_on)
