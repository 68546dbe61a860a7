"""Who is at work: long transactions and prepared ones, each in one readable line."""

from __future__ import annotations

import time
from typing import Any

import pytest

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
