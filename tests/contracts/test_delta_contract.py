"""What the proof of changes relies on, told against a real server: it costs by changes, and knows how much is left."""

from __future__ import annotations

import time
from typing import Any

import pytest

from migrate.errors import MigrateError
from migrate.stages.validate.witness import withheld
from tests.patience import PATIENCE

ROWS, TOUCHED = 100_000, 2_000


def test_what_is_behind_a_slot_grows_with_writes_and_goes_with_it(world: Any) -> None:
    world.run(f"CREATE TABLE {world.schema}.grows (id integer PRIMARY KEY, body varchar(1000))")
    log = world.database.log
    log.create_slot("contract_behind")
    try:
        before = log.behind("contract_behind")
        rows = ", ".join(f"({n}, '{'x' * 1000}')" for n in range(200))
        world.run(f"INSERT INTO {world.schema}.grows VALUES {rows}")
        assert log.behind("contract_behind") - before > 150_000
        log.advance_slot("contract_behind", log.position())
        assert log.behind("contract_behind") < 150_000
    finally:
        log.drop_slot("contract_behind")


def test_rows_are_found_by_their_keys_without_a_reading_of_the_table(world: Any) -> None:
    """Two percent of a large table, by a key of two columns: an index serves them on every engine."""
    name = f"{world.schema}.large"
    batches = (range(start, start + 1000) for start in range(0, ROWS, 1000))
    world.run(
        f"CREATE TABLE {name} (a varchar(20) NOT NULL, b integer NOT NULL, body varchar(50), PRIMARY KEY (a, b))",
        *(f"INSERT INTO {name} VALUES " + ", ".join(f"('k{n % 97}', {n}, 'x')" for n in batch) for batch in batches),
    )
    world.run(f"ANALYZE {'TABLE ' if mysql(world) else ''}{name}")
    keys = [(f"k{n % 97}", str(n)) for n in range(0, ROWS, ROWS // TOUCHED)]
    before = readings(world)
    assert len(world.database.rows.hashes_of(world.table("large"), keys)) == TOUCHED
    assert read_since(world, before) < ROWS / 2


def mysql(world: Any) -> bool:
    return bool(world.schema != "public")


def readings(world: Any) -> int:
    """Rows of tables that the server has read in sequence so far."""
    if mysql(world):
        named = "'Handler_read_next', 'Handler_read_rnd_next', 'Handler_read_prev', 'Handler_read_rnd'"
        return sum(int(row[1]) for row in world.run(f"SHOW GLOBAL STATUS WHERE Variable_name IN ({named})"))
    return int(world.run("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'large'")[0][0])


def read_since(world: Any, before: int) -> int:
    if not mysql(world):
        found = "SELECT idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'large'"
        deadline = time.monotonic() + PATIENCE
        while world.run(found)[0][0] < TOUCHED and readings(world) - before < ROWS:
            assert time.monotonic() < deadline, "the server told nothing of what it read"
            time.sleep(0.1)
    return readings(world) - before


def test_a_login_that_may_not_hold_the_log_is_told_apart(world: Any) -> None:
    poor = world.opened_as(world.new_user())
    try:
        with pytest.raises(MigrateError) as refused:
            poor.log.create_slot("contract_poor")
    finally:
        poor.close()
    assert withheld(refused.value), refused.value.code
    assert "contract_poor" not in world.database.log.slots()
