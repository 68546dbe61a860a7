"""A healthy look, as it was recorded in a sandbox while an application wrote, and ways to spoil it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from checks.facts import TableName
from migrate.model.database import Side
from migrate.model.replication import ReplicationTask, TableStatistics
from migrate.model.watching import (
    ControlTables,
    FeedLook,
    KnownTable,
    Lag,
    LogStanding,
    Look,
    MetricPoint,
    SlotStanding,
    TaskTerms,
)

AT = datetime(2026, 11, 27, 3, 36, 29, tzinfo=UTC)
SLOT = "4egn6ptmrnwpkgilhsrn6kl5sp_00016402_83693c9c143f"
ORDERS, EVENTS, NOTES = (TableName("shop", name) for name in ("orders", "events", "notes"))
PROBES = {"load/date": "2024-02-29", "changes/timestamp": "2024-03-31 02:30:00.123456"}


def table(name: TableName, state: str = "Table completed", **counts: Any) -> TableStatistics:
    return TableStatistics(table=name, state=state, validation_state="Not enabled", **counts)


TASK = ReplicationTask(
    identifier="shop-main-forward-0",
    arn="arn:aws:dms:eu-central-1:123456789012:task:4EGN6PTMRNWPKGILHSRN6KL5SP",
    status="running",
    full_load_percent=100,
    tables_loaded=3,
    tables=(
        table(ORDERS, full_load_rows=1200, inserts=40, updates=7, applied_inserts=40, applied_updates=7),
        table(EVENTS, full_load_rows=760, inserts=90, applied_inserts=90),
        table(NOTES, full_load_rows=80),
        table(TableName("aurora_migrate", "marker_forward_main"), inserts=3, applied_inserts=3),
    ),
)
TERMS = TaskTerms(
    external_id="4EGN6PTMRNWPKGILHSRN6KL5SP",
    instance="aurora-migrate-shop",
    started_at=AT - timedelta(hours=2),
    load_ended_at=AT - timedelta(hours=2, minutes=5),
    lob_kb=102400,
)
FEED = FeedLook(
    identifier=TASK.identifier,
    wanted=(ORDERS, EVENTS, NOTES),
    task=TASK,
    terms=TERMS,
    metrics={name: MetricPoint(0.0, AT - timedelta(seconds=29)) for name in ("CDCLatencySource", "CDCLatencyTarget")},
    cut=(),
    known={ORDERS: KnownTable(1240, True), EVENTS: KnownTable(850, True), NOTES: KnownTable(80, True)},
    control=ControlTables((), {}),
    lag=Lag(0.03, arrived=True, fresh=True),
    log=LogStanding(
        held_bytes=56,
        held_by=f"slot {SLOT}",
        slots=(SlotStanding(name=SLOT, active=True, lost=False, held_bytes=56),),
    ),
    probes=(PROBES, PROBES),
)
LOOK = Look(at=AT, migration="shop", leaving=Side.SOURCE, feeds=(FEED,))


def seen(**changes: Any) -> Look:
    """The healthy look with other values of its feed."""
    return replace(LOOK, feeds=(replace(FEED, **changes),))


def told(**changes: Any) -> ReplicationTask:
    return replace(TASK, **changes)


def earlier(look: Look, seconds: float = 10.0, **changes: Any) -> Look:
    """The look before that one."""
    return replace(look, at=look.at - timedelta(seconds=seconds), feeds=(replace(look.feeds[0], **changes),))
