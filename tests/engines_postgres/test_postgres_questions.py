"""Questions that take too long, are too large, are cancelled, or are asked of one moment."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import pytest

from checks.facts import TableName
from migrate.engines.postgres.connection import APPLICATION_NAME
from migrate.errors import SourceError
from migrate.model.validation import Chunk, KeyOrder
from tests.patience import PATIENCE

pytestmark = pytest.mark.server
T = TableName("public", "t")


def running(side: Any) -> int:
    """Statements of the toolkit that run now."""
    [[count]] = side.run(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
        f" AND application_name = '{APPLICATION_NAME}'"
    )
    return int(count)


def until_running(side: Any, wanted: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while running(side) != wanted:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def filled(side: Any, rows: int = 10) -> None:
    side.run(
        "CREATE TABLE public.t (id int PRIMARY KEY, a text)",
        f"INSERT INTO public.t SELECT g, 'a' || g FROM generate_series(1, {rows}) g",
        "ANALYZE public.t",
    )


def test_a_limit_ends_the_statement_on_the_server_and_stays_with_its_asker(source: Any) -> None:
    filled(source)
    rows = source.database.rows
    rows.shapes([T])
    limited = rows.limited(0.2)
    with source.login(source.master) as holder, holder.transaction():
        holder.execute("LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE")
        for ask in (
            lambda: limited.checksums([Chunk(T, 0)]),
            lambda: list(limited.hashes(Chunk(T, 0))),
            lambda: limited.hashes_of(T, [("1",)]),
            lambda: limited.count(T),
            lambda: list(limited.chunks(T, 1)),
        ):
            with pytest.raises(SourceError) as caught:
                ask()
            assert caught.value.code == "SRC-150"
            assert caught.value.retryable
    assert rows.count(T) == limited.count(T) == 10


def test_no_limit_is_left_on_a_connection_that_serves_another(source: Any) -> None:
    filled(source)
    rows = source.database.rows
    for seconds in (0.001, 20, 0.001):
        with pytest.raises(SourceError) if seconds < 1 else nullcontext():
            rows.limited(seconds).hashes_of(T, [(str(n),) for n in range(5000)])
        with ThreadPoolExecutor(1) as pool, source.login(source.master) as holder:
            with holder.transaction():
                holder.execute("LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE")
                patient = pool.submit(rows.count, T)
                until_running(source, 1)
                time.sleep(0.1)
            assert patient.result(timeout=PATIENCE) == 10


def test_what_is_cancelled_has_ended_on_the_server(source: Any) -> None:
    filled(source)
    rows = source.database.rows
    asker, bystander = rows.limited(600), rows.limited(600)
    for one in (asker, bystander):
        one.shapes([T])
    with ThreadPoolExecutor(4) as pool:
        with source.login(source.master) as holder, holder.transaction():
            holder.execute("LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE")
            cancelled = [pool.submit(asker.count, T) for _ in range(3)]
            spared = pool.submit(bystander.count, T)
            until_running(source, 4)
            asker.cancel()
            for question in cancelled:
                with pytest.raises(SourceError) as caught:
                    question.result(timeout=PATIENCE)
                assert not caught.value.retryable
            until_running(source, 1)
        assert spared.result(timeout=PATIENCE) == 10
    asker.cancel()
    assert bystander.count(T) == 10


def test_a_row_of_more_than_a_gigabyte_is_hashed_but_one_statement_cannot_hold_it(source: Any) -> None:
    columns = ", ".join(f"c{n} text" for n in range(6))
    source.run(
        f"CREATE TABLE public.t (id int PRIMARY KEY, {columns})",
        "INSERT INTO public.t VALUES (1, repeat('x', 200000000)), (2, 'small')",
        "UPDATE public.t SET " + ", ".join(f"c{n} = c0" for n in range(1, 6)),
    )
    rows = source.database.rows
    [whole] = rows.checksums([Chunk(T, 0)])
    assert whole.rows == 2
    assert rows.values(T, [("1",)], 3)[("1",)]["c5"] == "xxx"
    with pytest.raises(SourceError) as caught:
        list(rows.repair(T, [("1",)]))
    assert caught.value.code == "SRC-151"
    assert not caught.value.retryable
    assert "xxx" not in str(caught.value)
    assert len(list(rows.repair(T, [("2",)]))) == 1


def test_a_failed_question_does_not_cost_the_frozen_moment(source: Any) -> None:
    filled(source)
    rows = source.database.rows
    with rows.frozen(1) as moment:
        source.run("INSERT INTO public.t VALUES (11, 'late')")
        for _ in range(3):
            with pytest.raises(SourceError):
                moment.count(TableName("public", "absent"))
            assert moment.count(T) == 10
        stream = moment.hashes(Chunk(T, 0))
        next(stream)
        stream.close()
        assert len(list(moment.hashes(Chunk(T, 0)))) == 10
        assert len(list(moment.chunks(T, 4))) == 3
        assert moment.values(T, [("11",)], 9) == {}
    assert rows.count(T) == 11
    assert running(source) == 0
    [[open_]] = source.run(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xmin IS NOT NULL"
        f" AND application_name = '{APPLICATION_NAME}'"
    )
    assert open_ == 0


def test_more_threads_than_frozen_sessions_wait_for_one_another(source: Any) -> None:
    filled(source, 2000)
    with source.database.rows.frozen(2) as moment, ThreadPoolExecutor(8) as pool:
        source.run("DELETE FROM public.t")
        assert set(pool.map(lambda _: moment.count(T), range(40))) == {2000}


def test_a_frozen_moment_is_cancelled_with_all_that_waits_for_it(source: Any) -> None:
    filled(source)
    base = source.database.rows.limited(600)
    with base.frozen(1) as moment, ThreadPoolExecutor(3) as pool:
        moment.shapes([T])
        with source.login(source.master) as holder, holder.transaction():
            holder.execute("LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE")
            asked = [pool.submit(moment.count, T) for _ in range(3)]
            until_running(source, 1)
            base.cancel()
            for question in asked:
                with pytest.raises(SourceError):
                    question.result(timeout=PATIENCE)


def test_a_table_that_lost_a_column_is_an_error_then_read_anew(source: Any) -> None:
    filled(source)
    rows = source.database.rows
    rows.checksums([Chunk(T, 0)])
    source.run("ALTER TABLE public.t DROP COLUMN a")
    with pytest.raises(SourceError) as caught:
        rows.checksums([Chunk(T, 0)])
    assert caught.value.code == "SRC-113"
    assert rows.checksums([Chunk(T, 0)])[0].rows == 10


def test_a_range_of_another_key_is_refused(source: Any) -> None:
    filled(source)
    with pytest.raises(SourceError, match="key"):
        source.database.rows.checksums([Chunk(T, 0, ("1", "2"), None)])


def test_ranges_without_an_index_are_summed_in_one_scan_in_any_order(source: Any) -> None:
    source.run(
        "CREATE TABLE public.t (k text PRIMARY KEY, n int)",
        "INSERT INTO public.t SELECT md5(g::text), g FROM generate_series(1, 1000) g",
        "ANALYZE public.t",
    )
    rows = source.database.rows
    chunks = list(rows.chunks(T, 100, order=KeyOrder.BYTES))
    alone = [rows.checksums([chunk])[0] for chunk in chunks]
    assert sum(part.rows for part in alone) == 1000
    assert rows.checksums(chunks) == alone
    assert rows.checksums(chunks[::-1]) == alone[::-1]
    assert rows.checksums(chunks[1:8:2]) == alone[1:8:2]
