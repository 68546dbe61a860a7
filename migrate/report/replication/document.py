"""The report as JSON values; all tables stand in it. Unknown is null."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from migrate.model.feed_status import FeedStatus, HonestyFinding, LogStatus, ReplicationReport, TableStatus


def body(report: ReplicationReport) -> dict[str, Any]:
    return {
        "migration": report.migration,
        "at": _time(report.at),
        "feeding": report.leaving.value,
        "seconds_between_looks": _rounded(report.seconds),
        "summary": {
            "tasks": len(report.feeds),
            "tables": sum(len(feed.tables) for feed in report.feeds),
            "blocker": report.blockers,
            "warning": sum(one.severity.value == "warning" for one in report.findings),
            "notice": sum(one.severity.value == "notice" for one in report.findings),
        },
        "tasks": [_feed(feed) for feed in report.feeds],
        "findings": [_finding(one) for one in report.findings],
        "changed": None if report.changed is None else list(report.changed),
    }


def _feed(feed: FeedStatus) -> dict[str, Any]:
    lag, metrics, exceptions = feed.lag, feed.metrics, feed.exceptions
    return {
        "task": feed.task,
        "status": feed.status,
        "words": feed.words,
        "stop_reason": feed.stop_reason,
        "last_failure": feed.last_failure,
        "load": {
            "percent": feed.percent,
            "rows": feed.rows_loaded,
            "rows_estimated": feed.rows_estimated,
            "rows_per_second": _rounded(feed.load_rate),
            "eta_seconds": _rounded(feed.eta_seconds),
        },
        "changes_per_second": _rounded(feed.apply_rate),
        "lag": None
        if lag is None
        else {"seconds": _rounded(lag.seconds), "arrived": lag.arrived, "written_by_this_look": lag.fresh},
        "metrics": None
        if metrics is None
        else {name: {"value": one.value, "at": _time(one.at)} for name, one in sorted(metrics.items())},
        "apply_exceptions": None
        if exceptions is None
        else [{"table": str(one.table), "rows": one.rows, "last_at": one.last_at} for one in exceptions],
        "log": None if feed.log is None else _log(feed.log),
        "states": dict(feed.states),
        "validation": dict(feed.validation),
        "tables": [_table(one) for one in feed.tables],
        "unseen": list(feed.unseen),
    }


def _log(log: LogStatus) -> dict[str, Any]:
    return {
        "held_bytes": log.held_bytes,
        "held_by": log.held_by,
        "growth_bytes_per_second": _rounded(log.growth),
        "free_bytes": log.free_bytes,
        "free_from": log.free_from,
        "hours_left": _rounded(log.hours_left),
        "slots": [
            {"name": one.name, "active": one.active, "lost": one.lost, "held_bytes": one.held_bytes}
            for one in log.slots
        ],
    }


def _table(one: TableStatus) -> dict[str, Any]:
    return {
        "table": str(one.table),
        "state": one.state,
        "rows_loaded": one.rows_loaded,
        "rows_estimated": one.rows_estimated,
        "rows_per_second": _rounded(one.load_rate),
        "eta_seconds": _rounded(one.eta_seconds),
        "changes_captured": one.captured,
        "changes_applied": one.applied,
        "changes_per_second": _rounded(one.apply_rate),
        "validation": one.validation,
        "suspended": one.suspended or None,
    }


def _finding(one: HonestyFinding) -> dict[str, Any]:
    return {
        "code": one.code,
        "slug": one.slug,
        "severity": one.severity.value,
        "task": one.task,
        "seen": one.seen,
        "why": one.why,
        "remedy": one.remedy,
        "source": one.source,
        "objects": list(one.objects),
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
