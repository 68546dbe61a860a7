"""Stages for scenario tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.theatre import Staged, replicated, stage


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """A migration that was only initialised."""
    yield from stage(tmp_path_factory.mktemp("staged"))


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """A migration that is ready to cut over. Tests bring it back to the source."""
    for found in stage(tmp_path_factory.mktemp("ready")):
        yield replicated(found)
