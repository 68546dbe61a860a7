"""Limits, cancelling and frozen moments, as the MySQL family has them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from checks.facts import TableName
from migrate.engines import failures
from migrate.engines.mysql import keys, ranges, snapshot
from migrate.engines.mysql.rows import limited
from migrate.errors import MigrateError
from migrate.model.validation import Chunk, KeyOrder
from tests.patience import PATIENCE

pytestmark = pytest.mark.server

SLOW = "SELECT COUNT(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c"


@contextmanager
def writing(side: Any, pause: float) -> Iterator[None]:
    """Somebody who moves one unit between two rows, a transaction each time, until the block ends."""
    done = threading.Event()

    def write() -> None:
        with side.login(side.master, autocommit=False) as connection, connection.cursor() as cursor:
            while not done.wait(pause):
                cursor.execute("UPDATE t SET n = n + IF(id = 1, 1, -1)")
                connection.commit()

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write)
        try:
            yield
        finally:
            done.set()
            writer.result(timeout=PATIENCE)


def account(side: Any) -> TableName:
    side.run("CREATE TABLE t (id int PRIMARY KEY, n int)", "INSERT INTO t VALUES (1, 1000), (2, 1000)")
    return TableName(side.name, "t")


def test_sessions_of_one_moment_agree_while_others_write(source: Any) -> None:
    table = account(source)
    with writing(source, pause=0.3):
        for _ in range(5):
            with source.database.rows.frozen(4) as moment, ThreadPoolExecutor(4) as pool:
                together = threading.Barrier(4)

                def ask(_: int, moment: Any = moment, together: Any = together) -> Any:
                    together.wait(timeout=PATIENCE)
                    return moment.checksums([Chunk(table, 0)])

                first, *others = pool.map(ask, range(4))
                assert others == [first] * 3
                assert moment.checksums([Chunk(table, 0)]) == first


def test_a_server_that_is_never_still_gives_no_moment_and_says_so(source: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "ATTEMPTS", 5)
    account(source)

    def ask_often() -> None:
        for _ in range(20):
            # A moment may be had by luck.
            with source.database.rows.frozen(40):
                pass

    with writing(source, pause=0), pytest.raises(MigrateError, match="sessions tried to see one moment") as caught:
        ask_often()
    assert caught.value.retryable
    assert caught.value.hint


def test_one_session_needs_no_luck(source: Any) -> None:
    table = account(source)
    with writing(source, pause=0), source.database.rows.frozen(1) as moment:
        first = moment.checksums([Chunk(table, 0)])
        time.sleep(0.1)
        assert moment.checksums([Chunk(table, 0)]) == first


def test_a_moment_outlives_questions_that_fail_are_left_or_run_too_long(source: Any) -> None:
    table = account(source)
    source.run(*(f"INSERT INTO t SELECT id + {2**n}, n FROM t" for n in range(1, 15)))
    rows = source.database.rows
    with rows.frozen(2) as moment:
        before = moment.checksums([Chunk(table, 0)])
        source.run("DELETE FROM t WHERE id < 100")
        for _ in range(4):
            stream = moment.hashes(Chunk(table, 0))
            next(stream)
            stream.close()
            with pytest.raises(MigrateError) as caught:
                moment.limited(0.001).checksums([Chunk(table, 0)] * 20)
            assert caught.value.code == f"SRC-{failures.TIMED_OUT}"
            with pytest.raises(MigrateError):
                moment.count(TableName(source.name, "absent"))
            assert moment.checksums([Chunk(table, 0)]) == before
    assert rows.checksums([Chunk(table, 0)]) != before


def test_a_moment_whose_sessions_are_gone_is_an_error_that_asks_for_a_new_one(source: Any) -> None:
    table = account(source)
    with source.database.rows.frozen(2) as moment:
        [(ids,)] = source.run(
            "SELECT GROUP_CONCAT(id) FROM information_schema.processlist"
            f" WHERE user = '{source.master.user}' AND db = '{source.name}' AND id <> CONNECTION_ID()"
        )
        source.run(*(f"KILL {id_}" for id_ in ids.split(",")))
        for _ in range(3):
            with pytest.raises(MigrateError) as caught:
                moment.count(table)
            assert caught.value.retryable
        assert "begin again" in str(caught.value)


def test_a_limit_holds_for_its_own_statement_alone(source: Any) -> None:
    with source.connections.use() as connection:
        server = connection.server
    with pytest.raises(MigrateError) as caught, source.connections.use() as connection:
        connection.rows(limited(SLOW, 0.05, server))
    assert caught.value.code == f"SRC-{failures.TIMED_OUT}"
    assert caught.value.retryable
    with source.connections.use() as connection:
        assert connection.rows(limited("SELECT 1", 30, server)) == [(1,)]
        variable = "max_statement_time" if server.mariadb else "max_execution_time"
        [(left,)] = connection.rows(f"SELECT @@SESSION.{variable}")
        assert float(left) == 0


def test_a_limit_counts_for_a_question_about_many_ranges(source: Any) -> None:
    table = account(source)
    source.run(*(f"INSERT INTO t SELECT id + {2**n}, n FROM t" for n in range(1, 15)))
    one = Chunk(table, 0)
    assert source.database.rows.limited(60).checksums([one])[0].rows == 2**15
    with pytest.raises(MigrateError) as caught:
        source.database.rows.limited(0.05).checksums([one] * 150)
    assert caught.value.code == f"SRC-{failures.TIMED_OUT}"


def test_a_statement_that_is_cancelled_ends_on_the_server_too(source: Any) -> None:
    table = account(source)
    source.run(*(f"INSERT INTO t SELECT id + {2**n}, n FROM t" for n in range(1, 17)))
    asker = source.database.rows.limited(600)
    asker.shapes([table])

    def running() -> int:
        [(count,)] = source.run(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'S%SHA2(%' AND id <> CONNECTION_ID()"
        )
        return int(count)

    with ThreadPoolExecutor(1) as pool:
        question = pool.submit(asker.checksums, [Chunk(table, 0)] * 200)
        deadline = time.monotonic() + PATIENCE
        while not running():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        asker.cancel()
        with pytest.raises(MigrateError) as caught:
            question.result(timeout=PATIENCE)
    assert caught.value.code == f"SRC-{failures.CANCELLED}"
    assert not caught.value.retryable
    assert running() == 0


@pytest.mark.parametrize("engine", ["MyISAM", "MEMORY"])
def test_a_table_without_transactions_has_no_moment(source: Any, engine: str) -> None:
    source.run(f"CREATE TABLE t (id int PRIMARY KEY) ENGINE={engine}", "INSERT INTO t VALUES (1)")
    table, rows = TableName(source.name, "t"), source.database.rows
    assert rows.shapes([table])[table].problem == ""
    assert rows.checksums([Chunk(table, 0)])[0].rows == 1
    with rows.frozen(2) as moment:
        assert engine in moment.shapes([table])[table].problem
        with pytest.raises(MigrateError, match=engine):
            moment.checksums([Chunk(table, 0)])


def test_one_session_answers_about_a_table_without_a_key(source: Any) -> None:
    source.run("CREATE TABLE t (a int)", "INSERT INTO t VALUES (1), (1), (2)")
    table = TableName(source.name, "t")
    with source.database.rows.frozen(1) as moment:
        counted = dict(moment.hashes(Chunk(table, 0)))
        source.run("DELETE FROM t")
        assert moment.hashes_of(table, counted) == counted
        assert len(moment.values(table, list(counted), 9)) == 2


def test_the_ends_of_a_key_are_found_without_reading_what_is_between(source: Any) -> None:
    source.run(
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a, b))", "INSERT INTO t VALUES (1, 1), (5, 2)"
    )
    table = TableName(source.name, "t")
    with source.connections.use() as connection:
        shape = keys.shape(connection, table)
        assert shape is not None
        for low in (None, ("-1",), ("3",)):
            query, parameters = ranges.ends(ranges.Ordering(shape, KeyOrder.NATIVE), low)
            [plan] = connection.rows(f"EXPLAIN FORMAT=TRADITIONAL {query}", parameters)
            assert "optimized away" in plan[-1]
