"""A statement is in the log a moment before the catalog shows what it did; the worker looks when it does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from migrate.sandbox.dms.worker.mysql import seeing
from migrate.sandbox.dms.worker.mysql.connection import connect_source, run
from migrate.sandbox.dms.worker.spec import Endpoint
from tests.sandbox_dms_worker.driving import wait_for

pytestmark = pytest.mark.server

WAITING = "SELECT 1 FROM information_schema.processlist WHERE state = 'Waiting for table metadata lock'"


@pytest.fixture
def looking(mysql_stage: Any) -> Iterator[Any]:
    """A source connection of the worker's kind."""
    connection = connect_source(Endpoint.parse(mysql_stage.endpoint(mysql_stage.source_server, {})))
    try:
        yield connection
    finally:
        connection.close()


def test_whoever_alters_a_table_is_waited_for(mysql_stage: Any, looking: Any) -> None:
    stage = mysql_stage
    stage.on_source("CREATE TABLE grows (id int PRIMARY KEY)")
    with stage.source_server.connect(stage.database) as altering:
        run(altering, "LOCK TABLES grows WRITE")
        waiting = threading.Thread(target=seeing.wait_until_seen, args=(looking, (stage.database, "grows")))
        waiting.start()
        try:
            wait_for(lambda: bool(stage.on_source(WAITING)), "the worker at the table's lock")
            assert waiting.is_alive()
        finally:
            run(altering, "UNLOCK TABLES")
            waiting.join()


def test_a_lock_that_somebody_keeps_is_not_waited_for_for_ever(
    mysql_stage: Any, looking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = mysql_stage
    stage.on_source("CREATE TABLE kept (id int PRIMARY KEY)")
    patience = run(looking, "SELECT @@SESSION.lock_wait_timeout")
    monkeypatch.setattr(seeing, "SEEN_SECONDS", 1)
    with stage.source_server.connect(stage.database) as keeping:
        run(keeping, "LOCK TABLES kept WRITE")
        seeing.wait_until_seen(looking, (stage.database, "kept"))
    assert run(looking, "SELECT @@SESSION.lock_wait_timeout") == patience


def test_what_was_dropped_meanwhile_is_not_missed(mysql_stage: Any, looking: Any) -> None:
    seeing.wait_until_seen(looking, (mysql_stage.database, "never_made"))
    seeing.wait_until_seen(looking, ("no_such_database", "never_made"))
    assert run(looking, "SELECT 1") == [(1,)]
