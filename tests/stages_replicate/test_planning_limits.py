"""What is refused while nothing is moved yet: each limit with its reason and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from checks.facts import Column, Partitioning, ReplicaIdentity, ReplicationCapacity
from checks.route import Engine
from migrate.model.measurement import Measurements
from migrate.model.tuning import ALL_PARTITIONS, TableTuning, Tuning
from migrate.stages.replicate.planning import limits
from migrate.stages.replicate.planning.asked import Asked
from tests.stages_replicate.planned import asked, lob, named, source, table, task, writes

TEXT = Column(name="body", type="text")
REQUIRED = Column(name="body", type="text", nullable=False)
LONG = Column(name="body", type="longtext", nullable=False)
MAYBE = Column(name="maybe", type="integer")
REAL = Column(name="size", type="double precision", nullable=False)
PARTS = Partitioning(method="range", partitions=("p0", "p1"))


def tuned(**how: Any) -> Tuning:
    return Tuning(tables=(TableTuning(table=named("a"), **how),))


def one(*columns: Column, engine: Engine = Engine.POSTGRES, tuning: Tuning | None = None, **more: Any) -> Asked:
    """A source of one table `a` in one task."""
    measured = more.pop("measured", None)
    accepted = more.pop("accepted", frozenset())
    zone = more.pop("time_zone", "UTC")
    facts = {name: more.pop(name) for name in ("settings", "replication") if name in more}
    catalog = source(table("a", *columns, **more), engine=engine, **facts)
    return replace(
        asked(catalog, task("main", "a", tuning=tuning), measured=measured, accepted=accepted), time_zone=zone
    )


CHANGED = Measurements(writes=(writes("a", updates=1),))


def _both() -> Any:
    return source(table("a"), table("b", refers="a"))


REFUSED: dict[str, tuple[str, Callable[[], Asked]]] = {
    "a task that selects nothing": ("task-without-tables", lambda: asked(source(table("a")), task("main"))),
    "a table in two tasks": (
        "table-in-two-tasks",
        lambda: asked(source(table("a")), task("one", "a"), task("two", "a")),
    ),
    "a foreign key from one task into another": (
        "foreign-key-across-tasks",
        lambda: asked(_both(), task("one", "a"), task("two", "b")),
    ),
    "a foreign key to a table that stays behind": (
        "foreign-key-across-tasks",
        lambda: asked(_both(), task("one", "b")),
    ),
    "partitions of one table in two tasks": (
        "partitions-across-tasks",
        lambda: asked(
            source(
                table("p", partitioned=True),
                table("p1", partition_of=named("p")),
                table("p2", partition_of=named("p")),
            ),
            task("one", "p1"),
            task("two", "p2"),
        ),
    ),
    "tables of one transaction in two tasks": (
        "together-across-tasks",
        lambda: asked(
            source(table("a"), table("b")), task("one", "a", together=((named("a"), named("b")),)), task("two", "b")
        ),
    ),
    "full LOB mode where a LOB may not be NULL": (
        "full-lob-not-null",
        lambda: one(REQUIRED, tuning=tuned(lob_mode="unlimited")),
    ),
    "full LOB mode without a key": (
        "full-lob-without-key",
        lambda: one(TEXT, tuning=tuned(lob_mode="unlimited"), key=False),
    ),
    "a LOB that was measured longer than the limit": (
        "lob-too-long",
        lambda: one(TEXT, tuning=Tuning(lob_max_kb=63), measured=Measurements(lobs=(lob("a", "body", 100_000),))),
    ),
    "a LOB longer than limited mode allows": (
        "lob-too-long",
        lambda: one(LONG, engine=Engine.MYSQL, measured=Measurements(lobs=(lob("a", "body", 90 * 1024**2),))),
    ),
    "a binary log with rows in part": (
        "minimal-row-image",
        lambda: one(engine=Engine.MYSQL, settings={"binlog_row_image": "MINIMAL"}),
    ),
    "a binary log of statements": (
        "statements-in-log",
        lambda: one(engine=Engine.MYSQL, settings={"binlog_format": "MIXED"}),
    ),
    "a server whose zone DMS is not told": (
        "another-time-zone",
        lambda: one(engine=Engine.MYSQL, settings={"time_zone": "SYSTEM", "system_time_zone": "CET"}),
    ),
    "a zone that is not the server's": (
        "another-time-zone",
        lambda: one(engine=Engine.MYSQL, settings={"time_zone": "+00:00"}, time_zone="Europe/Berlin"),
    ),
    "a log that cannot be decoded": ("no-logical-log", lambda: one(settings={"wal_level": "replica"})),
    "more tasks than slots": (
        "too-few-slots",
        lambda: one(replication=ReplicationCapacity(slots_maximum=4, slots_used=1, senders_maximum=10, senders_used=0)),
    ),
    "more tasks than senders": (
        "too-few-senders",
        lambda: one(replication=ReplicationCapacity(slots_maximum=9, slots_used=0, senders_maximum=2, senders_used=2)),
    ),
    "updates of a table without a key": (
        "keyless-with-updates",
        lambda: one(key=False, measured=Measurements(writes=(writes("a", inserts=9, updates=1),))),
    ),
    "updates of a table that has but a unique key, on PostgreSQL": (
        "keyless-with-updates",
        lambda: one(unique=True, measured=CHANGED),
    ),
    "updates of a table whose key its log leaves out": (
        "keyless-with-updates",
        lambda: one(replica_identity=ReplicaIdentity.NOTHING, measured=CHANGED),
    ),
    "updates of a table whose key is deferrable": (
        "keyless-with-updates",
        lambda: one(deferrable=True, measured=CHANGED),
    ),
    "settings of a table that is not there": (
        "settings-of-no-table",
        lambda: one(tuning=Tuning(tables=(TableTuning(table=named("*"), columns=("id",), boundaries=(("9",),)),))),
    ),
    "two rules on one table": (
        "two-rules-on-one-table",
        lambda: one(tuning=Tuning(tables=(TableTuning(table=named("a")), TableTuning(table=named("a"))))),
    ),
    "a split by a column that may be NULL": (
        "split-by-nullable",
        lambda: one(MAYBE, tuning=tuned(columns=("maybe",), boundaries=(("9",),))),
    ),
    "a split by floating point": (
        "split-by-inexact",
        lambda: one(REAL, tuning=tuned(columns=("size",), boundaries=(("9",),))),
    ),
    "a split by a column that is not there": (
        "split-by-no-column",
        lambda: one(tuning=tuned(columns=("nothing",), boundaries=(("9",),))),
    ),
    "a split with too few values": (
        "split-uneven",
        lambda: one(tuning=tuned(columns=("id",), boundaries=(("9", "10"),))),
    ),
    "a split by partitions on PostgreSQL": (
        "split-by-partitions",
        lambda: one(tuning=tuned(partitions=ALL_PARTITIONS)),
    ),
    "a split by partitions that are not there": (
        "split-by-no-partition",
        lambda: one(engine=Engine.MYSQL, tuning=tuned(partitions=ALL_PARTITIONS)),
    ),
    "partitions that nobody would load": (
        "split-leaves-partitions",
        lambda: one(engine=Engine.MYSQL, tuning=tuned(partitions=("p0",)), partitioned=True, partitioning=PARTS),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_a_remedy(what: str) -> None:
    code, build = REFUSED[what]
    found = {remark.code: remark for remark in limits.refusals(build())}
    assert code in found
    assert found[code].text
    assert found[code].remedy


FINE: dict[str, Callable[[], Asked]] = {
    "one task of everything": lambda: asked(_both()),
    "inserts into a table without a key": lambda: one(
        key=False, measured=Measurements(writes=(writes("a", inserts=9),))
    ),
    "updates of a keyless table that somebody answers for": lambda: one(
        key=False, measured=Measurements(writes=(writes("a", updates=9),)), accepted=frozenset({named("a")})
    ),
    "updates of a table whose log holds whole rows": lambda: one(
        key=False, replica_identity=ReplicaIdentity.FULL, measured=CHANGED
    ),
    "updates of a table with an index as its identity": lambda: one(
        unique=True, replica_identity=ReplicaIdentity.INDEX, measured=CHANGED
    ),
    "updates of a table with a unique key, on MySQL": lambda: one(unique=True, engine=Engine.MYSQL, measured=CHANGED),
    "full LOB mode where LOBs may be NULL": lambda: one(TEXT, tuning=tuned(lob_mode="unlimited")),
    "a split by the key": lambda: one(tuning=tuned(columns=("id",), boundaries=(("9",), ("20",)))),
    "a split by partitions on MySQL": lambda: one(
        engine=Engine.MYSQL, tuning=tuned(partitions=ALL_PARTITIONS), partitioned=True, partitioning=PARTS
    ),
    "a log as it should be": lambda: one(
        engine=Engine.MYSQL, settings={"binlog_row_image": "FULL", "binlog_format": "ROW", "log_bin": "ON"}
    ),
    "a foreign key to itself": lambda: asked(source(table("a", refers="a"))),
}


@pytest.mark.parametrize("what", FINE)
def test_it_is_not_refused(what: str) -> None:
    assert limits.refusals(FINE[what]()) == ()


def test_a_sql_wildcard_is_told_for_what_it_is() -> None:
    nothing = asked(source(table("a")), task("main", idle_patterns=("%.%",)))
    (refusal,) = limits.refusals(nothing)
    assert "write * instead of %" in refusal.remedy


def test_tables_in_no_task_and_idle_patterns_are_warned_of() -> None:
    some = asked(source(table("a"), table("b")), task("main", "a", idle_patterns=("app.x*",)))
    assert [remark.code for remark in limits.warnings(some)] == ["tables-in-no-task", "idle-pattern"]


def test_what_mysql_cuts_is_told_to_nobody() -> None:
    codes = [remark.code for remark in limits.warnings(one(LONG, engine=Engine.MYSQL))]
    assert "truncation-is-silent" in codes
