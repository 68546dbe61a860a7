"""Opens the state database for whoever only watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from migrate.settings import Settings
from migrate.state.lookout import Lookout
from migrate.wiring.state import state_url


@contextmanager
def lookout(settings: Settings) -> Iterator[Lookout]:
    """Reads alone, and only the rows of the settings' migration."""
    opened = Lookout(state_url(settings), settings.migration.name)
    try:
        yield opened
    finally:
        opened.close()
