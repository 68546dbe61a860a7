"""What the log touched, read back from a real slot: every key, and None where it cannot say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from checks.facts import TableName
from migrate.engines.failures import SLOT_LOST
from migrate.engines.postgres.failures import SLOT_BUSY
from migrate.errors import SourceError

pytestmark = pytest.mark.server


def t(name: str) -> TableName:
    return TableName("public", name)


@pytest.fixture
def slot(source: Any) -> Iterator[str]:
    name = f"touched_{source.name}"
    yield name
    source.database.log.drop_slot(name)


def test_keys_of_every_shape_lead_back_to_their_rows(source: Any, slot: str) -> None:
    source.run(
        'CREATE TABLE public."We ""ird"" %s"'
        ' ("the ""key""" text, "n%" int, body text, PRIMARY KEY ("n%", "the ""key"""))',
        "CREATE TABLE public.padded (code char(5) PRIMARY KEY, body text)",
        "CREATE TABLE public.typed (a uuid, b timestamptz, c bytea, d numeric, e bool, f bit(4), g float8,"
        " PRIMARY KEY (a, b, c, d, e, f, g))",
        "CREATE TYPE public.mood AS ENUM ('sad', 'glad')",
        "CREATE TABLE public.moody (m public.mood PRIMARY KEY)",
    )
    log, rows = source.database.log, source.database.rows
    log.create_slot(slot)
    hostile = "it''s: [x]:''y'' new-tuple: \\ \n old-key: é$1%s"
    weird = 'We "ird" %s'
    source.run(
        f"""INSERT INTO public."We ""ird"" %s" VALUES ('{hostile}', 1, NULL), ('', 2, '')""",
        "INSERT INTO public.padded VALUES ('ab', 'x')",
        "INSERT INTO public.typed VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2024-02-29 12:00:00.123456+02',"
        " '\\x00ff', 1.500, true, B'0101', 0.1)",
        "INSERT INTO public.moody VALUES ('glad')",
    )
    names = [weird, "padded", "typed", "moody"]
    found = log.changes(slot, [t(name) for name in names]).keys
    assert found[t(weird)] == {("1", hostile.replace("''", "'")), ("2", "")}
    for name in names:
        keys = found[t(name)]
        assert keys
        hashes = rows.hashes_of(t(name), keys)
        assert set(hashes) == keys, name
        assert set(hashes.values()) == {hash_ for chunk in rows.chunks(t(name), 10) for _, hash_ in rows.hashes(chunk)}


def test_tables_whose_changes_carry_no_key_are_whole(source: Any, slot: str) -> None:
    source.run(
        "CREATE TABLE public.keyless (a int)",
        "CREATE TABLE public.uniq (a int NOT NULL UNIQUE, b int)",
        "CREATE TABLE public.identified (a int NOT NULL UNIQUE, b int)",
        "ALTER TABLE public.identified REPLICA IDENTITY USING INDEX identified_a_key",
        "CREATE TABLE public.silent (a int PRIMARY KEY, b int)",
        "ALTER TABLE public.silent REPLICA IDENTITY NOTHING",
        "CREATE TABLE public.whole (a int PRIMARY KEY, b int)",
        "ALTER TABLE public.whole REPLICA IDENTITY FULL",
        "CREATE TABLE public.emptied (a int PRIMARY KEY)",
    )
    names = ["keyless", "uniq", "identified", "silent", "whole", "emptied"]
    tables = [t(name) for name in names]
    log = source.database.log
    log.create_slot(slot)
    for name in names[1:5]:
        source.run(f"INSERT INTO public.{name} VALUES (1, 1), (2, 2)")
    assert log.changes(slot, tables).keys == {t(name): {("1",), ("2",)} for name in names[1:5]}
    source.run("INSERT INTO public.keyless VALUES (1)", "TRUNCATE public.emptied")
    for name in names[1:5]:
        source.run(f"UPDATE public.{name} SET a = 3 WHERE a = 1", f"DELETE FROM public.{name} WHERE a = 2")
    assert log.changes(slot, tables).keys == {
        t("keyless"): None,
        t("uniq"): None,
        t("silent"): None,
        t("emptied"): None,
        t("identified"): {("1",), ("2",), ("3",)},
        t("whole"): {("1",), ("2",), ("3",)},
    }


def test_a_partitions_change_is_also_its_parents(source: Any, slot: str) -> None:
    source.run(
        "CREATE TABLE public.parent (id int, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region)",
        "CREATE TABLE public.north PARTITION OF public.parent FOR VALUES IN ('n')",
        "CREATE TABLE public.south PARTITION OF public.parent FOR VALUES IN ('s')",
        "INSERT INTO public.parent VALUES (1, 'n'), (2, 'n')",
    )
    log = source.database.log
    log.create_slot(slot)
    source.run("UPDATE public.parent SET region = 's' WHERE id = 1")
    moved = {("1", "n"), ("1", "s")}
    assert log.changes(slot, [t("parent"), t("north"), t("south")]).keys == {
        t("parent"): moved,
        t("north"): {("1", "n")},
        t("south"): {("1", "s")},
    }


