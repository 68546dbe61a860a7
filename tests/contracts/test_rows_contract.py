"""What every engine's Rows must do, told against a real server."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from migrate.errors import SourceError
from migrate.model.validation import Chunk, KeyOrder
from tests.patience import PATIENCE

TIMED_OUT = "SRC-150"


def table_with(world: Any, name: str, rows: int) -> Any:
    world.run(f"CREATE TABLE {world.schema}.{name} (id integer PRIMARY KEY, body varchar(100))")
    for start in range(1, rows + 1, 500):
        values = ", ".join(f"({n}, 'body {n}')" for n in range(start, min(start + 500, rows + 1)))
        world.run(f"INSERT INTO {world.schema}.{name} VALUES {values}")
    return world.table(name)


def large_table(world: Any, name: str) -> Any:
    """90,000 rows: no server hashes them in a millisecond."""
    table_with(world, f"{name}_seed", 300)
    table = table_with(world, name, 0)
    seed = f"{world.schema}.{name}_seed"
    world.run(
        f"INSERT INTO {world.schema}.{name} SELECT a.id * 1000 + b.id, a.body FROM {seed} a CROSS JOIN {seed} b",
    )
    return table


def test_shapes_tell_columns_and_keys_of_the_tables_that_are_there(world: Any) -> None:
    world.run(f"CREATE TABLE {world.schema}.paired (b integer, a varchar(10), n integer, PRIMARY KEY (n, b))")
    world.run(f"CREATE TABLE {world.schema}.loose (b integer, a varchar(10))")
    paired, loose, absent = world.table("paired"), world.table("loose"), world.table("absent")
    shapes = world.database.rows.shapes([paired, absent, loose])
    assert set(shapes) == {paired, loose}
    assert shapes[paired].table == paired
    assert shapes[paired].key == ("n", "b")
    assert [column.name for column in shapes[paired].columns] == ["a", "b", "n"]
    forms = {column.name: column.form for column in shapes[paired].columns}
    assert forms["b"] == forms["n"] != forms["a"]
    assert shapes[loose].key == ()
    assert all(shape.problem == "" for shape in shapes.values())


def test_a_table_that_was_altered_has_another_shape_at_once(world: Any) -> None:
    table = table_with(world, "altered", 3)
    rows = world.database.rows
    before = rows.shapes([table])[table]
    rows.checksums([Chunk(table, 0)])
    world.run(f"ALTER TABLE {world.schema}.altered ADD COLUMN extra integer")
    after = rows.shapes([table])[table]
    assert [column.name for column in after.columns] == ["body", "extra", "id"]
    assert after.columns != before.columns
    [with_it] = rows.checksums([Chunk(table, 0)])
    world.run(f"UPDATE {world.schema}.altered SET extra = 1 WHERE id = 1")
    assert rows.checksums([Chunk(table, 0)]) != [with_it]


def test_chunks_cover_the_table_and_their_hashes_add_up(world: Any) -> None:
    table = table_with(world, "chunked", 1000)
    world.database.schema.analyze([table])
    rows = world.database.rows
    chunks = list(rows.chunks(table, 100))
    assert 8 <= len(chunks) <= 12
    assert chunks[0].low is None
    assert chunks[-1].high is None
    assert [chunk.low for chunk in chunks[1:]] == [chunk.high for chunk in chunks[:-1]]
    sums = rows.checksums(chunks)
    assert sum(part.rows for part in sums) == rows.count(table) == 1000
    assert [part for chunk in chunks for part in rows.checksums([chunk])] == sums
    [whole] = rows.checksums([Chunk(table, 0)])
    assert rows.checksums([Chunk(table, 0, chunks[0].low, chunks[-1].high)]) == [whole]
    seen = [key for chunk in chunks for key, _ in rows.hashes(chunk)]
    assert sorted(seen) == sorted({(str(n),) for n in range(1, 1001)})


def test_chunks_go_on_behind_a_key(world: Any) -> None:
    table = table_with(world, "resumed", 1000)
    world.database.schema.analyze([table])
    rows = world.database.rows
    rest = list(rows.chunks(table, 100, after=("250",)))
    assert rest[0].low == ("250",)
    assert rest[-1].high is None
    assert sum(part.rows for part in rows.checksums(rest)) == 750
    assert {key for chunk in rest for key, _ in rows.hashes(chunk)} == {(str(n),) for n in range(251, 1001)}


@pytest.mark.parametrize("order", list(KeyOrder))
def test_every_order_of_a_text_key_covers_the_table(world: Any, order: KeyOrder) -> None:
    world.run(f"CREATE TABLE {world.schema}.words (word varchar(40) PRIMARY KEY, n integer)")
    words = [f"{start}{n}" for start in ("a", "B", "c ", "_", "Z-", "ö", "É") for n in range(50)]
    values = ", ".join(f"('{word}', {n})" for n, word in enumerate(words))
    world.run(f"INSERT INTO {world.schema}.words VALUES {values}")
    table, rows = world.table("words"), world.database.rows
    world.database.schema.analyze([table])
    chunks = list(rows.chunks(table, 50, order=order))
    assert all(chunk.order is order for chunk in chunks)
    assert len(chunks) > 2
    assert sum(part.rows for part in rows.checksums(chunks)) == 350
    assert sorted(key for chunk in chunks for key, _ in rows.hashes(chunk)) == sorted((word,) for word in words)
    if order is KeyOrder.BYTES:
        bounds = [chunk.high[0].encode() for chunk in chunks[:-1] if chunk.high and chunk.high[0]]
        assert bounds == sorted(bounds)
        assert sum(part.rows for part in rows.checksums(chunks[::2] + chunks[1::2])) == 350
        assert rows.checksums(chunks[1::2]) == rows.checksums(chunks)[1::2]


def test_one_question_sums_many_tables_and_ranges(world: Any) -> None:
    first, second, empty = (table_with(world, f"many_{n}", n) for n in (700, 20, 0))
    rows = world.database.rows
    chunks = [
        Chunk(second, 0),
        Chunk(first, 0, None, ("100",)),
        Chunk(empty, 0),
        Chunk(first, 1, ("100",), ("200",)),
        Chunk(first, 7, ("650",), None),
    ]
    sums = rows.checksums(chunks)
    assert [part.rows for part in sums] == [20, 100, 0, 100, 50]
    assert sums == [part for chunk in chunks for part in rows.checksums([chunk])]
    assert rows.checksums([]) == []
    with pytest.raises(SourceError):
        rows.checksums([*chunks, Chunk(world.table("absent"), 0)])


def test_values_swapped_between_two_rows_change_the_sum(world: Any) -> None:
    table = table_with(world, "swapped", 100)
    rows = world.database.rows
    [before] = rows.checksums([Chunk(table, 0)])
    world.run(f"UPDATE {world.schema}.swapped SET body = CASE id WHEN 1 THEN 'body 2' ELSE 'body 1' END WHERE id < 3")
    [after] = rows.checksums([Chunk(table, 0)])
    assert after.rows == before.rows
    assert after.digest != before.digest


def test_one_changed_row_is_found_by_its_chunk_its_hash_and_its_column(world: Any) -> None:
    table = table_with(world, "changed", 300)
    world.database.schema.analyze([table])
    rows = world.database.rows
    chunks = list(rows.chunks(table, 100))
    wanted = [("7",), ("8",), ("4711",)]
    sums, hashes, columns = rows.checksums(chunks), rows.hashes_of(table, wanted), rows.column_hashes(table, wanted)
    world.run(f"UPDATE {world.schema}.changed SET body = 'body 7 ' WHERE id = 7")
    again = rows.checksums(chunks)
    assert [a == b for a, b in zip(sums, again, strict=True)].count(False) == 1
    after = rows.hashes_of(table, wanted)
    assert set(hashes) == set(after) == {("7",), ("8",)}
    assert after[("7",)] != hashes[("7",)]
    assert after[("8",)] == hashes[("8",)]
    changed = rows.column_hashes(table, wanted)
    assert set(columns) == set(changed) == {("7",), ("8",)}
    assert changed[("8",)] == columns[("8",)]
    assert [name for name in ("body", "id") if columns[("7",)][name] != changed[("7",)][name]] == ["body"]


def test_a_table_without_a_key_is_one_chunk_of_counted_hashes(world: Any) -> None:
    world.run(f"CREATE TABLE {world.schema}.keyless (a integer, b varchar(10))")
    world.run(f"INSERT INTO {world.schema}.keyless VALUES (1, 'x'), (1, 'x'), (2, NULL)")
    table, rows = world.table("keyless"), world.database.rows
    [chunk] = rows.chunks(table, 1)
    counted = dict(rows.hashes(chunk))
    assert sorted(counted.values()) == ["1", "2"]
    assert rows.checksums([chunk])[0].rows == 3
    assert rows.hashes_of(table, counted) == counted
    assert rows.column_hashes(table, list(counted)) == {}
    values = rows.values(table, list(counted), 100)
    assert {key: tuple(value[name] for name in ("a", "b")) for key, value in values.items()} == {
        key: ("1", "x") if count == "2" else ("2", None) for key, count in counted.items()
    }
    assert list(rows.repair(table, list(counted))) == []


def test_values_are_cut_and_absent_rows_are_absent(world: Any) -> None:
    table = table_with(world, "valued", 2)
    world.run(f"UPDATE {world.schema}.valued SET body = NULL WHERE id = 2")
    rows = world.database.rows
    assert rows.values(table, [("1",), ("2",), ("3",)], 4) == {
        ("1",): {"body": "body", "id": "1"},
        ("2",): {"body": None, "id": "2"},
    }


def test_extremes_are_those_of_the_columns_that_hold_a_date(world: Any) -> None:
    world.run(f"CREATE TABLE {world.schema}.dated (id integer PRIMARY KEY, d date, never date, n integer)")
    rows, table = world.database.rows, world.table("dated")
    assert rows.extremes(table) == {"d": (None, None), "never": (None, None)}
    world.run(f"INSERT INTO {world.schema}.dated VALUES (1, '2024-02-29', NULL, 1), (2, '1999-01-01', NULL, 9)")
    assert rows.extremes(table) == {"d": ("1999-01-01", "2024-02-29"), "never": (None, None)}
    assert rows.extremes(table_with(world, "dateless", 1)) == {}


def test_repair_makes_other_rows_as_these_are(world: Any) -> None:
    table = table_with(world, "repaired", 20)
    rows = world.database.rows
    odd = "it''s \"odd\" % $1 -- ; \n ä 🐘"
    world.run(f"UPDATE {world.schema}.repaired SET body = '{odd}' WHERE id = 7")
    world.run(f"UPDATE {world.schema}.repaired SET body = NULL WHERE id = 8")
    [wanted] = rows.checksums([Chunk(table, 0)])
    statements = list(rows.repair(table, [("7",), ("8",), ("9",), ("4711",)]))
    world.run(
        f"UPDATE {world.schema}.repaired SET body = 'wrong' WHERE id = 7",
        f"UPDATE {world.schema}.repaired SET body = '' WHERE id = 8",
        f"DELETE FROM {world.schema}.repaired WHERE id = 9",
        f"INSERT INTO {world.schema}.repaired VALUES (4711, 'surplus')",
    )
    assert rows.checksums([Chunk(table, 0)]) != [wanted]
    world.run(*statements)
    assert rows.checksums([Chunk(table, 0)]) == [wanted]
    world.run(*statements)
    assert rows.checksums([Chunk(table, 0)]) == [wanted]


def test_a_statement_over_its_limit_is_ended_and_others_are_not_limited(world: Any) -> None:
    table = large_table(world, "slow")
    rows = world.database.rows
    with pytest.raises(SourceError) as caught:
        rows.limited(0.001).checksums([Chunk(table, 0)])
    assert caught.value.code == TIMED_OUT
    assert caught.value.retryable
    assert rows.checksums([Chunk(table, 0)])[0].rows == 90_000
    assert rows.limited(600).count(table) == 90_000


def test_a_cancelled_question_ends_and_no_other_is_taken(world: Any) -> None:
    table = table_with(world, "held", 10)
    rows = world.database.rows
    rows.shapes([table])
    asker = rows.limited(600)
    asker.shapes([table])
    derived = asker.limited(600)
    derived.shapes([table])
    with world.hold("held"), ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(one.checksums, [Chunk(table, 0)]) for one in (asker, derived)]
        time.sleep(0.5)
        assert not any(question.done() for question in waiting)
        asker.cancel()
        for question in waiting:
            with pytest.raises(SourceError):
                question.result(timeout=PATIENCE)
    for one in (asker, derived):
        with pytest.raises(SourceError):
            one.count(table)
    assert rows.count(table) == 10


def test_a_stream_that_is_cancelled_gives_no_further_rows_forever(world: Any) -> None:
    table = large_table(world, "streamed")
    asker = world.database.rows.limited(600)
    stream = asker.hashes(Chunk(table, 0))
    next(stream)
    asker.cancel()
    with pytest.raises(SourceError):
        list(stream)
    assert world.database.rows.count(table) == 90_000


def test_frozen_rows_stay_as_they_were_for_every_session(world: Any) -> None:
    table = table_with(world, "moving", 50)
    rows = world.database.rows
    [before] = rows.checksums([Chunk(table, 0)])
    with rows.frozen(2) as moment:
        world.run(f"UPDATE {world.schema}.moving SET body = 'later' WHERE id = 1")
        together = threading.Barrier(2)

        def ask(_: int) -> Any:
            stream = moment.hashes(Chunk(table, 0))
            first = next(stream)
            together.wait(timeout=PATIENCE)
            return dict([first, *stream])

        with ThreadPoolExecutor(2) as pool:
            one, other = pool.map(ask, range(2))
        assert one == other
        assert moment.checksums([Chunk(table, 0)]) == [before]
        with pytest.raises(SourceError):
            moment.count(world.table("absent"))
        world.run(f"DELETE FROM {world.schema}.moving WHERE id = 2")
        assert [moment.limited(60).count(table) for _ in range(4)] == [50] * 4
        assert moment.checksums([Chunk(table, 0)]) == [before]
    assert rows.count(table) == 49
    assert rows.checksums([Chunk(table, 0)]) != [before]


def test_the_load_is_what_others_do(world: Any) -> None:
    table_with(world, "busy", 1)
    app = world.new_user()
    world.run(f"GRANT SELECT ON {world.schema}.busy TO {app.user}")
    activity = world.database.activity

    def until(wanted: Any) -> Any:
        deadline = time.monotonic() + PATIENCE
        while not wanted(load := activity.load()):
            assert time.monotonic() < deadline, load
            time.sleep(0.05)
        return load

    until(lambda load: load.active == 0)
    with ThreadPoolExecutor(1) as pool, world.login(app) as session, world.hold("busy"):
        reading = pool.submit(session.execute, f"SELECT count(*) FROM {world.schema}.busy")
        assert until(lambda load: load.active == 1 and load.longest_seconds > 0).active == 1
    reading.result()
    idle = until(lambda load: load.active == 0)
    assert idle.longest_seconds == 0
