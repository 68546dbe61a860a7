"""The report in Prometheus's text format, for the textfile collector. Figures that are unknown have no sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from migrate.model.feed_status import FeedStatus, ReplicationReport

PREFIX = "aurora_migrate_replication_"
GAUGE, COUNTER = "gauge", "counter"
METRICS: Mapping[str, tuple[str, str]] = {
    "look_timestamp_seconds": (GAUGE, "When this was seen."),
    "task_running": (GAUGE, "1 while DMS says that the task runs."),
    "tables": (GAUGE, "Tables of a task by DMS's state."),
    "load_rows": (GAUGE, "Rows loaded."),
    "load_rows_estimated": (GAUGE, "Rows loaded and, by estimate, to be loaded."),
    "load_rows_per_second": (GAUGE, "Rows loaded per second, between two looks."),
    "load_eta_seconds": (GAUGE, "Until the load is done, at this rate."),
    "changes_per_second": (GAUGE, "Row changes applied per second, between two looks."),
    "lag_seconds": (GAUGE, 'A marker\'s way; with arrived="false" how long it is under way so far.'),
    "marker_age_seconds": (GAUGE, "Age of the last marker row, where none was written by the look."),
    "dms_metric": (GAUGE, "DMS's own CloudWatch metrics, newest point, in AWS's unit."),
    "apply_exceptions": (GAUGE, "Rows in awsdms_apply_exceptions."),
    "log_held_bytes": (GAUGE, "Log held on the disk of the side that is read."),
    "log_growth_bytes_per_second": (GAUGE, "By which that grows, between two looks."),
    "disk_free_bytes": (GAUGE, "What that disk can still take."),
    "disk_full_hours": (GAUGE, "Until it is full, at this growth."),
    "slot_held_bytes": (GAUGE, "Log that a slot holds."),
    "slot_active": (GAUGE, "1 while the slot is read."),
    "table_rows_loaded": (GAUGE, "Rows of a table that were loaded."),
    "table_changes_captured_total": (COUNTER, "Row changes of a table that DMS read."),
    "table_changes_applied_total": (COUNTER, "Row changes of a table that DMS applied."),
    "finding": (GAUGE, "1 for each finding that is open."),
}


@dataclass
class _Samples:
    """By metric, in the order of METRICS: the format wants a metric's samples together."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, value: float | None, /, **labels: str) -> None:
        if value is not None:
            told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
            self.found.setdefault(name, []).append(f"{PREFIX}{name}{{{told}}} {_number(value)}")

    def lines(self) -> Iterator[str]:
        for name, (kind, help_text) in METRICS.items():
            if name in self.found:
                yield f"# HELP {PREFIX}{name} {_help(help_text)}"
                yield f"# TYPE {PREFIX}{name} {kind}"
                yield from self.found[name]


def lines(report: ReplicationReport) -> list[str]:
    """Every sample with its HELP and TYPE."""
    samples = _Samples()
    samples.add("look_timestamp_seconds", report.at.timestamp(), migration=report.migration)
    for feed in report.feeds:
        _feed(samples, feed, {"migration": report.migration, "task": feed.task})
    for one in report.findings:
        samples.add("finding", 1, migration=report.migration, task=one.task, code=one.code, slug=one.slug,
                    severity=one.severity.value)  # fmt: skip
    return list(samples.lines())


def _feed(samples: _Samples, feed: FeedStatus, of: dict[str, str]) -> None:
    samples.add("task_running", float(feed.status == "running"), **of)
    for state, count in sorted(feed.states.items()):
        samples.add("tables", count, **of, state=state)
    for name, value in (
        ("load_rows", feed.rows_loaded), ("load_rows_estimated", feed.rows_estimated),
        ("load_rows_per_second", feed.load_rate), ("load_eta_seconds", feed.eta_seconds),
        ("changes_per_second", feed.apply_rate), ("apply_exceptions", feed.exception_rows),
    ):  # fmt: skip
        samples.add(name, value, **of)
    if feed.lag is not None:
        if feed.lag.fresh or not feed.lag.arrived:
            samples.add("lag_seconds", feed.lag.seconds, **of, arrived=str(feed.lag.arrived).lower())
        else:
            samples.add("marker_age_seconds", feed.lag.seconds, **of)
    for name, point in sorted((feed.metrics or {}).items()):
        samples.add("dms_metric", point.value, **of, name=name)
    if feed.log is not None:
        for name, value in (
            ("log_held_bytes", feed.log.held_bytes), ("log_growth_bytes_per_second", feed.log.growth),
            ("disk_free_bytes", feed.log.free_bytes), ("disk_full_hours", feed.log.hours_left),
        ):  # fmt: skip
            samples.add(name, value, **of)
        for slot in feed.log.slots:
            samples.add("slot_held_bytes", slot.held_bytes, **of, slot=slot.name)
            samples.add("slot_active", float(slot.active), **of, slot=slot.name)
    for table in feed.tables:
        name = str(table.table)
        samples.add("table_rows_loaded", table.rows_loaded, **of, table=name)
        samples.add("table_changes_captured_total", table.captured, **of, table=name)
        samples.add("table_changes_applied_total", table.applied, **of, table=name)


def _escaped(text: str) -> str:
    """A label's value."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _help(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
