"""The load of a server: what others run, seen by a user who may see it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from psycopg.errors import QueryCanceled

from migrate.engines.postgres.connection import APPLICATION_NAME
from migrate.engines.postgres.database import PostgresDatabase
from migrate.errors import SourceError
from migrate.model.database import Side
from tests.patience import PATIENCE

pytestmark = pytest.mark.server


def test_the_toolkits_own_statements_are_no_load(source: Any) -> None:
    master = (source.master.user, source.master.password)
    asleep = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
    deadline = time.monotonic() + PATIENCE
    own = source.server.connect(source.name, *master, application_name=APPLICATION_NAME)
    other = source.server.connect(source.name, *master)
    with ThreadPoolExecutor(2) as pool, closing(own), closing(other):
        running = [pool.submit(session.execute, "SELECT pg_sleep(60)") for session in (own, other)]
        while len(source.run(asleep)) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        load = source.database.activity.load()
        assert load.active == 1
        assert load.longest_seconds > 0
        for session in (own, other):
            source.run(f"SELECT pg_cancel_backend({session.info.backend_pid})")
        for ended in running:
            assert isinstance(ended.exception(timeout=PATIENCE), QueryCanceled)


def test_a_user_who_may_not_see_what_others_do_is_told(source: Any) -> None:
    database = PostgresDatabase(source.address, source.role(), Side.SOURCE)
    try:
        with pytest.raises(SourceError) as caught:
            database.activity.load()
        assert "pg_monitor" in caught.value.hint
    finally:
        database.close()
