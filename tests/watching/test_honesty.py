"""Every lie is told where it shows, and only there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from checks.facts import TableName
from migrate.model.watching import (
    ControlTables,
    Counted,
    ExceptionsOf,
    KnownTable,
    Lag,
    LargeValue,
    LogStanding,
    Look,
    MetricPoint,
    SlotStanding,
)
from migrate.stages.replicate.watching.assemble import assemble
from migrate.stages.replicate.watching.honesty.judge import LIES
from migrate.stages.replicate.watching.words import STATES
from tests.watching.recorded import (
    AT,
    EVENTS,
    FEED,
    LOOK,
    NOTES,
    ORDERS,
    PROBES,
    TASK,
    TERMS,
    earlier,
    seen,
    table,
    told,
)

PAGE = Path(__file__).resolve().parents[2] / "docs/watching.md"


def stopped(reason: str, **more: Any) -> Look:
    return seen(task=told(status="stopped", stop_reason=reason, **more))


def paused(reason: str, hours: float) -> Look:
    terms = replace(TERMS, stopped_at=AT - timedelta(hours=hours))
    return seen(task=told(status="stopped", stop_reason=reason), terms=terms)


def loading(percent: int, *states: str) -> Any:
    tables = tuple(table(name, state) for name, state in zip((ORDERS, EVENTS, NOTES), states, strict=True))
    return told(full_load_percent=percent, tables=tables)


UNTOLD = KnownTable(80, True, told_apart=False)
"""It has a unique key, which PostgreSQL's log does not hold."""


def keyless(captured: int, applied: int, notes: KnownTable | None = None) -> Look:
    known = {**(FEED.known or {}), NOTES: notes or KnownTable(80, False)}
    tables = (table(NOTES, updates=captured, applied_updates=applied),)
    return seen(task=told(tables=tables), wanted=(NOTES,), known=known)


def metrics(minutes: float, value: float = 0.0) -> dict[str, MetricPoint]:
    return {"CDCLatencyTarget": MetricPoint(value, AT - timedelta(minutes=minutes))}


def counted(**figures: int) -> Look:
    healthy = {"source": 1240, "target": 1240, "loaded": 1200, "inserts": 40, "deletes": 0}
    return seen(counted={ORDERS: Counted(**{**healthy, **figures})})


def slot(*, lost: bool) -> LogStanding:
    one = SlotStanding(name="am_shop_witness_1", active=False, lost=lost, held_bytes=None)
    return LogStanding(held_bytes=0, held_by="slot x", slots=(one,))


def exceptions(rows: int) -> ControlTables:
    return ControlTables((ExceptionsOf(ORDERS, rows, "2026-11-27 03:30:01"),) if rows else (), {})


def growing(free: int | None, seconds: int = 60) -> tuple[Look, Look]:
    """A log that grows by 1 MB a second."""
    now = seen(log=LogStanding(held_bytes=seconds * 1_000_000, held_by="slot x"))
    before = earlier(now, float(seconds), log=LogStanding(held_bytes=0, held_by="slot x"))
    return replace(now, free_bytes=free, free_from="CloudWatch FreeStorageSpace"), before


LATE = Lag(400.0, arrived=False, fresh=False)
IN_ORDER_OR_TOLD = ("running", "starting", "stopping", "modifying", "testing", "moving", "stopped", "failed")
"""Statuses in which a task feeds, soon will, or of which another lie tells."""

