"""Whoever watches reads, and nothing else: neither what is there nor who writes it notices."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert

from checks.facts import TableName
from migrate.errors import StateConflict
from migrate.events import Noted, silent
from migrate.model.journal import Kind
from migrate.model.progress import TableProgress
from migrate.state import tables
from migrate.state.lease import hold
from migrate.state.lookout import Lookout
from migrate.state.sightings import NOTES_KEPT
from migrate.state.store import Store
from migrate.wiring.scribe import Scribe
from tests.clocks import HandClock

ORDERS, ITEMS = TableName("shop", "orders"), TableName("shop", "items")


def test_a_look_shows_entries_progress_and_sightings_also_those_that_came_since(store_url: str, store: Store) -> None:
    clock = HandClock()
    lookout = Lookout(store_url, "orders")
    with hold(store, "orders", "ann@desk", clock=clock) as lease:
        journal, progress = store.journal("orders", lease), store.progress(lease, "slot", "terms")
        journal.append(Kind.PLANNED, run="r-1", body={"stage": "replicate"})
        begun = TableProgress(shapes="s", source_rows=10, candidates=(("a secret value",),))
        progress.save({ORDERS: begun, ITEMS: begun})
        first = lookout.look()
        clock.sleep(1)
        journal.append(Kind.OUTCOME, run="r-1", body={"outcome": "done"})
        progress.save({ORDERS: TableProgress(shapes="s", finished=True, source_rows=20)})
        second = lookout.look()
        progress.clear()
        third = lookout.look()
    lookout.close()
    assert first.lease is not None
    assert first.lease.label == "ann@desk"
    assert [entry.kind for entry in first.entries] == [Kind.PLANNED]
    assert {(row.table, row.source_rows, row.candidates) for row in first.compared} == {(ORDERS, 10, 1), (ITEMS, 10, 1)}
    assert "a secret value" not in repr(first)
    assert [entry.kind for entry in second.entries] == [Kind.PLANNED, Kind.OUTCOME]
    assert {(row.table, row.finished) for row in second.compared} == {(ORDERS, True), (ITEMS, False)}
    assert third.compared == ()


def test_another_migration_in_the_same_state_is_not_seen(store_url: str, store: Store) -> None:
    with hold(store, "orders") as lease:
        store.journal("orders", lease).append(Kind.PLANNED, run="r-1")
    lookout = Lookout(store_url, "invoices")
    assert lookout.look().entries == ()
    lookout.close()


def test_what_was_not_made_is_not_made(tmp_path: Path) -> None:
    lookout = Lookout(f"sqlite:///{tmp_path}/none/state.db", "orders")
    assert lookout.look().entries == ()
    lookout.close()
    assert list(tmp_path.iterdir()) == []


def test_nobody_waits_for_whoever_looks_and_whoever_looks_waits_for_nobody(tmp_path: Path) -> None:
    """A writer amid its transaction holds the only lock that there is."""
    store = Store.open(f"sqlite:///{tmp_path}/state.db")
    lookout = Lookout(f"sqlite:///{tmp_path}/state.db", "orders")
    with hold(store, "orders") as lease:
        store.journal("orders", lease).append(Kind.PLANNED, run="r-1")
        with store.writing() as connection:
            connection.execute(
                insert(tables.sighting).values(
                    migration="orders", kind="note", subject="1", body="{}", at="2026-01-01T00:00:00+00:00"
                )
            )
            assert len(lookout.look().entries) == 1
            assert lookout.look().sightings == ()
        store.journal("orders", lease).append(Kind.OUTCOME, run="r-1")
    assert len(lookout.look().entries) == 2
    lookout.close()
    store.close()


def test_a_file_that_may_only_be_read_can_be_watched_and_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "a folder, 100% odd#" / "state.db"
    url = f"sqlite:///{path}"
    store = Store.open(url)
    with hold(store, "orders") as lease:
        store.journal("orders", lease).append(Kind.PLANNED, run="r-1")
        before = path.read_bytes(), stat.S_IMODE(path.stat().st_mode)
        lookout = Lookout(url, "orders")
        assert len(lookout.look().entries) == 1
        with pytest.raises(sqlite3.OperationalError, match="readonly"), lookout._engine.begin() as connection:
            connection.connection.cursor().execute("DELETE FROM aurora_migrate_sighting")
        lookout.close()
        assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == before
    store.close()


def test_the_state_of_a_newer_program_is_refused(store_url: str, store: Store) -> None:
    with store.writing() as connection:
        connection.execute(insert(tables.version).values(number=99, name="v0099_x", applied_at="x"))
    lookout = Lookout(store_url, "orders")
    with pytest.raises(StateConflict) as refused:
        lookout.look()
    lookout.close()
    assert refused.value.code == "STA-001"


def test_a_file_that_is_no_state_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("this is no database, whatever it is called " * 20)
    lookout = Lookout(f"sqlite:///{tmp_path}/state.db", "orders")
    with pytest.raises(StateConflict) as refused:
        lookout.look()
    lookout.close()
    assert (refused.value.code, refused.value.retryable) == ("STA-004", True)


def test_only_the_last_notes_are_kept_and_each_saving_holds_the_newest(store_url: str, store: Store) -> None:
    scribe = Scribe(silent, HandClock(), lambda: store.sightings("orders"))
    for number in range(NOTES_KEPT + 50):
        scribe(Noted(f"note {number}"))
    scribe.close()
    with hold(store, "orders") as lease:
        store.journal("orders", lease).append(Kind.PLANNED, run="r-1")
    lookout = Lookout(store_url, "orders")
    notes = sorted(str(one.body["text"]) for one in lookout.look().sightings)
    lookout.close()
    assert len(notes) == NOTES_KEPT
    assert "note 0" not in notes
    assert f"note {NOTES_KEPT + 49}" in notes


def test_a_state_that_refuses_ends_no_run(store: Store) -> None:
    class Refusing:
        def save(self, *_: object) -> None:
            raise StateConflict("full", code="STA-003")

    told: list[object] = []
    others = set(threading.enumerate())
    scribe = Scribe(told.append, HandClock(), Refusing)
    scribe(Noted("a"))
    scribe.close()
    scribe(Noted("b"))
    scribe.close()
    assert told == [Noted("a"), Noted("b")]
    assert not [one for one in set(threading.enumerate()) - others if one.name == "scribe"]
