"""What is measured of a source for a plan, told against a real server of each engine. Nothing is written."""

from __future__ import annotations

import time
from typing import Any

import pytest

from checks.route import Engine
from tests.patience import PATIENCE


def large(world: Any) -> str:
    return "longtext" if world.database.catalog().engine is not Engine.POSTGRES else "text"


def test_lengths_of_large_columns_are_told_whole_for_a_small_table(world: Any) -> None:
    kind = large(world)
    world.run(f"CREATE TABLE {world.schema}.papers (id integer PRIMARY KEY, body {kind}, note {kind})")
    rows = ", ".join(f"({n}, '{'x' * n}', NULL)" for n in range(1, 100))
    world.run(f"INSERT INTO {world.schema}.papers VALUES {rows}, (100, '{'é' * 3000}', NULL)")
    body, note = world.database.measures.lobs(world.table("papers"), ["body", "note"], 10.0)
    assert (body.column, body.rows, body.longest, body.p99, body.exact) == ("body", 100, 6000, 99, True)
    assert (note.column, note.rows, note.longest) == ("note", 0, 0)


def test_a_large_table_is_sampled(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for engine in ("postgres", "mysql"):
        monkeypatch.setattr(f"migrate.engines.{engine}.measures.READ_WHOLE_BYTES", 0)
    kind = large(world)
    world.run(f"CREATE TABLE {world.schema}.sampled (id integer PRIMARY KEY, body {kind})")
    rows = ", ".join(f"({n}, '{'y' * 50}')" for n in range(1, 300))
    world.run(f"INSERT INTO {world.schema}.sampled VALUES {rows}")
    (body,) = world.database.measures.lobs(world.table("sampled"), ["body"], 10.0)
    assert not body.exact
    assert body.longest == 50


def test_writes_are_counted_by_table_and_kind(world: Any) -> None:
    world.run(f"CREATE TABLE {world.schema}.counted (id integer PRIMARY KEY, n integer)")
    table, measures = world.table("counted"), world.database.measures
    first = measures.writes([table])
    if first is None:
        assert world.database.catalog().engine is Engine.MARIADB, "only MariaDB has performance_schema off"
        return
    world.run(
        f"INSERT INTO {world.schema}.counted VALUES (1, 1), (2, 2), (3, 3)",
        f"UPDATE {world.schema}.counted SET n = 9 WHERE id < 3",
        f"DELETE FROM {world.schema}.counted WHERE id = 1",
    )
    deadline = time.monotonic() + PATIENCE
    while True:  # a session that has ended may not have told its counts yet
        (counted,) = measures.writes([table]).tables
        grown = counted.since(first.tables[0]) if first.tables else counted
        if (grown.inserts, grown.updates, grown.deletes) == (3, 2, 1):
            return
        assert time.monotonic() < deadline, grown
        time.sleep(0.1)


def test_a_key_is_cut_into_equal_parts(world: Any) -> None:
    world.run(f"CREATE TABLE {world.schema}.long (id integer PRIMARY KEY)")
    world.run(f"INSERT INTO {world.schema}.long VALUES {', '.join(f'({n})' for n in range(1, 1001))}")
    table = world.table("long")
    world.database.schema.analyze([table])
    cuts = [int(cut) for cut in world.database.measures.cuts(table, "id", 4)]
    assert len(cuts) == 3
    assert all(abs(cut - wanted) <= 10 for cut, wanted in zip(cuts, (250, 500, 750), strict=True))
    world.run(f"CREATE TABLE {world.schema}.empty (id integer PRIMARY KEY)")
    assert list(world.database.measures.cuts(world.table("empty"), "id", 4)) == []


def test_statements_of_applications_are_counted_or_it_is_said_why_not(world: Any) -> None:
    engine = world.database.catalog().engine
    world.run(f"CREATE TABLE {world.schema}.called (id integer PRIMARY KEY)")
    told = world.database.measures.statements([world.schema], 1_000)
    if engine is not Engine.MYSQL:
        assert told.seen is None, "MariaDB has performance_schema off, PostgreSQL lacks the extension"
        assert told.unknown.startswith("statements of applications (")
        return
    world.run(f"USE {world.schema}", "SELECT COUNT(*) FROM called WHERE id = 4711", "XA START 'x'", "XA END 'x'")
    told = world.database.measures.statements([world.schema], 1_000)
    assert told.seen
    assert told.unknown == ""
    (counted,) = [one for one in told.seen if "`called`" in one.text and "COUNT" in one.text]
    assert counted.calls == 1
    assert 0 < counted.seconds < 60
    assert "4711" not in counted.text
    assert len(world.database.measures.statements([world.schema], 1).seen or ()) == 1
    assert world.database.measures.statements([], 10).seen == ()


def test_a_server_tells_how_large_it_is(world: Any) -> None:
    world.run(f"CREATE TABLE {world.schema}.sized (id integer PRIMARY KEY, body {large(world)})")
    world.run(f"INSERT INTO {world.schema}.sized VALUES (1, '{'x' * 30_000}')")
    size = world.database.measures.size()
    assert size.cache_bytes >= 1024**2
    assert size.data_bytes >= 16 * 1024
    assert size.sessions >= 1
    assert size.hit_ratio is None or 0 <= size.hit_ratio <= 1
