"""Opening, creating, upgrading and refusing a state database."""

from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path

import pytest
from sqlalchemy import MetaData, insert

from migrate.errors import STATE_REFUSES, StateConflict, UsageError
from migrate.model.journal import Kind
from migrate.state import tables, versions
from migrate.state.lease import hold
from migrate.state.store import Store
from migrate.state.versions import Upgrade, upgrades


def test_file_and_directory_are_private(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/a/b/state.db")
    with hold(store, "orders") as lease:
        store.journal("orders", lease).append(Kind.PLANNED, run="r")
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "a" / "b").iterdir()}
    assert set(modes) == {"state.db", "state.db-wal", "state.db-shm"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.touch(0o644)
    Store.open(f"sqlite:///{path}").close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_sqlite_commits_reach_the_disk(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/state.db")
    with store.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


@pytest.mark.server
def test_postgres_commits_reach_the_disk_whatever_the_default(request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue("postgres_server")
    name = request.getfixturevalue("fresh_database")(server)
    with server.connect() as admin:
        admin.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    user = f"{server.superuser}:{server.superuser_password}"
    store = Store.open(
        f"postgresql://{user}@{server.host}:{server.port}/{name}?sslmode=verify-full&sslrootcert={server.ca_file}"
    )
    with store.reading() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    store.close()


def test_opening_again_keeps_what_is_there(store_url: str) -> None:
    first = Store.open(store_url)
    with hold(first, "orders") as lease:
        first.journal("orders", lease).append(Kind.PLANNED, run="r")
    first.close()
    second = Store.open(store_url)
    assert second.migrations() == ["orders"]
    assert [entry.kind for entry in second.journal("orders").entries()] == [Kind.PLANNED]
    second.close()


def test_versions_build_the_tables_the_program_expects(store: Store) -> None:
    built = MetaData()
    with store.reading() as connection:
        built.reflect(connection)
    assert set(built.tables) == set(tables.metadata.tables)
    for name, wanted in tables.metadata.tables.items():
        found = built.tables[name]
        described = {c.name: (type(c.type.as_generic()).__name__, c.nullable, c.primary_key) for c in found.columns}
        assert described == {
            c.name: (type(c.type.as_generic()).__name__, c.nullable, c.primary_key) for c in wanted.columns
        }


def test_state_of_a_newer_program_is_refused(store: Store, store_url: str) -> None:
    newer = {"number": len(upgrades()) + 1, "name": "v9999_future", "applied_at": "2030-01-01T00:00:00+00:00"}
    with store.writing() as connection:
        connection.execute(insert(tables.version).values(newer))
    with pytest.raises(StateConflict, match="knows versions up to") as refused:
        Store.open(store_url)
    assert refused.value.code == "STA-001"
    assert "Upgrade" in refused.value.hint


def test_an_upgrade_that_fails_leaves_neither_change_nor_record(
    store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(connection: object) -> None:
        connection.exec_driver_sql("CREATE TABLE half_made (a BIGINT)")  # type: ignore[attr-defined]
        connection.exec_driver_sql("SELECT nothing FROM nowhere")  # type: ignore[attr-defined]

    known = upgrades()
    with monkeypatch.context() as patch:
        patch.setattr("migrate.state.store.upgrades", lambda: [*known, Upgrade(len(known) + 1, "v_half", half)])
        with pytest.raises(StateConflict, match="refuses"):
            Store.open(store_url)
    built = MetaData()
    with store.reading() as connection:
        built.reflect(connection)
        numbers = connection.execute(tables.version.select()).all()
    assert "half_made" not in built.tables
    assert len(numbers) == len(known)


def test_an_upgrade_is_applied_to_an_older_state(store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def grow(connection: object) -> None:
        connection.exec_driver_sql("CREATE TABLE grown (a BIGINT)")  # type: ignore[attr-defined]

    known = upgrades()
    monkeypatch.setattr("migrate.state.store.upgrades", lambda: [*known, Upgrade(len(known) + 1, "v_grow", grow)])
    Store.open(store_url).close()
    Store.open(store_url).close()
    with store.reading() as connection:
        names = [row.name for row in connection.execute(tables.version.select().order_by("number"))]
    assert names == [*(upgrade.name for upgrade in known), "v_grow"]


def test_numbers_of_upgrades_must_count_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "v0099_gap.py").write_text("def upgrade(connection): ...\n")
    monkeypatch.setattr(versions, "__path__", [*versions.__path__, str(tmp_path)])
    with pytest.raises(ValueError, match="count up from 1"):
        upgrades()


def _open_and_write(url: str, name: str, start: object) -> None:
    start.wait()  # type: ignore[attr-defined]
    store = Store.open(url)
    with hold(store, name) as lease:
        for _ in range(5):
            store.journal(name, lease).append(Kind.INTENT, run="r")


def test_many_processes_may_create_the_same_state_at_once(store_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Event()
    crowd = [spawn.Process(target=_open_and_write, args=(store_url, f"m{n}", start)) for n in range(4)]
    for process in crowd:
        process.start()
    start.set()
    for process in crowd:
        process.join(60)
    assert [process.exitcode for process in crowd] == [0] * 4
    store = Store.open(store_url)
    for name in store.migrations():
        store.journal(name).verify()
    assert store.migrations() == ["m0", "m1", "m2", "m3"]
    store.close()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://h/d",
        "sqlite://",
        "sqlite:///:memory:",
        "not a url",
        "sqlite:////proc/x/state.db",
        "postgresql+psycopg://127.0.0.1:1/state?password=hush-hush",
        "postgresql+psycopg://127.0.0.1:1/state?sslkey=me.key&sslpassword=hush-hush",
    ],
)
def test_an_address_that_cannot_be_used_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        Store.open(url)
    assert refused.value.code == "STA-002"
    assert "hush-hush" not in f"{refused.value} {refused.value.hint}"


def test_a_server_that_is_not_there_is_named_by_host_and_database_alone() -> None:
    with pytest.raises(StateConflict, match=r"the state database 127\.0\.0\.1/state refuses") as refused:
        Store.open("postgresql+psycopg://me:hush-hush@127.0.0.1:1/state?application_name=hush-hush")
    assert "hush-hush" not in f"{refused.value} {refused.value.hint}"
    assert refused.value.code == STATE_REFUSES
    assert refused.value.retryable


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_text("this is a text, and it is long enough not to be an empty database" * 10)
    with pytest.raises(StateConflict, match="not a database"):
        Store.open(f"sqlite:///{path}")
