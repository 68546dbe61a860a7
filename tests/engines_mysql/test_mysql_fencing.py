"""A process that slept while another replaced it can do nothing on the server any more."""

from __future__ import annotations

import pytest

from migrate.engines.mysql.connection import Connections
from migrate.errors import SourceError, StateConflict
from migrate.model.database import FencingNumber
from tests.engines_mysql.conftest import MySqlSide

pytestmark = pytest.mark.server


class Process:
    """One that holds the lease, or held it: it acts under `number`."""

    def __init__(self, side: MySqlSide, number: int | None, line: str = "aa") -> None:
        self.number = FencingNumber(line, number) if number is not None else None
        self.connections = Connections(side.address, side.master, side.side, lambda: self.number)

    def act(self) -> int:
        with self.connections.use() as connection:
            return int(connection.rows("SELECT CONNECTION_ID()")[0][0])


def test_whoever_comes_later_takes_over(source: MySqlSide) -> None:
    earlier, later = Process(source, 1), Process(source, 2)
    earlier.act()
    later.act()
    with pytest.raises(StateConflict, match="number 1") as refused:
        earlier.act()
    assert refused.value.code == "STA-026"
    later.act()


def test_an_act_under_way_is_broken_off(source: MySqlSide) -> None:
    """It slept in the middle of a transaction; what it did so far is not there."""
    source.run("CREATE TABLE acts (what varchar(20))")
    earlier, later = Process(source, 1), Process(source, 2)

    def sleep_while_replaced() -> None:
        with earlier.connections.use() as connection, connection.transaction():
            connection.execute("INSERT INTO acts VALUES ('too late')")
            later.act()
            connection.execute("INSERT INTO acts VALUES ('even later')")

    with pytest.raises(SourceError):
        sleep_while_replaced()
    assert source.run("SELECT * FROM acts") == []


def test_who_was_killed_while_it_took_over_is_followed_by_one_that_ends_the_old_sessions(source: MySqlSide) -> None:
    """Its number was noted already, and no session had been ended: the next one of that number does it."""
    earlier = Process(source, 1)

    def act_once_the_number_is_noted() -> None:
        with earlier.connections.use() as old:
            source.run("UPDATE aurora_migrate.fencing SET number = 2", superuser=True)
            Process(source, 2).act()
            old.execute("SELECT 1")

    with pytest.raises(SourceError):
        act_once_the_number_is_noted()


def test_sessions_of_one_process_do_not_hinder_one_another(source: MySqlSide) -> None:
    one = Process(source, 1)
    with one.connections.use() as first, one.connections.use() as second:
        assert first.rows("SELECT CONNECTION_ID()") != second.rows("SELECT CONNECTION_ID()")


def test_whoever_only_reads_or_is_of_another_migration_is_left_alone(source: MySqlSide) -> None:
    reader, other = Process(source, None), Process(source, 1, line="bb")
    with reader.connections.use() as reading, other.connections.use() as acting:
        Process(source, 7).act()
        reading.rows("SELECT 1")
        acting.rows("SELECT 1")
    other.act()


def test_notes_from_before_a_restart_end_nobodys_session(source: MySqlSide) -> None:
    """The server counts its sessions anew: the number in the note is somebody else's now."""
    Process(source, 1).act()
    with Process(source, None).connections.use() as bystander:
        bystander.execute(
            "REPLACE INTO aurora_migrate.fencing_sessions VALUES (CONNECTION_ID(), 'aa', 1, '2020-01-01 00:00:00')"
        )
        Process(source, 2).act()
        bystander.rows("SELECT 1")


def test_a_process_that_takes_the_lease_again_acts_under_its_new_number(source: MySqlSide) -> None:
    """A rehearsal is one process for many runs."""
    one = Process(source, 1)
    before = one.act()
    one.number = FencingNumber("aa", 2)
    assert one.act() != before
    one.number = None
    one.act()
