"""A process that slept while another replaced it can do nothing on the server any more."""

from __future__ import annotations

import pytest

from migrate.engines.postgres.connection import Connections
from migrate.errors import SourceError, StateConflict
from migrate.model.database import FencingNumber
from tests.engines_postgres.conftest import PostgresSide

pytestmark = pytest.mark.server


class Process:
    """One that holds the lease, or held it: it acts under `number`."""

    def __init__(self, side: PostgresSide, number: int | None, line: str = "aa") -> None:
        self.number = FencingNumber(line, number) if number is not None else None
        self.connections = Connections(side.address, side.master, side.side, lambda: self.number)

    def act(self) -> str:
        with self.connections.use() as connection:
            row = connection.execute("SELECT current_setting('application_name')").fetchone()
            return str(row and row[0])


def test_whoever_comes_later_takes_over(source: PostgresSide) -> None:
    earlier, later = Process(source, 1), Process(source, 2)
    assert earlier.act() == "aurora-migrate aa 1"
    assert later.act() == "aurora-migrate aa 2"
    with pytest.raises(StateConflict, match="number 1") as refused:
        earlier.act()
    assert refused.value.code == "STA-026"
    assert later.act() == "aurora-migrate aa 2"


def test_an_act_under_way_is_broken_off(source: PostgresSide) -> None:
    """It slept in the middle of a transaction; what it did so far is not there."""
    source.run("CREATE TABLE public.acts (what text)")
    earlier, later = Process(source, 1), Process(source, 2)

    def sleep_while_replaced() -> None:
        with earlier.connections.use() as connection, connection.transaction():
            connection.execute("INSERT INTO public.acts VALUES ('too late')")
            later.act()
            connection.execute("INSERT INTO public.acts VALUES ('even later')")

    with pytest.raises(SourceError):
        sleep_while_replaced()
    assert source.run("SELECT * FROM public.acts") == []


def test_who_was_killed_while_it_took_over_is_followed_by_one_that_ends_the_old_sessions(source: PostgresSide) -> None:
    """Its number was noted already, and no session had been ended: the next one of that number does it."""
    earlier = Process(source, 1)

    def act_once_the_number_is_noted() -> None:
        with earlier.connections.use() as old:
            source.run("UPDATE aurora_migrate.fencing SET number = 2", superuser=True)
            Process(source, 2).act()
            old.execute("SELECT 1")

    with pytest.raises(SourceError):
        act_once_the_number_is_noted()


def test_sessions_of_one_process_do_not_hinder_one_another(source: PostgresSide) -> None:
    one = Process(source, 1)
    with one.connections.use() as first, one.connections.use() as second:
        assert first is not second
        assert first.execute("SELECT 1").fetchone() == second.execute("SELECT 1").fetchone()


def test_whoever_only_reads_or_is_of_another_migration_is_left_alone(source: PostgresSide) -> None:
    reader, other = Process(source, None), Process(source, 1, line="bb")
    with reader.connections.use() as reading, other.connections.use() as acting:
        assert Process(source, 7).act() == "aurora-migrate aa 7"
        reading.execute("SELECT 1")
        acting.execute("SELECT 1")
    assert other.act() == "aurora-migrate bb 1"


def test_a_process_that_takes_the_lease_again_acts_under_its_new_number(source: PostgresSide) -> None:
    """A rehearsal is one process for many runs."""
    one = Process(source, 1)
    one.act()
    one.number = FencingNumber("aa", 2)
    assert one.act() == "aurora-migrate aa 2"
    one.number = None
    assert one.act() == "aurora-migrate"


def test_the_toolkits_own_sessions_are_no_load(source: PostgresSide) -> None:
    one = Process(source, 1)
    with one.connections.use() as connection:
        connection.execute("SELECT 1")
        assert source.database.activity.sessions([]) == []