TOLD: list[tuple[str, Look | tuple[Look, Look], str]] = [
    ("DMS101", seen(task=None, gone=True), "there is no DMS task shop-main-forward-0"),
    ("DMS101", seen(task=None, gone=True, unseen=("CloudWatch: DMS metrics refused",)), "there is no DMS task"),
    ("DMS102", stopped("FATAL_ERROR"), "cannot recover from"),
    ("DMS102", seen(task=told(status="failed", last_failure="Last Error …")), "DMS gives no reason"),
    ("DMS102", stopped("NORMAL", full_load_percent=66, tables=loading(66, *["Full load"] * 3).tables), "66 %"),
    ("DMS102", stopped("FULL_LOAD_ONLY_FINISHED", full_load_percent=40), "40 %"),
    ("DMS103", stopped("NORMAL"), "somebody asked it to stop"),
    ("DMS103", stopped("STOPPED_AFTER_FULL_LOAD"), "changes wait until it is resumed"),
    ("DMS103", seen(task=told(status="moving")), "moving to another replication instance"),
    ("DMS103", seen(task=told(status="modifying")), "being changed"),
    ("DMS103", seen(task=told(status="stopping")), "stopping"),
    ("DMS103", seen(task=told(status="testing")), "its premigration assessment runs"),
    ("DMS104", seen(task=None, unseen=("DMS: could not be reached",)), "could not be asked about shop-main-forward-0"),
    ("DMS105", seen(task=told(status="failed-move")), "`failed-move`: could not be moved"),
    ("DMS105", seen(task=told(status="ready", tables=())), "`ready`: made, and never started"),
    ("DMS105", seen(task=told(status="creating", tables=())), "`creating`: being made"),
    ("DMS105", seen(task=told(status="deleting")), "`deleting`: being deleted"),
    ("DMS105", seen(task=told(status="hibernated")), "`hibernated`: what that means is not known here"),
    ("DMS106", paused("NORMAL", hours=26), "somebody asked it to stop, 26.0 hours ago"),
    ("DMS106", paused("STOPPED_AT_COMMIT_TIME", hours=2), "2.0 hours ago"),
    ("DMS111", seen(task=loading(100, "Table error", "Table completed", "Table completed")), "1 table: shop.orders"),
    ("DMS111", seen(task=loading(100, "Table does not exist", "Table cancelled", "Table completed")), "2 tables"),
    ("DMS112", seen(control=ControlTables((), {ORDERS: "Suspended due to error"})), "shop.orders (Suspended"),
    ("DMS113", seen(task=loading(100, "Before load", "Table completed", "Table completed")), "shop.orders"),
    ("DMS113", seen(task=loading(33, "Before load", "Table completed", "Before load")), "2 tables"),
    ("DMS114", seen(wanted=(ORDERS, EVENTS, NOTES, TableName("shop", "hidden"))), "shop.hidden"),
    ("DMS115", seen(task=told(tables=())), "without statistics of any of 3 tables"),
    ("DMS115", seen(task=told(tables=(), full_load_percent=0)), "without statistics"),
    ("DMS121", keyless(0, 0), "1 table: shop.notes"),
    ("DMS122", (keyless(9, 4), earlier(keyless(9, 4))), "shop.notes (5 of 9)"),
    ("DMS122", (keyless(9, 4, UNTOLD), earlier(keyless(9, 4, UNTOLD))), "shop.notes (5 of 9)"),
    ("DMS131", seen(cut=("shop.notes.body",)), "shop.notes.body"),
    ("DMS132", seen(large=(LargeValue(NOTES, "body", 200_000_000),)), "shop.notes.body (195,312 KB"),
    ("DMS132", seen(terms=replace(TERMS, lob_kb_of={NOTES: 1}), large=(LargeValue(NOTES, "body", 1025),)), "1 KB"),
    ("DMS141", seen(probes=(PROBES, {**PROBES, "load/date": "2024-03-01"})), "date (load)"),
    ("DMS141", seen(probes=(PROBES, {"changes/timestamp": "2024-03-31 04:30:00.123456"})), "timestamp (changes)"),
    ("DMS151", seen(control=exceptions(3)), "shop.orders (3, last 2026-11-27 03:30:01 UTC)"),
    ("DMS161", seen(log=LogStanding(held_bytes=0, held_by="", gap="slot x begins later")), "slot x begins later"),
    ("DMS162", seen(log=slot(lost=True)), "am_shop_witness_1"),
    ("DMS171", counted(target=1100), "1,100 rows, 1,200 loaded"),
    ("DMS172", counted(source=1300), "1,300 rows, 1,200 loaded and 40 inserted"),
    ("DMS181", seen(metrics={}), "no latency"),
    ("DMS181", seen(metrics=metrics(45)), "45 minutes old"),
    ("DMS182", seen(lag=Lag(40.0, arrived=False, fresh=False)), "a marker is under way for 40 s"),
    ("DMS183", seen(lag=LATE, metrics=None), "a marker is under way for 400 s"),
    ("DMS183", seen(lag=LATE, metrics={}), "a marker is under way for 400 s"),
    ("DMS183", seen(lag=LATE, metrics=metrics(0, value=390.0)), "a marker is under way for 400 s"),
    ("DMS191", growing(free=36_000_000_000), "full in 10.0 hours"),
]
SILENT: list[tuple[str, Look | tuple[Look, Look]]] = [
    *((lie.code, LOOK) for lie in LIES),
    ("DMS101", seen(task=None, unseen=("DMS: could not be reached",))),  # another tells that it could not be asked
    ("DMS102", stopped("NORMAL")),
    ("DMS103", seen(task=told(status="starting"))),
    ("DMS103", paused("NORMAL", hours=26)),  # another tells it
    ("DMS104", seen(task=None, gone=True, unseen=("CloudWatch: DMS metrics refused",))),
    *(("DMS105", seen(task=told(status=status))) for status in IN_ORDER_OR_TOLD),
    ("DMS106", paused("NORMAL", hours=0.5)),
    ("DMS106", paused("STOPPED_AFTER_FULL_LOAD", hours=26)),  # indexes are built
    ("DMS106", paused("FATAL_ERROR", hours=26)),
    ("DMS106", stopped("NORMAL")),
    ("DMS106", seen(terms=replace(TERMS, stopped_at=AT - timedelta(hours=26)))),  # runs again
    ("DMS102", stopped("STOPPED_AFTER_FULL_LOAD")),
    ("DMS103", seen(task=told(status="ready", tables=()))),
    ("DMS112", seen(task=loading(100, "Table error", *["Table completed"] * 2),
                    control=ControlTables(None, {ORDERS: "x"}))),
    ("DMS113", seen(task=loading(33, "Before load", "Full load", "Table completed"))),
    ("DMS113", seen(task=loading(0, *["Before load"] * 3), terms=replace(TERMS, started_at=AT))),
    ("DMS114", seen(task=told(tables=()))),
    ("DMS115", seen(task=told(tables=()), terms=replace(TERMS, started_at=AT - timedelta(minutes=2)))),
    ("DMS115", seen(task=told(tables=(), status="starting"))),
    ("DMS122", (keyless(9, 4), earlier(keyless(4, 4)))),  # under way: read since the look before
    ("DMS132", seen(terms=replace(TERMS, lob_kb=None), large=(LargeValue(NOTES, "body", 2**30),))),
    ("DMS141", seen(probes=({}, {}))),
    ("DMS141", seen(probes=(PROBES, {"load/date": "2024-02-29"}))),  # no change has arrived yet
    ("DMS162", seen(log=slot(lost=False))),
    ("DMS171", counted(target=1150, deletes=50)),
    ("DMS181", seen(metrics={}, terms=replace(TERMS, started_at=AT - timedelta(minutes=2)))),
    ("DMS181", seen(metrics={}, task=told(status="stopped", stop_reason="NORMAL"))),
    ("DMS181", seen(metrics=None)),
    ("DMS182", seen(lag=Lag(40.0, arrived=False, fresh=False), metrics=metrics(0, value=38.0))),
    ("DMS182", seen(lag=Lag(4000.0, arrived=True, fresh=False))),
    ("DMS183", seen(lag=LATE)),  # DMS182 tells it
    ("DMS183", seen(lag=Lag(40.0, arrived=False, fresh=False), metrics=None)),
    ("DMS183", seen(lag=Lag(4000.0, arrived=True, fresh=False), metrics=None)),
    ("DMS183", seen(lag=LATE, metrics=None, task=told(status="stopped", stop_reason="NORMAL"))),
    ("DMS191", growing(free=360_000_000_000)),
    ("DMS191", growing(free=None)),
    ("DMS191", growing(free=36_000_000_000, seconds=10)),  # a burst
]  # fmt: skip


