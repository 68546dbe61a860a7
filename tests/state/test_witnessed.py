"""What is witnessed of tables: one slot's at a time, replaced as a whole, fenced like the journal."""

from __future__ import annotations

import pytest

from checks.facts import TableName
from migrate.errors import StateConflict
from migrate.model.witnessed import Witnessed
from migrate.state.lease import hold
from migrate.state.store import Store

ORDERS, LINES = TableName("public", "orders"), TableName('odd "schema"', "lines; --")
KNOWN = {
    ORDERS: Witnessed("abc"),
    LINES: Witnessed("def", frozenset({("1", None), ("é\u0000\U0001f600", "'")})),
}


def test_what_was_saved_comes_back_as_it_was_and_can_be_read_without_the_lease(store: Store) -> None:
    with hold(store, "orders") as lease:
        store.witnessed("orders", lease).save("slot_1", KNOWN)
    assert store.witnessed("orders").load("slot_1") == KNOWN


def test_a_later_pass_replaces_all_of_it_and_another_migration_sees_nothing(store: Store) -> None:
    with hold(store, "orders") as lease, hold(store, "other") as others:
        store.witnessed("orders", lease).save("slot_1", KNOWN)
        store.witnessed("other", others).save("slot_1", {LINES: Witnessed("mine")})
        store.witnessed("orders", lease).save("slot_2", {ORDERS: Witnessed("new")})
    kept = store.witnessed("orders")
    assert kept.load("slot_1") == {}
    assert kept.load("slot_2") == {ORDERS: Witnessed("new")}
    assert store.witnessed("other").load("slot_1") == {LINES: Witnessed("mine")}


def test_who_lost_the_lease_can_write_nothing(store: Store) -> None:
    with hold(store, "orders") as lease:
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE aurora_migrate_migration SET fence = fence + 1")
        with pytest.raises(StateConflict):
            store.witnessed("orders", lease).save("slot_1", KNOWN)
    assert store.witnessed("orders").load("slot_1") == {}
    with pytest.raises(ValueError, match="lease"):
        store.witnessed("orders").save("slot_1", KNOWN)
