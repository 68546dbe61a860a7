"""State that the first schema kept is opened by today's program: brought up to date, and nothing of it is lost."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from migrate.clock import SystemClock
from migrate.errors import StateConflict
from migrate.model.database import Side
from migrate.model.journal import Kind
from migrate.operations import history
from migrate.operations.status import standing
from migrate.state import tables
from migrate.state.connections import connect
from migrate.state.lease import hold
from migrate.state.store import Store
from migrate.state.versions import upgrades, v0001_journal

KEPT = Path(__file__).with_name("of_version_1.sql")
TABLES = ("aurora_migrate_version", "aurora_migrate_migration", "aurora_migrate_journal")
ENTRIES = 304
Rows = list[tuple[Any, ...]]


def kept() -> dict[str, Rows]:
    """The rows of that time, table by table."""
    database = sqlite3.connect(":memory:")
    database.executescript(KEPT.read_text(encoding="utf-8"))
    found = {table: database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in TABLES}
    database.close()
    return found


def rows(connection: Connection, table: str) -> Rows:
    return [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2")]


@pytest.fixture
def old(store_url: str) -> str:
    """A state database of the first version: on SQLite the very file, on PostgreSQL its rows in the same tables."""
    if store_url.startswith("sqlite:///"):
        path = Path(store_url.removeprefix("sqlite:///"))
        path.parent.mkdir()
        with sqlite3.connect(path) as file:
            file.executescript(KEPT.read_text(encoding="utf-8"))
        file.close()
        return store_url
    engine = connect(store_url)
    with engine.begin() as connection:
        tables.version.create(connection)
        v0001_journal.upgrade(connection)
        for table, found in kept().items():
            connection.execute(insert(tables.metadata.tables[table]), _named(table, found))
    engine.dispose()
    return store_url


def _named(table: str, found: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    columns = [column.name for column in tables.metadata.tables[table].columns]
    return [dict(zip(columns, row, strict=True)) for row in found]


def test_it_is_brought_up_to_date_and_every_entry_is_there(old: str) -> None:
    before = kept()
    assert len(before["aurora_migrate_journal"]) == ENTRIES
    assert [row[0] for row in before["aurora_migrate_version"]] == [1]
    store = Store.open(old)
    with store.reading() as connection:
        assert [row[0] for row in rows(connection, "aurora_migrate_version")] == [one.number for one in upgrades()]
        for table in ("aurora_migrate_migration", "aurora_migrate_journal"):
            assert rows(connection, table) == before[table]
        for table in tables.metadata.tables:
            rows(connection, table)
    store.journal("ledger").verify()
    store.close()


def test_todays_program_reads_what_happened_then(old: str) -> None:
    store = Store.open(old)
    journal = store.journal("ledger")
    ended = [(run.run, run.outcome) for run in history.runs(journal, *history.HANDOVERS, "finalize")]
    assert ended == [(run, "done") for run in ("cutover-1", "rollback-2", "cutover-3", "finalize-1")]
    assert history.owner(journal) is Side.TARGET
    assert (history.freeze_seconds(journal, "cutover-1") or 0) > 0
    assert standing(journal, "ledger", SystemClock().now()).next_command == "aurora-migrate cleanup"
    assert journal.evidence("validation")[-1].facts["verdict"] == "match"
    store.close()


def test_it_goes_on_where_it_was_and_stays_append_only(old: str) -> None:
    store = Store.open(old)
    with hold(store, "ledger") as lease:
        store.journal("ledger", lease).append(Kind.PLANNED, run="later", body={"stage": "assess"})
    store.journal("ledger").verify()
    assert len(store.journal("ledger").entries()) == ENTRIES + 1
    with pytest.raises(StateConflict, match="append-only"), store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM aurora_migrate_journal WHERE seq = 1")
    store.close()


def test_an_entry_that_was_changed_meanwhile_is_found_out(old: str) -> None:
    engine = connect(old)
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER aurora_migrate_journal_no_update")
        else:
            connection.exec_driver_sql("ALTER TABLE aurora_migrate_journal DISABLE TRIGGER USER")
        connection.exec_driver_sql("UPDATE aurora_migrate_journal SET body = '[]' WHERE seq = 17")
    engine.dispose()
    store = Store.open(old)
    with pytest.raises(StateConflict):
        store.journal("ledger").verify()
    store.close()


RELEASED = {
    1: "67d6974100ebec322ca687148198cd0b421765c5da71c25dafac4452df25c080",
    2: "865c3b08ddffee4ef1aa17a9d2acb09bd1030c6a47676ecdad549eb1d87ffbc7",
    3: "8c6dc3974b979210b0c6b3e9b341357f7c3260bc1fffc43042b8da7d0f105db5",
    4: "7a2bcbea9de7ed3c5d5e43c19189bc76731d2ef824bc1c53772b668c93d8c8c0",
}
"""SHA-256 of each upgrade's module, as it was when it landed."""


def test_no_upgrade_that_has_landed_is_edited() -> None:
    folder = Path(v0001_journal.__file__).parent
    digests = {one.number: hashlib.sha256((folder / f"{one.name}.py").read_bytes()).hexdigest() for one in upgrades()}
    changed = [number for number, digest in RELEASED.items() if digests[number] != digest]
    assert not changed, "state databases of that version are about: write another upgrade"
    assert digests.keys() == RELEASED.keys(), "a new upgrade landed: put its digest here"