def codes(looks: Look | tuple[Look, Look]) -> dict[str, str]:
    now, before = looks if isinstance(looks, tuple) else (looks, None)
    return {one.code: one.seen for one in assemble(now, before).findings}


@pytest.mark.parametrize(("code", "looks", "words"), TOLD, ids=[f"{code}-{n}" for n, (code, *_) in enumerate(TOLD)])
def test_a_lie_is_told(code: str, looks: Look | tuple[Look, Look], words: str) -> None:
    found = codes(looks)
    assert code in found
    assert words in found[code]


@pytest.mark.parametrize(("code", "looks"), SILENT, ids=[f"{code}-{n}" for n, (code, _) in enumerate(SILENT)])
def test_what_is_no_lie_is_not_told(code: str, looks: Look | tuple[Look, Look]) -> None:
    assert code not in codes(looks)


def test_the_healthy_look_has_nothing_to_tell() -> None:
    assert codes((LOOK, earlier(LOOK))) == {}


def test_every_lie_is_shown_once_at_least() -> None:
    assert {code for code, *_ in TOLD} == {lie.code for lie in LIES}


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.code)
def test_every_lie_says_why_what_to_do_and_whence_and_is_in_the_docs(lie: Any) -> None:
    assert lie.why
    assert lie.remedy
    assert "dms.md §" in lie.source
    assert f"`{lie.code}`" in PAGE.read_text(encoding="utf-8")
    assert lie.slug in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("status", [*STATES, "stopped", "failed", "gone", "a literal that AWS added"])
def test_of_a_task_that_feeds_nobody_nothing_is_silent(status: str) -> None:
    """But for one that is being started."""
    found = codes(seen(task=None, gone=True) if status == "gone" else seen(task=told(status=status)))
    assert bool(found) == (status != "starting")


def test_codes_and_slugs_are_one_of_a_kind() -> None:
    assert len({lie.code for lie in LIES}) == len(LIES) == len({lie.slug for lie in LIES})


def test_a_sentence_names_a_few_tables_and_the_list_has_all() -> None:
    many = tuple(table(TableName("s", f"t{n}"), "Table error") for n in range(2000))
    (found,) = [one for one in assemble(seen(task=told(tables=many), wanted=())).findings if one.code == "DMS111"]
    assert "2,000 tables" in found.seen
    assert "and 1,995 more" in found.seen
    assert len(found.objects) == 2000


def test_the_worst_is_told_first() -> None:
    found = assemble(seen(task=TASK, control=exceptions(1), metrics={}, known={NOTES: KnownTable(1, False)})).findings
    assert [one.severity.value for one in found] == ["blocker", "warning", "notice"]
