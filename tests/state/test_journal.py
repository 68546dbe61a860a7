"""The journal: appended, chained, verified, fenced."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from migrate.errors import StateConflict
from migrate.model.journal import Kind
from migrate.state import tables
from migrate.state.chain import canonical, hash_of
from migrate.state.journal import StoredJournal
from migrate.state.lease import hold
from migrate.state.owner import Owner
from migrate.state.store import Store


def _open_the_journal(store: Store) -> None:
    """Take away the triggers, as somebody with the file in hand would."""
    with store.writing() as connection:
        if connection.dialect.name == "sqlite":
            for event in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER aurora_migrate_journal_no_{event}")
        else:
            connection.exec_driver_sql("DROP TRIGGER aurora_migrate_journal_no_change ON aurora_migrate_journal")


def _write_five(store: Store, migration: str = "orders") -> None:
    with hold(store, migration) as lease:
        journal = store.journal(migration, lease)
        for number in range(5):
            journal.append(Kind.INTENT, run="r", step=f"s{number}", body={"n": number})


def test_what_is_appended_is_what_is_read(store: Store) -> None:
    body = {"text": "ü \u0000 \U0001f680 '", "list": [1, 2.5, None, True], "nested": {"b": {}, "a": []}}
    with hold(store, "orders") as lease:
        journal = store.journal("orders", lease)
        first = journal.append(Kind.PLANNED, run="r1", body=body)
        second = journal.append(Kind.INTENT, run="r2", step="a/b")
    read = store.journal("orders").entries()
    assert list(read) == [first, second]
    assert (first.seq, second.seq, second.previous) == (1, 2, first.hash)
    assert read[0].body == body
    assert read[0].at.tzinfo is not None
    assert [entry.seq for entry in store.journal("orders").entries(run="r2")] == [2]
    assert [entry.seq for entry in store.journal("orders").entries(kind=Kind.PLANNED)] == [1]
    assert not store.journal("other").entries()
    store.journal("orders").verify()


@pytest.mark.parametrize("body", [{"a": object()}, {"a": float("nan")}, {"a": {1, 2}}, {"a": b"x"}])
def test_only_plain_json_enters_the_journal(store: Store, body: dict[str, object]) -> None:
    with hold(store, "orders") as lease:
        with pytest.raises((TypeError, ValueError)):
            store.journal("orders", lease).append(Kind.DONE, run="r", body=body)  # type: ignore[arg-type]
        assert not store.journal("orders").entries()


def test_without_a_lease_nothing_is_written(store: Store) -> None:
    with pytest.raises(StateConflict, match="for reading"):
        store.journal("orders").append(Kind.DONE, run="r")
    with hold(store, "orders") as lease, pytest.raises(ValueError, match="lease of orders"):
        store.journal("invoices", lease)


def test_a_released_lease_writes_nothing(store: Store) -> None:
    with hold(store, "orders") as lease:
        journal = store.journal("orders", lease)
    with pytest.raises(StateConflict, match="taken over") as refused:
        journal.append(Kind.DONE, run="r")
    assert refused.value.code == "STA-021"


def test_a_holder_that_was_replaced_cannot_write(store: Store) -> None:
    far = Owner("far.example", "another machine", 1, "1")
    with hold(store, "orders", far, ttl=0.0) as old:
        slept = store.journal("orders", old)
        with hold(store, "orders") as new:
            store.journal("orders", new).append(Kind.PLANNED, run="r")
            with pytest.raises(StateConflict, match="taken over"):
                slept.append(Kind.DONE, run="r")
        with pytest.raises(StateConflict, match="taken over"):
            slept.append(Kind.DONE, run="r")
    assert [entry.kind for entry in store.journal("orders").entries()] == [Kind.PLANNED]
    store.journal("orders").verify()


@pytest.mark.parametrize("change", [update(tables.journal).values(body="{}"), delete(tables.journal)])
def test_the_database_itself_refuses_to_change_an_entry(store: Store, change: object) -> None:
    _write_five(store)
    with pytest.raises(StateConflict, match="append-only"), store.writing() as connection:
        connection.execute(change)  # type: ignore[call-overload]
    store.journal("orders").verify()
    assert len(store.journal("orders").entries()) == 5


_TAMPERINGS = {
    "body": (update(tables.journal).where(tables.journal.c.seq == 3).values(body='{"n":9}'), "entry 3: its content"),
    "time": (
        update(tables.journal).where(tables.journal.c.seq == 3).values(at="2020-01-01T00:00:00.000000+00:00"),
        "entry 3: its content",
    ),
    "kind": (update(tables.journal).where(tables.journal.c.seq == 2).values(kind="undone"), "entry 2: its content"),
    "step": (update(tables.journal).where(tables.journal.c.seq == 2).values(step="x"), "entry 2: its content"),
    "run": (update(tables.journal).where(tables.journal.c.seq == 2).values(run="x"), "entry 2: its content"),
    "fence": (update(tables.journal).where(tables.journal.c.seq == 2).values(fence=7), "entry 2: its content"),
    "hash": (update(tables.journal).where(tables.journal.c.seq == 4).values(hash="0" * 64), "entry 4: its content"),
    "previous": (update(tables.journal).where(tables.journal.c.seq == 4).values(previous=""), "entry 4: it does not"),
    "unreadable": (update(tables.journal).where(tables.journal.c.seq == 4).values(body="{"), "entry 4: it cannot"),
    "first gone": (delete(tables.journal).where(tables.journal.c.seq == 1), "entry 1: the entry is missing"),
    "middle gone": (delete(tables.journal).where(tables.journal.c.seq == 3), "entry 3: the entry is missing"),
    "tail gone": (delete(tables.journal).where(tables.journal.c.seq > 3), "entry 4: the entry is missing"),
    "all gone": (delete(tables.journal), "entry 1: the entry is missing"),
    "another migration's": (
        update(tables.journal).where(tables.journal.c.migration == "other").values(migration="orders"),
        "entry 1: it does not follow",
    ),
}


@pytest.mark.parametrize("tampering", _TAMPERINGS)
def test_tampering_is_found_and_the_entry_named(store: Store, tampering: str) -> None:
    _write_five(store)
    _write_five(store, "other")
    _open_the_journal(store)
    change, found = _TAMPERINGS[tampering]
    with store.writing() as connection:
        if tampering == "another migration's":
            connection.execute(delete(tables.journal).where(tables.journal.c.migration == "orders"))
        else:
            change = change.where(tables.journal.c.migration == "orders")  # type: ignore[attr-defined]
        connection.execute(change)  # type: ignore[call-overload]
    with pytest.raises(StateConflict, match=found) as refused:
        store.journal("orders").verify()
    assert refused.value.code == "STA-022"
    with pytest.raises(StateConflict):
        store.journal("orders").evidence("validation")


def test_a_rewritten_tail_does_not_match_the_recorded_head(store: Store) -> None:
    _write_five(store)
    _open_the_journal(store)
    last = store.journal("orders").entries()[-1]
    with store.writing() as connection:
        forged = replace(last, body={"n": 99})
        connection.execute(
            update(tables.journal)
            .where(tables.journal.c.seq == 5)
            .values(body=canonical(forged.body), hash=hash_of(forged))
        )
    with pytest.raises(StateConflict, match="entry 5: it is not the entry that was written last"):
        store.journal("orders").verify()


def test_evidence_comes_back_in_order_with_its_times(store: Store, clock: object) -> None:
    later = datetime(2026, 2, 1, tzinfo=UTC)
    with hold(store, "orders", clock=clock) as lease:  # type: ignore[arg-type]
        journal = store.journal("orders", lease)
        journal.record("other", run="r", expires_at=later, facts={})
        one = journal.record("validation", run="r", expires_at=later, facts={"verdict": "match"})
        two = journal.record("validation", run="r", expires_at=later + timedelta(hours=1), facts={"verdict": "differs"})
    assert list(store.journal("orders").evidence("validation")) == [one, two]
    assert one.taken_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert one.expires_at == later


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(st.text(), _JSON, max_size=4))
def test_any_json_survives_and_verifies(store: Store, body: dict[str, object]) -> None:
    with hold(store, "orders") as lease:
        journal: StoredJournal = store.journal("orders", lease)
        written = journal.append(Kind.DONE, run="r", body=body)  # type: ignore[arg-type]
    assert store.journal("orders").entries()[-1] == written
    assert written.body == body
    store.journal("orders").verify()
