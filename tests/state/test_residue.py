"""What proofs left over: kept whole, for its own slot, and only by whoever holds the lease."""

from __future__ import annotations

import pytest

from checks.facts import TableName
from migrate.errors import StateConflict
from migrate.model.residue import Remains
from migrate.state.lease import hold
from migrate.state.store import Store
from tests.clocks import HandClock

ORDERS, LINES = TableName("public", "orders"), TableName('odd "schema"', "lines; --")
KEYS = Remains(frozenset({("7", "é\u0000\U0001f600"), ("8", "'")}), ("a", "b"))
WHOLE = Remains(None, ("", "absent"))


def test_what_is_kept_is_read_again_and_replaced_table_by_table(store: Store) -> None:
    with hold(store, "m") as lease:
        residue = store.residue("m", "witness_1", lease)
        assert residue.load() == {}
        residue.save({ORDERS: KEYS, LINES: WHOLE})
        assert store.residue("m", "witness_1").load() == {ORDERS: KEYS, LINES: WHOLE}
        residue.save({ORDERS: Remains()})
        residue.save({})
        assert residue.load() == {ORDERS: Remains(), LINES: WHOLE}


def test_another_slot_and_another_migration_see_nothing_of_it(store: Store) -> None:
    with hold(store, "m") as lease, hold(store, "other") as others:
        store.residue("m", "witness_1", lease).save({ORDERS: KEYS})
        assert store.residue("m", "witness_2", lease).load() == {}
        store.residue("other", "witness_1", others).begin({})
        assert store.residue("m", "witness_1").load() == {ORDERS: KEYS}


def test_a_new_pass_forgets_all_but_the_witness(store: Store) -> None:
    with hold(store, "m") as lease:
        for number in (1, 2, 3):
            store.residue("m", f"witness_{number}", lease).save({ORDERS: KEYS})
        store.residue("m", "witness_3", lease).begin({LINES: WHOLE}, but="witness_2")
        found = [store.residue("m", f"witness_{number}").load() for number in (1, 2, 3)]
        assert found == [{}, {ORDERS: KEYS}, {LINES: WHOLE}]


def test_who_lost_the_lease_keeps_nothing(store: Store, clock: HandClock) -> None:
    with hold(store, "m", clock=clock) as lease:
        lost = store.residue("m", "witness_1", lease)
    with hold(store, "m", clock=clock):
        for change in (lost.save, lost.begin):
            with pytest.raises(StateConflict):
                change({ORDERS: KEYS})
    assert lost.load() == {}


def test_without_a_lease_it_can_only_be_read(store: Store) -> None:
    with pytest.raises(ValueError, match="lease"):
        store.residue("m", "witness_1").save({ORDERS: KEYS})
