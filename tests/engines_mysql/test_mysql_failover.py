"""A kept position is a place in one server's log: what it means in another's log is never guessed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from checks.facts import TableName
from migrate.engines.failures import SLOT_LOST
from migrate.errors import MigrateError

pytestmark = pytest.mark.server


@pytest.fixture
def slot(source: Any) -> Iterator[str]:
    source.run("CREATE TABLE t (id int PRIMARY KEY)")
    source.database.log.create_slot("proof")
    yield "proof"
    source.database.log.drop_slot("proof")


@contextlib.contextmanager
def another_server(side: Any) -> Iterator[None]:
    """Another server with the same rows, and with a log whose files have the same names, answers in the block."""
    if side.mariadb:
        before = side.run("SELECT @@server_id")[0][0]
        side.run(f"SET GLOBAL server_id = {before + 1}", superuser=True)
        try:
            yield
        finally:
            side.run(f"SET GLOBAL server_id = {before}", superuser=True)
        return
    name = side.server._files / "auto.cnf"
    kept = name.with_suffix(".kept")
    _restarted(side, lambda: name.rename(kept))
    try:
        yield
    finally:
        _restarted(side, lambda: kept.rename(name))


def _restarted(side: Any, between: Callable[[], object]) -> None:
    side.server.stop()
    between()
    side.server.start()
    side.database.close()


def test_a_position_of_another_servers_log_is_lost_and_good_again_on_its_own(source: Any, slot: str) -> None:
    log, t = source.database.log, TableName(source.name, "t")
    held = log.slots()[slot]
    with another_server(source):
        source.run("INSERT INTO t VALUES (1)")
        for ask in (
            lambda: log.changes(slot, [t]),
            lambda: log.behind(slot),
            lambda: log.advance_slot(slot, log.position()),
        ):
            with pytest.raises(MigrateError, match=f"{held} was kept of .* answers") as caught:
                ask()
            assert caught.value.code == f"SRC-{SLOT_LOST}"
            assert not caught.value.retryable
        assert log.create_slot(slot) == held, "what is lost is not taken for a new one"
    assert log.changes(slot, [t]).keys == {t: {("1",)}}


def test_a_server_that_takes_over_while_the_log_is_read_is_noticed(
    source: Any, slot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, t = source.database.log, TableName(source.name, "t")
    source.run("INSERT INTO t VALUES (1)")
    monkeypatch.setattr("migrate.engines.mysql.binlog.server_name", lambda connection: "its replica")
    with pytest.raises(MigrateError, match="its replica answers") as caught:
        log.changes(slot, [t])
    assert caught.value.code == f"SRC-{SLOT_LOST}"


def test_a_position_that_an_earlier_version_kept_is_read_as_before(source: Any, slot: str) -> None:
    """It stands without a server, in a table that has no room for one until the next slot is made."""
    log, t = source.database.log, TableName(source.name, "t")
    source.run("ALTER TABLE aurora_migrate.positions DROP COLUMN server", "INSERT INTO t VALUES (1)")
    assert log.changes(slot, [t]).keys == {t: {("1",)}}
    log.create_slot("next")
    assert log.changes(slot, [t]).keys == {t: {("1",)}}
    log.advance_slot(slot, log.position())
    assert log.changes(slot, [t]).keys == {}
    named = source.run("SELECT name, server <> '' FROM aurora_migrate.positions ORDER BY name")
    assert named == [("next", 1), (slot, 0)]
