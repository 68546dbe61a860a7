"""The toy world, and a journal on disk for it."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType

import pytest

from migrate.state.journal import StoredJournal
from migrate.state.lease import hold
from migrate.state.store import Store
from tests.clocks import HandClock

Writing = Callable[[], AbstractContextManager[StoredJournal]]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def toy() -> ModuleType:
    spec = importlib.util.spec_from_file_location("toy_world", Path(__file__).with_name("toy.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def state_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/state.db"


@pytest.fixture
def writing(state_url: str, clock: HandClock) -> Writing:
    """`with writing() as journal`: the toy's journal under a lease, as a process of its own would have it."""

    @contextlib.contextmanager
    def open_journal() -> Iterator[StoredJournal]:
        store = Store.open(state_url)
        with hold(store, "toy", clock=clock, ttl=1e9) as lease:
            yield store.journal("toy", lease)
        store.close()

    return open_journal
