"""What the replication instance needs, and how long a load takes: arithmetic one can follow, assumptions named."""

from __future__ import annotations

import pytest

from checks.facts import Column
from migrate.model.measurement import Measurements
from migrate.model.tuning import Tuning
from migrate.stages.replicate.planning.asked import LoadRate
from migrate.stages.replicate.planning.capacity import recommend
from migrate.stages.replicate.planning.plan import plan
from tests.stages_replicate.planned import GIB, asked, source, table, task, writes

BODY = Column(name="body", type="text")


def test_memory_is_the_instances_the_tasks_and_their_lobs() -> None:
    """2 GiB, and for each of two tasks 1 GiB; one has 2 LOB columns, one table at a time, of 102,400 KB."""
    catalog = source(table("a"), table("docs", BODY, Column(name="more", type="jsonb")))
    needs = recommend(asked(catalog, task("main", "a"), task("lobs", "docs")), None)
    assert needs.memory_gib == pytest.approx(2 + 2 + 2 * 102_400 / 1024**2, abs=0.05)
    assert (needs.instance_class, needs.units) == ("dms.t3.large", (4, 8))
    assert len(needs.reasons) == 1 + 2 + 2


def test_more_data_takes_no_burstable_class_and_smaller_lobs_less_memory() -> None:
    catalog = source(*(table(f"t{n}", BODY, size=2 * GIB) for n in range(8)))
    names = tuple(one.name.name for one in catalog.tables)
    ceiling = recommend(asked(catalog, task("main", *names)), None)
    small = recommend(asked(catalog, task("main", *names, tuning=Tuning(lob_max_kb=16))), None)
    assert ceiling.instance_class == "dms.r6i.large"
    assert small.memory_gib < ceiling.memory_gib
    enough = task("main", *names, tuning=Tuning(overrides={"ChangeProcessingTuning.MemoryLimitTotal": 40_960}))
    assert recommend(asked(catalog, enough), None).instance_class == "dms.r6i.2xlarge"


def test_storage_holds_what_waits_for_the_loads_end() -> None:
    """1,000 rows a second of 1 KiB for 10 hours are 34.3 GiB; twice that, and 20 for logs."""
    busy = Measurements(writes=(writes("a", inserts=1_000),), seconds=1.0)
    found = recommend(asked(source(table("a", size=1024**3, rows=1024**2)), measured=busy), 36_000.0)
    assert found.storage_gb == 89
    assert recommend(asked(source(table("a"))), None).storage_gb == 50


def test_what_migration_toml_asks_for_is_held_against_it() -> None:
    many = Tuning(overrides={"ChangeProcessingTuning.MemoryLimitTotal": 20_480})
    wanted = task("main", "a", tuning=many)
    small = plan(asked(source(table("a")), wanted, instance_class="dms.r6i.large", storage_gb=20))
    assert {one.code for one in small.warnings} == {"instance-too-small", "storage-too-small"}
    serverless = plan(asked(source(table("a")), wanted, most_units=4))
    assert {one.code for one in serverless.warnings} == {"too-few-units"}
    enough = plan(asked(source(table("a")), wanted, instance_class="dms.r6i.xlarge", storage_gb=100))
    assert enough.warnings == ()


def test_a_load_is_told_by_measured_rows_or_else_by_assumed_bytes() -> None:
    catalog = source(table("a", size=40 * 1024**2, rows=1_000))
    (assumed,) = plan(asked(catalog)).tasks
    assert assumed.load is not None
    assert assumed.load.seconds == pytest.approx(2.0)
    assert "assumed, measured nowhere" in assumed.load.basis
    (measured,) = plan(asked(catalog, rate=LoadRate(rows_per_second=100.0, basis="measured in replicate-1"))).tasks
    assert measured.load is not None
    assert measured.load.seconds == pytest.approx(10.0)
    assert "measured in replicate-1" in measured.load.basis
    unknown = source(table("a", size=None, rows=None))  # type: ignore[arg-type]
    assert plan(asked(unknown)).load_seconds is None
