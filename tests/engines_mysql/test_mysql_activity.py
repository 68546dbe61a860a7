"""Who is at work: long transactions and prepared ones, each in one readable line."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from migrate.engines.mysql.processlist import clients
from tests.patience import PATIENCE

pytestmark = pytest.mark.server


def test_only_transactions_that_are_open_for_long_are_told_and_friends_are_left_out(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    app, friend = source.user(), source.user()
    activity = source.database.activity
    with source.login(app) as connection, source.login(friend) as other:
        for session in (connection, other):
            session.begin()
            session.cursor().execute("SELECT * FROM t")
        time.sleep(1.2)
        assert activity.long_transactions(30, []) == []
        [line] = activity.long_transactions(1, [friend.user])
        assert app.user in line
        assert "open for" in line
        assert len(activity.long_transactions(1, [])) == 2
        assert activity.long_transactions(3600, []) == []


def test_who_runs_what_another_defined_goes_by_their_own_name(source: Any) -> None:
    """The application's triggers and routines have an owner, whose name a session bears while it is in them."""
    source.run("CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY)")
    owner, app, stop = source.user(), source.user(), threading.Event()
    with source.login(owner) as session, session.cursor() as cursor:
        cursor.execute(
            "CREATE PROCEDURE busy() SQL SECURITY DEFINER BEGIN DECLARE n int DEFAULT 0;"
            " WHILE n < 9 DO INSERT INTO t VALUES (); SET n = n + 1; END WHILE; END"
        )

    def call() -> None:
        with source.login(app) as session, session.cursor() as cursor:
            while not stop.is_set():
                cursor.execute("CALL busy()")

    with ThreadPoolExecutor(3) as pool:
        for _ in range(3):
            pool.submit(call)
        try:
            activity = source.database.activity
            for _ in range(100):
                assert activity.sessions([app.user]) == []
            [line] = activity.sessions([])
            assert line == f"{app.user} from localhost, 3 times"
        finally:
            stop.set()


def test_prepared_transactions_are_told_until_they_are_decided(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY)")
    activity = source.database.activity
    assert activity.prepared_transactions() == []
    source.run("XA START 'a','b',7", "INSERT INTO t VALUES (1)", "XA END 'a','b',7", "XA PREPARE 'a','b',7")
    try:
        [line] = activity.prepared_transactions()
        assert "7" in line
    finally:
        source.run("XA ROLLBACK 'a','b',7")
    assert activity.prepared_transactions() == []


def test_the_rows_that_dms_could_not_apply_are_counted_where_they_can_be_read(source: Any) -> None:
    database = source.database
    assert database.apply_exceptions("awsdms_control") is None
    source.run(
        "CREATE DATABASE awsdms_control",
        "CREATE TABLE awsdms_control.awsdms_apply_exceptions (task_name varchar(128))",
        "INSERT INTO awsdms_control.awsdms_apply_exceptions VALUES ('x'), ('y')",
        superuser=True,
    )
    assert database.apply_exceptions("awsdms_control") == 2


@pytest.mark.parametrize("text", ["🛒", "\xfc"], ids=["four bytes", "no text at all"])
def test_who_is_connected_is_told_whatever_their_statements_hold(source: Any, text: str) -> None:
    """MySQL 9.7 refuses its list of processes while a statement with a character of four bytes runs."""
    app = source.user()
    with source.login(app) as session:
        # The list cuts a text after a number of bytes, be it within a character.
        with held(source) as (begin, wait, begun):
            statement = f"SELECT {begin}, {wait} FROM (SELECT _binary'{text * 40}') AS t"
            busy = threading.Thread(target=lambda: run_raw(session, statement), daemon=True)
            busy.start()
            begun()
            for _ in range(3):
                with source.connections.use() as connection:
                    users = {client.user for client in clients(connection).values()}
                assert {app.user, source.master.user} <= users
            assert busy.is_alive()
        busy.join()


@pytest.mark.parametrize(
    "ask",
    [
        lambda database: database.activity.load(),
        lambda database: database.activity.long_transactions(3600, []),
        lambda database: database.catalog([]),
    ],
    ids=["load", "long transactions", "catalog"],
)
def test_transactions_are_told_once_a_statement_that_cannot_be_shown_has_ended(
    source: Any, ask: Callable[[Any], Any]
) -> None:
    """MySQL 9.7 refuses its list of transactions, too, while such a statement runs in one of them."""
    source.run(
        "CREATE TABLE t (id int PRIMARY KEY, what varchar(90) CHARACTER SET utf8mb4)", "INSERT INTO t VALUES (1, '')"
    )
    app = source.user()
    with source.login(app) as session:
        with ThreadPoolExecutor(1) as pool:
            with held(source) as (begin, wait, begun):
                statement = f"UPDATE t SET what = CONCAT('{'🛒' * 40}', {begin}, {wait})"
                busy = threading.Thread(target=lambda: run_raw(session, statement), daemon=True)
                busy.start()
                begun()
                asked = pool.submit(ask, source.database)
                futures.wait([asked], 0.7)
                assert busy.is_alive()
            asked.result()
        busy.join()
        session.rollback()


@contextmanager
def held(source: Any) -> Iterator[tuple[str, str, Callable[[], None]]]:
    """For a statement that lasts as long as the block: its first and its last expression, and a wait for its begin."""
    name = f"held_{source.name}"
    with source.server.connect() as holder, holder.cursor() as cursor:

        def begun() -> None:
            deadline = time.monotonic() + PATIENCE
            while not cursor.execute(f"SELECT 1 FROM (SELECT IS_USED_LOCK('{name}_begun') AS id) AS t WHERE id > 0"):
                assert time.monotonic() < deadline
                time.sleep(0.01)

        cursor.execute(f"SELECT GET_LOCK('{name}', 0)")
        yield f"GET_LOCK('{name}_begun', 0)", f"GET_LOCK('{name}', 600)", begun


def run_raw(session: Any, statement: str) -> None:
    """Send a statement byte by byte, as a client in latin1 would."""
    encoded = statement.encode() if ord(max(statement)) > 255 else statement.encode("latin1")
    session._execute_command(3, encoded)
    session._read_query_result()
