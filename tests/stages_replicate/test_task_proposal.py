"""How the figures cut tables into tasks, and that joined tables are never parted, whatever the figures say."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from checks.facts import Column, Partitioning
from checks.route import Engine
from migrate.model.measurement import Measurements
from migrate.stages.replicate.planning.joins import Joins
from migrate.stages.replicate.planning.proposal import Thresholds, differs, propose
from tests.stages_replicate.planned import GIB, asked, lob, named, source, table, task, writes

BODY = Column(name="body", type="text")


def _cut(what: object) -> dict[str, list[str]]:
    return {one.name: [name.name for name in one.tables] for one in propose(what)}  # type: ignore[arg-type]


def test_nothing_special_is_one_task() -> None:
    plain = asked(source(table("a"), table("b", refers="a"), table("c")))
    assert _cut(plain) == {"main": ["a", "b", "c"]}
    assert not differs(plain, propose(plain))


def test_huge_tables_lobs_and_keyless_ones_go_apart() -> None:
    catalog = source(
        table("events", size=300 * GIB),
        table("docs", BODY),
        table("log", key=False),
        table("a"),
        table("b", refers="a"),
    )
    wanted = asked(catalog, measured=Measurements(lobs=(lob("docs", "body", 500_000),)))
    assert _cut(wanted) == {"main": ["a", "b"], "lobs": ["docs"], "keyless": ["log"], "big1": ["events"]}
    assert differs(wanted, propose(wanted))
    assert all(one.reason for one in propose(wanted))


def test_joined_tables_win_over_every_split() -> None:
    catalog = source(table("events", size=300 * GIB, refers="a"), table("docs", BODY, refers="a"), table("a"))
    wanted = asked(catalog, measured=Measurements(lobs=(lob("docs", "body", 500_000),)))
    assert _cut(wanted) == {"big1": ["a", "docs", "events"]}


def test_what_one_transaction_writes_stays_together_by_the_users_word() -> None:
    catalog = source(table("orders"), table("log", key=False))
    said = task("main", "orders", "log", together=((named("orders"), named("log")),))
    assert _cut(asked(catalog)) == {"main": ["orders"], "keyless": ["log"]}
    assert _cut(asked(catalog, said)) == {"main": ["log", "orders"]}


def test_partitions_of_one_table_stay_together_though_one_is_huge() -> None:
    catalog = source(
        table("year", partitioned=True),
        table("year_1", partition_of=named("year"), size=200 * GIB),
        table("year_2", partition_of=named("year")),
        table("a"),
    )
    assert _cut(asked(catalog)) == {"main": ["a"], "big1": ["year_1", "year_2"]}


def test_a_huge_table_is_loaded_in_ranges_on_postgresql_and_by_partition_on_mysql() -> None:
    cuts = ((named("events"), "id", ("100", "200")),)
    ranges = propose(asked(source(table("events", size=200 * GIB)), measured=Measurements(cuts=cuts)))
    assert ranges[0].ranges == ((named("events"), ("id",), ("100", "200")),)
    parts = table(
        "events", size=200 * GIB, partitioned=True, partitioning=Partitioning(method="range", partitions=("p0", "p1"))
    )
    by_partition = propose(asked(source(parts, engine=Engine.MYSQL), measured=Measurements(cuts=cuts)))
    assert by_partition[0].partitioned == (named("events"),)
    assert by_partition[0].ranges == ()


def test_more_writes_than_one_task_is_trusted_with_make_two() -> None:
    measured = Measurements(writes=tuple(writes(name, inserts=4_000) for name in "abc"), seconds=1.0)
    cut = _cut(asked(source(table("a"), table("b"), table("c")), measured=measured))
    assert len(cut) == 3
    joined = source(table("a"), table("b", refers="a"), table("c", refers="b"))
    assert _cut(asked(joined, measured=measured)) == {"main": ["a", "b", "c"]}


def test_lob_limits_follow_measured_lengths_only_where_a_cut_is_told() -> None:
    measured = Measurements(lobs=(lob("docs", "body", 300_000),))
    postgres, *_ = propose(asked(source(table("docs", BODY)), measured=measured))
    assert postgres.lob_max_kb == 2368  # 4 x 586 KB, in steps of 64
    long = Column(name="body", type="longtext")
    mysql, *_ = propose(asked(source(table("docs", long), engine=Engine.MYSQL), measured=measured))
    assert mysql.lob_max_kb is None
    unmeasured, *_ = propose(asked(source(table("docs", BODY, Column(name="more", type="jsonb"))), measured=measured))
    assert unmeasured.lob_max_kb is None


def test_a_value_beyond_limited_mode_goes_piece_by_piece() -> None:
    found, *_ = propose(
        asked(source(table("docs", BODY)), measured=Measurements(lobs=(lob("docs", "body", 90 * 1024**2),)))
    )
    assert found.unlimited == (named("docs"),)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 11), st.integers(0, 400), st.booleans(), st.integers(0, 300_000), st.integers(0, 9_000)
        ),
        min_size=1,
        max_size=12,
    )
)
def test_every_table_is_in_exactly_one_task_and_no_joined_pair_is_parted(
    rows: list[tuple[int, int, bool, int, int]],
) -> None:
    tables = [
        table(f"t{at}", BODY, key=key, refers=f"t{to}" if to < at else None, size=size * GIB)
        for at, (to, size, key, _, _) in enumerate(rows)
    ]
    measured = Measurements(
        lobs=tuple(lob(f"t{at}", "body", longest) for at, (*_, longest, _) in enumerate(rows)),
        writes=tuple(writes(f"t{at}", inserts=rate) for at, (*_, rate) in enumerate(rows)),
        seconds=1.0,
    )
    wanted = asked(source(*tables), measured=measured)
    proposal = propose(wanted, Thresholds(huge_bytes=200 * GIB))
    taken = [name for one in proposal for name in one.tables]
    assert sorted(taken) == sorted(wanted.moved)
    assert len({one.name for one in proposal}) == len(proposal)
    at = {name: one.name for one in proposal for name in one.tables}
    joins = Joins(wanted.catalog, wanted.moved)
    assert all(at[a] == at[b] for a in at for b in at if joins.joined(a, b))
