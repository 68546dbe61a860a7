"""How far a validation has come: kept for the pass that goes on, unseen by every other, fenced like the journal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from functools import partial

import pytest

from checks.facts import TableName
from migrate.errors import StateConflict
from migrate.model.database import Position
from migrate.model.progress import TableProgress
from migrate.model.validation import KeyOrder
from migrate.state.lease import Lease, hold
from migrate.state.progress import StoredProgress
from migrate.state.store import Store

ORDERS, LINES = TableName("public", "orders"), TableName('odd "schema"', "lines; --")
HALF = TableProgress(
    shapes="abc",
    order=KeyOrder.BYTES,
    through=("7", None, "é\u0000\U0001f600"),
    source_rows=10**12,
    target_rows=5,
    chunks=3,
    differing=1,
    candidates=(("1", None), ("2", "'")),
    complete=False,
    reason="a server was gone",
    position=Position("0/16B3748"),
)
DONE = TableProgress(shapes="def", finished=True, source_rows=2, target_rows=2, chunks=1)


def kept(store: Store, lease: Lease, slot: str = "witness_1", terms: str = "all tables") -> StoredProgress:
    return store.progress(lease, slot, terms)


def test_what_was_saved_comes_back_as_it_was(store: Store) -> None:
    with hold(store, "orders") as lease:
        kept(store, lease).save({ORDERS: HALF, LINES: DONE})
        assert kept(store, lease).load() == {ORDERS: HALF, LINES: DONE}


def test_a_later_save_replaces_its_own_tables_alone(store: Store) -> None:
    with hold(store, "orders") as lease:
        progress = kept(store, lease)
        progress.save({ORDERS: HALF, LINES: DONE})
        further = replace(HALF, through=("9",), source_rows=11)
        progress.save({ORDERS: further})
        assert progress.load() == {ORDERS: further, LINES: DONE}


def test_another_pass_sees_nothing_of_it(store: Store) -> None:
    with hold(store, "orders") as lease:
        kept(store, lease).save({ORDERS: DONE})
        for other in (kept(store, lease, slot="witness_2"), kept(store, lease, terms="fewer tables")):
            assert other.load() == {}
            assert other.foreign() == 1
        assert kept(store, lease).foreign() == 0
    with hold(store, "invoices") as lease:
        assert kept(store, lease).load() == {}
        assert kept(store, lease).foreign() == 0


def test_a_pass_on_other_terms_takes_the_place_of_the_first(store: Store) -> None:
    with hold(store, "orders") as lease:
        kept(store, lease).save({ORDERS: HALF})
        kept(store, lease, terms="fewer tables").save({ORDERS: DONE})
        assert kept(store, lease).load() == {}
        assert kept(store, lease, terms="fewer tables").load() == {ORDERS: DONE}


def test_a_table_can_be_forgotten_and_all_can(store: Store) -> None:
    with hold(store, "orders") as lease:
        progress = kept(store, lease)
        progress.save({ORDERS: HALF, LINES: DONE})
        progress.forget([LINES])
        assert progress.load() == {ORDERS: HALF}
        kept(store, lease, slot="witness_2").clear()
        assert progress.load() == {}


def test_whoever_lost_the_lease_changes_nothing(store: Store) -> None:
    with hold(store, "orders") as first:
        kept(store, first).save({ORDERS: HALF})
        lost = kept(store, replace(first, fence=first.fence - 1))
        for write in (partial(lost.save, {ORDERS: DONE}), partial(lost.forget, [ORDERS]), lost.clear):
            with pytest.raises(StateConflict) as refused:
                write()
            assert refused.value.code == "STA-021"
        assert kept(store, first).load() == {ORDERS: HALF}
    with pytest.raises(StateConflict):
        kept(store, first).save({ORDERS: DONE})


SAVES_AND_DIES = """
import os, signal, sys
from checks.facts import TableName
from migrate.model.progress import TableProgress
from migrate.state.lease import hold
from migrate.state.store import Store
store = Store.open(sys.argv[1])
with hold(store, "orders") as lease:
    table = TableName("public", "orders")
    store.progress(lease, "witness_1", "all tables").save({table: TableProgress(shapes="s", through=("41",))})
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_saved_outlives_a_kill(store: Store, store_url: str) -> None:
    died = subprocess.run([sys.executable, "-c", SAVES_AND_DIES, store_url], env=os.environ, check=False)
    assert died.returncode == -signal.SIGKILL
    with hold(store, "orders") as lease:
        assert kept(store, lease).load() == {ORDERS: TableProgress(shapes="s", through=("41",))}
