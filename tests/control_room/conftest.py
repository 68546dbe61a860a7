"""A story to tell into a fresh state database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.control_room.story import CONFIG, Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    yield told
    told.close()


@pytest.fixture
def config(story: Story) -> Path:
    """A migration.toml whose state is the story's."""
    path = story.folder / "migration.toml"
    path.write_text(CONFIG)
    return path