def test_commits_that_are_not_on_disk_yet_are_seen(source: Any, slot: str) -> None:
    source.run("CREATE TABLE public.quick (id int PRIMARY KEY)")
    source.database.log.create_slot(slot)
    with source.server.connect(source.name, source.master.user, source.master.password) as connection:
        connection.execute("SET synchronous_commit = off")
        for number in range(12):
            connection.execute(f"INSERT INTO public.quick VALUES ({number})")
            assert (str(number),) in source.database.log.changes(slot, [t("quick")]).keys[t("quick")]


def test_a_hundred_thousand_changes_are_all_seen(source: Any, slot: str) -> None:
    source.run("CREATE TABLE public.busy (id int PRIMARY KEY, a text, b text, c timestamptz DEFAULT now())")
    source.database.log.create_slot(slot)
    source.run("INSERT INTO public.busy SELECT n, 'it''s ' || n, repeat('x', 50) FROM generate_series(1, 100000) n")
    found = source.database.log.changes(slot, [t("busy")]).keys
    assert found == {t("busy"): {(str(n),) for n in range(1, 100001)}}


def test_slots_advance_only_forward_and_lost_ones_are_an_error(source: Any, slot: str) -> None:
    log = source.database.log
    first = log.create_slot(slot)
    assert log.create_slot(slot) == first
    source.run("CREATE TABLE public.later (id int)")
    now = log.position()
    log.advance_slot(slot, now)
    held = log.slots()[slot]
    assert log.reached(held, first)
    assert log.reached(now, held)
    log.advance_slot(slot, first)
    assert log.slots()[slot] == held
    for call in (lambda: log.changes("gone", []).keys, lambda: log.advance_slot("gone", now)):
        with pytest.raises(SourceError) as caught:
            call()
        assert caught.value.code == f"SRC-{SLOT_LOST}"


@contextmanager
def half_made(source: Any, slot: str) -> Iterator[psycopg.Connection[Any]]:
    """A killed run left its server process behind: it makes `slot` as soon as the yielded transaction has ended."""
    with source.login(source.master) as busy, source.login(source.master) as killed:
        busy.execute("BEGIN")
        busy.execute("SELECT pg_current_xact_id()")
        killed.pgconn.send_query(f"SELECT pg_create_logical_replication_slot('{slot}', 'test_decoding')".encode())
        state = f"SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '{slot}'"
        while not source.run(state):
            time.sleep(0.02)
        assert source.run(state) == [(None,)]
        killed.close()
        yield busy


def test_a_slot_that_a_killed_run_left_half_made_is_made_anew(source: Any, slot: str) -> None:
    log = source.database.log
    with half_made(source, slot) as busy, ThreadPoolExecutor(1) as pool:
        assert slot not in log.slots()
        made = pool.submit(log.create_slot, slot)
        with pytest.raises(TimeoutError):
            made.result(1)
        before = log.position()
        busy.commit()
        assert log.reached(made.result(30), before)
    assert log.slots()[slot] == made.result()


def test_a_slot_that_a_killed_run_left_half_made_is_dropped(source: Any, slot: str) -> None:
    with half_made(source, slot):
        source.database.log.drop_slot(slot)
        assert not source.run(f"SELECT 1 FROM pg_replication_slots WHERE slot_name = '{slot}'")


def test_a_slot_that_is_being_read_is_not_dropped(source: Any, slot: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.engines.postgres.changelog.RELEASE_SECONDS", 0.3)
    source.database.log.create_slot(slot)
    reader = source.server.connect(source.name, replication="database")
    reader.pgconn.exec_(f'START_REPLICATION SLOT "{slot}" LOGICAL 0/0'.encode())
    with pytest.raises(SourceError) as caught:
        source.database.log.drop_slot(slot)
    assert caught.value.code == f"SRC-{SLOT_BUSY}"
    assert caught.value.retryable
    assert slot in source.database.log.slots()
    reader.close()
    monkeypatch.undo()
    source.database.log.drop_slot(slot)
    assert slot not in source.database.log.slots()


TO_THE_START_OF_A_PAGE = """
DO $$ BEGIN
  LOOP
    PERFORM pg_logical_emit_message(false, 'filler', repeat('x', (random() * 3000)::int));
    EXIT WHEN (pg_current_wal_insert_lsn() - '0/0') % current_setting('wal_block_size')::int = 24;
  END LOOP;
END $$
"""


def test_a_log_that_ends_with_a_page_is_not_waited_for(source: Any, slot: str) -> None:
    """The next page has no header yet, so what is flushed stays behind the insert position until somebody writes."""
    source.run("CREATE TABLE public.plain (id int PRIMARY KEY)")
    source.database.log.create_slot(slot)
    source.run("INSERT INTO public.plain VALUES (1)", TO_THE_START_OF_A_PAGE)
    assert source.database.log.changes(slot, [t("plain")]).keys == {t("plain"): {("1",)}}


def test_a_slot_of_another_database_is_somebody_elses(
    source: Any, slot: str, fresh_database: Callable[[Any], str]
) -> None:
    """Names of slots are the server's: two migrations of one name meet there, and neither touches the other's."""
    other = fresh_database(source.server)
    source.run(f"SELECT pg_create_logical_replication_slot('{slot}', 'test_decoding')", database=other)
    try:
        source.database.log.drop_slot(slot)
        with pytest.raises(SourceError) as caught:
            source.database.log.create_slot(slot)
        assert caught.value.code == "SRC-134"
        assert "another database" in caught.value.message
    finally:
        source.run(f"SELECT pg_drop_replication_slot('{slot}')", database=other)
