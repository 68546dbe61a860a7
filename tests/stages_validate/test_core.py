"""What is asked of the servers, how often, and what is made of the answers; tables are held in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from migrate.clock import SystemClock
from migrate.errors import StateConflict
from migrate.events import Event, Noted
from migrate.model.database import Position, Side
from migrate.model.validation import Chunk, DifferenceKind, Load, TableResult, ValidationReport, Verdict
from migrate.stages.validate.options import BrakeLimits, CompareOptions
from migrate.stages.validate.validate import validate
from tests.clocks import HandClock
from tests.stages_validate.memory import (
    MemoryDatabase,
    MemoryProgress,
    MemoryRows,
    MemoryTable,
    Question,
    as_database,
    table,
)

SIDES = (Side.SOURCE, Side.TARGET)


class World:
    """The same tables on both sides, to be spoilt by a story."""

    def __init__(self, **tables: int) -> None:
        self.source, self.target = (
            MemoryDatabase(
                MemoryRows(
                    side, {table(name): MemoryTable({n: f"v{n}" for n in range(rows)}) for name, rows in tables.items()}
                )
            )
            for side in SIDES
        )
        self.events: list[Event] = []
        self.settled = 0

    @property
    def both(self) -> tuple[MemoryRows, MemoryRows]:
        return self.source.rows, self.target.rows

    def here(self, name: str) -> MemoryTable:
        return self.source.rows.tables[table(name)]

    def there(self, name: str) -> MemoryTable:
        return self.target.rows.tables[table(name)]

    def settle(self) -> None:
        self.settled += 1

    def compare(
        self, *names: str, progress: Any = None, settle: Any = None, emit: Any = None, clock: Any = None, **changes: Any
    ) -> ValidationReport:
        options = CompareOptions(**{"rows_per_chunk": 10, "workers": 3} | changes)
        tables = [table(name) for name in names] or list(self.source.rows.tables)
        return validate(
            as_database(self.source),
            as_database(self.target),
            tables,
            settle=settle or self.settle,
            emit=emit or self.events.append,
            clock=clock or SystemClock(),
            options=options,
            progress=progress,
        )

    def only(self, **changes: Any) -> TableResult:
        [result] = self.compare(**changes).tables
        return result


def test_two_thousand_small_tables_cost_some_fifty_questions() -> None:
    world = World(**{f"t{n}": n % 3 for n in range(2000)})
    assert world.compare().verdict is Verdict.MATCH
    for rows in world.both:
        assert len(rows.asked) <= 60
        assert len(rows.questions("shapes")) == 2


def test_a_batch_that_fails_is_asked_again_table_by_table() -> None:
    world = World(a=3, b=3, c=3)

    def refuse(question: Question) -> None:
        if any(chunk.table == table("b") for chunk in question[1]):
            raise world.target.rows.failure(151)

    world.target.rows.before = refuse
    found = {str(result.table): (result.verdict, result.reason) for result in world.compare().tables}
    assert found == {
        "public.a": (Verdict.MATCH, ""),
        "public.b": (Verdict.UNKNOWN, "the target refused 151"),
        "public.c": (Verdict.MATCH, ""),
    }


def test_a_table_that_is_larger_than_its_estimate_is_compared_in_ranges() -> None:
    world = World(t=500)
    world.here("t").estimate = world.there("t").estimate = 2
    _time_out_above(world, 40)
    assert world.only().verdict is Verdict.MATCH
    assert world.only().chunks == 51


def _time_out_above(world: World, rows: int) -> None:
    for side in world.both:

        def slow(question: Question, side: MemoryRows = side) -> None:
            held = [list(side.tables[chunk.table].hashes(chunk)) for chunk in question[1]]
            if question[0] == "checksums" and sum(map(len, held)) > rows:
                raise side.failure(150, retryable=True)

        side.before = slow


def test_a_run_that_times_out_is_compared_in_smaller_ones() -> None:
    world = World(t=1000)
    _time_out_above(world, 20)
    result = world.only()
    assert (result.verdict, result.source_rows, result.chunks) == (Verdict.MATCH, 1000, 101)


def test_a_granule_that_times_out_is_unknown() -> None:
    world = World(t=1000, calm=1000)
    _time_out_above(world, 5)
    world.here("calm").rows = world.there("calm").rows = {}
    found = {str(result.table): result for result in world.compare().tables}
    assert found["public.t"].verdict is Verdict.UNKNOWN
    assert "a range of about 10 rows took" in found["public.t"].reason
    assert found["public.calm"].verdict is Verdict.MATCH


def test_what_can_pass_is_asked_again_and_what_cannot_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.stages.validate.sides.RETRY_PAUSES", (0.0,))
    world = World(t=5)
    failures = iter([True, False])

    def once(question: Question) -> None:
        if question[0] == "checksums" and next(failures, False):
            raise world.source.rows.failure(108, retryable=True)

    world.source.rows.before = once
    assert world.only().verdict is Verdict.MATCH
    assert len(world.source.rows.questions("checksums")) == 2


def test_a_table_that_is_much_larger_than_its_estimate_is_not_asked_granule_by_granule() -> None:
    world = World(t=20_000)
    world.here("t").estimate = world.there("t").estimate = 15
    for one in (world.here("t"), world.there("t")):
        one.bytes_a_row = 0
    assert world.only().verdict is Verdict.MATCH
    assert len(world.source.rows.questions("checksums")) < 100


def test_ranges_are_cut_anew_after_an_error_from_where_the_last_run_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.stages.validate.sides.RETRY_PAUSES", (0.0,))
    world = World(t=1000)
    cut = world.source.rows.chunks

    def breaking(*given: Any, **named: Any) -> Iterator[Chunk]:
        first = len(world.source.rows.questions("chunks")) == 0
        for chunk in cut(*given, **named):
            if first and chunk.number == 33:
                raise world.source.rows.failure(108, retryable=True)
            yield chunk

    monkeypatch.setattr(world.source.rows, "chunks", breaking)
    result = world.only()
    assert (result.verdict, result.source_rows, result.chunks) == (Verdict.MATCH, 1000, 101)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda w: w.target.rows.tables.pop(table("t")), "there is no such table on the target"),
        (lambda w: w.source.rows.tables.pop(table("t")), "there is no such table on the source"),
        (lambda w: setattr(w.there("t"), "columns", ("id", "value", "more")), "the columns differ: more (target only)"),
        (
            lambda w: setattr(w.there("t"), "form", "varchar(3)"),
            "columns are of another form: id (text on the source, varchar(3) on the target),"
            " value (text on the source, varchar(3) on the target)",
        ),
        (lambda w: setattr(w.there("t"), "keyed", False), "the key differs: (id) on the source, () on the target"),
        (lambda w: setattr(w.here("t"), "problem", "a policy hides rows"), "a policy hides rows (on the source)"),
    ],
)
def test_what_cannot_be_compared_is_unknown_before_a_row_is_read(spoil: Callable[[World], Any], reason: str) -> None:
    world = World(t=100)
    spoil(world)
    result = world.compare("t").tables[0]
    assert (result.verdict, result.reason, result.position) == (Verdict.UNKNOWN, reason, None)
    assert [kind for rows in world.both for kind, _ in rows.asked] == ["shapes", "shapes"]


def test_a_table_that_is_altered_meanwhile_is_unknown_even_where_it_differs() -> None:
    world = World(t=100, calm=100)
    world.there("t").rows[5] = "spoilt"

    def alter() -> None:
        world.here("t").columns = world.there("t").columns = ("id", "value", "added")

    found = {str(result.table): result for result in world.compare(settle=alter).tables}
    assert (found["public.t"].verdict, found["public.t"].differences) == (Verdict.UNKNOWN, ())
    assert found["public.t"].reason == "the table was altered, emptied or rewritten while it was compared"
    assert found["public.calm"].verdict is Verdict.MATCH


def test_only_granules_that_differ_are_read_row_by_row() -> None:
    world = World(t=5000)
    world.there("t").rows[1234] = "spoilt"
    del world.there("t").rows[1235]
    result = world.only()
    assert [(d.key, d.kind, d.columns) for d in result.differences] == [
        (("1234",), DifferenceKind.CHANGED, ("value",)),
        (("1235",), DifferenceKind.MISSING_ON_TARGET, ()),
    ]
    assert len(world.source.rows.questions("hashes")) == 1
    assert len(world.source.rows.questions("checksums")) < 100


def test_a_table_that_is_half_bad_costs_little_more_than_a_clean_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("comparison", "tally"):
        monkeypatch.setattr(f"migrate.stages.validate.{module}.CANDIDATES_MAX", 100)
    world = World(t=4_000)
    for number in range(0, 4_000, 2):
        world.there("t").rows[number] = "spoilt"
    result = world.only(most_differences=5)
    assert result.verdict is Verdict.DIFFERS
    assert len(result.differences) == 5
    assert "400 of 401 ranges differ" in result.reason
    assert result.source_rows == 4_000
    assert len(world.source.rows.questions("hashes")) <= 3 * 20
    assert len(world.source.rows.questions("hashes_of")) <= 3


def _sorts_unlike(world: World) -> None:
    world.here("t").key_order, world.there("t").key_order = "en_US 2.31", "en_US 2.36"


def _lies_apart(world: World) -> None:
    world.there("t").scattered = True


@pytest.mark.parametrize(("spoil", "order"), [(_sorts_unlike, "bytes"), (_lies_apart, "native")])
def test_ranges_that_no_index_serves_share_a_reading_for_each_worker(
    spoil: Callable[[World], None], order: str
) -> None:
    world = World(t=1000)
    spoil(world)
    for number in (7, 8, 900):
        world.there("t").rows[number] = "spoilt"
    result = world.only()
    assert [d.key for d in result.differences] == [("7",), ("8",), ("900",)]
    assert (result.chunks, result.source_rows) == (101, 1000)
    assert {chunk.order.value for chunks in world.source.rows.questions("checksums") for chunk in chunks} == {order}
    assert len(world.source.rows.questions("checksums")) == 3
    assert len(world.source.rows.questions("hashes")) == 2


def test_many_ranges_that_differ_and_no_index_serves_are_read_together() -> None:
    world = World(t=1000)
    _sorts_unlike(world)
    for number in range(5, 1000, 20):
        world.there("t").rows[number] = "spoilt"
    result = world.only()
    assert len(result.differences) == 50
    assert len(world.source.rows.questions("hashes")) == 3


def test_rows_without_a_key_are_counted() -> None:
    world = World(t=0)
    for one in (world.here("t"), world.there("t")):
        one.keyed = False
        one.rows = {n: f"v{n % 50}" for n in range(1000)}
    del world.there("t").rows[50]
    [difference] = world.only().differences
    assert difference.kind is DifferenceKind.MISSING_ON_TARGET


def test_frozen_sides_need_no_second_look() -> None:
    world = World(t=1000)
    world.there("t").rows[7] = "spoilt"
    result = world.only(frozen=True)
    assert [(d.key, d.columns) for d in result.differences] == [(("7",), ("value",))]
    assert world.settled == 0


def test_the_position_is_that_of_the_side_that_feeds_before_the_first_row_is_read() -> None:
    world = World(t=100)
    world.source.ends_at, world.target.ends_at = Position("1/2"), Position("9/9")
    assert world.only().position == "1/2"
    assert world.only(feeding=Side.TARGET).position == "9/9"
    world.source.ends_at = None
    result = world.only()
    assert (result.verdict, result.position) == (Verdict.MATCH, None)


def test_a_busy_server_is_told_of_by_the_calling_thread() -> None:
    world = World(t=200)
    world.target.busy = Load(3, 0.1)
    tellers: set[threading.Thread] = set()

    def emit(event: Event) -> None:
        tellers.add(threading.current_thread())
        world.events.append(event)

    report = world.compare(brake=BrakeLimits(active=2, rest=0.0), workers=2, emit=emit)
    assert report.verdict is Verdict.MATCH
    told = [event.text for event in world.events if isinstance(event, Noted)]
    assert told == [
        "the comparison gives way, 1 of 2 statements at once: statements of others on the target: 3, limit 2"
    ]
    assert tellers == {threading.current_thread()}


def test_what_the_brake_kept_waiting_is_asked_in_no_smaller_parts() -> None:
    """A statement is sized by what the servers took over it: a pause before it says nothing of its rows."""
    asked = []
    for brake in (None, BrakeLimits(active=0, slowdown=None)):
        world, clock = World(t=50_000), HandClock()
        world.target.busy = Load(9, 0.1)
        world.source.rows.before = lambda question, clock=clock: clock.sleep(1.0)
        assert world.compare(brake=brake, workers=1, clock=clock).verdict is Verdict.MATCH
        asked.append(len(world.source.rows.questions("checksums")))
    assert asked[0] == asked[1] < 100


def test_what_the_servers_take_over_a_table_is_measured_and_kept_over_a_break() -> None:
    world, clock, progress = World(t=5_000), HandClock(), MemoryProgress()

    def slow(question: Question) -> None:
        if question[0] == "checksums":
            clock.sleep(1.0)

    world.source.rows.before = slow
    took = [world.only(workers=1, clock=clock, progress=progress).seconds]
    assert took[0] == len(world.source.rows.questions("checksums")) > 1
    took.append(world.only(workers=1, clock=clock, progress=progress).seconds)
    assert took[0] == took[1], "gone on with, though nothing was left to compare"


def test_no_side_is_asked_more_at_once_than_there_are_workers() -> None:
    world = World(a=3000, b=3000)
    for rows in world.both:
        rows.before = lambda question: time.sleep(0.001)
    world.compare(workers=2)
    assert {rows.most_at_once for rows in world.both} <= {1, 2}


class Stopped(Exception):
    """What an impatient person sends."""


def _stop_in_the_middle(world: World, progress: MemoryProgress, asked: int) -> None:
    """A run that is killed once so many checksums were asked for and the progress was kept."""
    began = threading.Event()

    def count(question: Question) -> None:
        if len(world.source.rows.questions("checksums")) > asked:
            began.set()
            while not world.source.rows.cancelled.is_set():
                time.sleep(0.001)
            raise world.source.rows.failure(152)

    def save_and_stop(moved: Any) -> None:
        MemoryProgress.save(progress, moved)
        if began.is_set():
            raise Stopped

    world.source.rows.before = count
    progress.save = save_and_stop
    with pytest.raises(Stopped):
        world.compare(progress=progress)
    del progress.save
    for rows in world.both:
        rows.cancelled.clear()
        rows.asked.clear()
        rows.before = lambda question: None


def test_a_run_that_is_stopped_ends_both_sides_questions_and_the_next_goes_on() -> None:
    world, progress = World(t=5000, small=3), MemoryProgress()
    world.there("t").rows[1] = "spoilt"
    _stop_in_the_middle(world, progress, 12)
    noted = progress.kept[table("t")]
    assert noted.through is not None
    assert not noted.finished
    assert 0 < noted.source_rows == int(noted.through[0] or 0) + 1
    report = world.compare(progress=progress)
    result = next(result for result in report.tables if result.table == table("t"))
    assert [d.key for d in result.differences] == [("1",)]
    assert (result.source_rows, result.target_rows, result.chunks) == (5000, 5000, 501)
    bounds = [chunk.low for chunks in world.source.rows.questions("checksums") for chunk in chunks]
    assert min(int(low[0] or 0) for low in bounds if low is not None) >= int(noted.through[0] or 0)
    assert progress.kept[table("t")].finished


def test_a_finished_table_is_not_read_again_but_what_seemed_to_differ_is() -> None:
    world, progress = World(t=5000, small=3), MemoryProgress()
    world.there("t").rows[1] = "spoilt"
    first = world.compare(progress=progress)
    world.there("t").rows[1] = world.here("t").rows[1]
    for rows in world.both:
        rows.asked.clear()
    again = world.compare(progress=progress)
    assert [result.verdict for result in first.tables] == [Verdict.DIFFERS, Verdict.MATCH]
    assert [result.verdict for result in again.tables] == [Verdict.MATCH, Verdict.MATCH]
    assert again.rows == 5003
    assert not world.source.rows.questions("checksums")


def test_a_table_of_another_shape_begins_again() -> None:
    world, progress = World(t=5000), MemoryProgress()
    world.compare(progress=progress)
    world.here("t").form = world.there("t").form = "bytea"
    world.there("t").rows[1] = "spoilt"
    assert world.only(progress=progress).verdict is Verdict.DIFFERS


def test_progress_that_cannot_be_kept_ends_the_run() -> None:
    world, progress = World(t=5000), MemoryProgress()

    def lost(moved: Any) -> None:
        raise StateConflict("the lease was lost", code="STA-001")

    progress.save = lost
    with pytest.raises(StateConflict):
        world.compare(progress=progress)
    assert all(rows.cancelled.is_set() for rows in world.both)


def test_an_error_of_the_program_ends_the_run_and_is_told() -> None:
    world = World(a=5000, b=5000)

    def broken(question: Question) -> None:
        if question[0] == "checksums":
            raise ZeroDivisionError

    world.target.rows.before = broken
    with pytest.raises(ZeroDivisionError):
        world.compare()
