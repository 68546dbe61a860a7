"""What stories of the journal begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate.ports.journal import Journal
from migrate.state.lease import hold
from migrate.state.store import Store
from tests.clocks import HandClock


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    store, clock = Store.open(f"sqlite:///{tmp_path}/state.db"), HandClock()
    with hold(store, "shop", "test", clock=clock) as lease:
        yield store.journal("shop", lease)
    store.close()
