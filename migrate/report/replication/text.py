"""The report for a person: fits 80 columns, names only tables that somebody has to look at."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator

from checks.finding import Severity
from migrate.model.feed_status import FeedStatus, HonestyFinding, LogStatus, ReplicationReport, TableStatus
from migrate.model.visible import LAYOUT, visible
from migrate.model.watching import Lag
from migrate.report.replication.amounts import amount, bytes_of, duration

WIDTH = 80
MOST_TABLES = 20
INDENT = 14


def lines(report: ReplicationReport) -> list[str]:
    """The whole report."""
    if not report.feeds:
        return [f"{report.migration}: nothing is replicated", "next: aurora-migrate status"]
    found: list[str] = [f"{report.migration} at {report.at:%Y-%m-%d %H:%M:%S} UTC, fed by the {report.leaving.value}"]
    for feed in report.feeds:
        found += ["", *_feed(feed, report)]
    if report.findings:
        counts = Counter(one.severity.value for one in report.findings)
        found += ["", "findings: " + ", ".join(f"{count} {severity}" for severity, count in counts.items())]
        for finding in report.findings:
            found += ["", *_finding(finding)]
    return found


def line(report: ReplicationReport) -> str:
    """One look in one line, for a log."""
    if not report.feeds:
        return f"{report.at:%H:%M:%S} nothing is replicated"
    codes = ", ".join(dict.fromkeys(one.code for one in report.findings if one.severity is not Severity.NOTICE))
    tail = f"; findings: {codes}" if codes else ""
    return f"{report.at:%H:%M:%S} " + "; ".join(_short(feed) for feed in report.feeds) + tail


def _short(feed: FeedStatus) -> str:
    parts = [f"{feed.task} {feed.words}"]
    if feed.load_rate:
        parts.append(f"{feed.rows_loaded:,} rows loaded, {feed.load_rate:,.0f}/s")
    if feed.lag is not None:
        parts.append(f"lag {_lag(feed.lag)}")
    if feed.apply_rate is not None:
        parts.append(f"{feed.apply_rate:,.0f} changes/s")
    if feed.log is not None:
        parts.append(f"{bytes_of(feed.log.held_bytes)} of log held")
    return ", ".join(parts)


def _feed(feed: FeedStatus, report: ReplicationReport) -> Iterator[str]:
    yield from _wrapped(f"task {feed.task}: {feed.words}", "  ")
    if feed.last_failure and feed.status != "running":
        yield from _field("last error", feed.last_failure)
    yield from _field("load", _load(feed))
    yield from _field("tables", ", ".join(f"{count:,} {state}" for state, count in sorted(feed.states.items())))
    yield from _field("lag", "no marker was written yet" if feed.lag is None else _lag(feed.lag))
    yield from _field("DMS says", _metrics(feed, report))
    yield from _field("changes", _changes(feed))
    if feed.log is not None:
        yield from _field(f"{report.leaving.value} log", _log(feed.log))
    for unseen in feed.unseen:
        yield from _field("not seen", unseen)
    shown = [one for one in feed.tables if one.interesting]
    if shown:
        yield ""
        yield f"  {'table':<34} {'state':<18} {'loaded':>8} {'rows/s':>6} {'behind':>7}"
        shown.sort(key=_weight)
        yield from (_row(one) for one in shown[:MOST_TABLES])
        if len(shown) > MOST_TABLES:
            yield f"  and {len(shown) - MOST_TABLES:,} more; --format json has all"


def _load(feed: FeedStatus) -> str:
    done = f"{feed.rows_loaded:,} rows"
    if not feed.rows_estimated or feed.rows_estimated <= feed.rows_loaded:
        return f"{done}, DMS says {feed.percent} %"
    share = 100 * feed.rows_loaded / feed.rows_estimated
    text = f"{_bar(share)} {share:.0f} % of about {amount(feed.rows_estimated)} rows"
    if feed.load_rate:
        text += f", {feed.load_rate:,.0f} rows/s"
    return text if feed.eta_seconds is None else f"{text}, {duration(feed.eta_seconds)} left"


def _bar(share: float, cells: int = 20) -> str:
    filled = min(cells, int(share / 100 * cells))
    return "█" * filled + "░" * (cells - filled)


def _lag(lag: Lag) -> str:
    if lag.fresh:
        return (
            f"{lag.seconds:.2f} s by a heartbeat"
            if lag.arrived
            else f"a heartbeat is under way for {lag.seconds:.0f} s"
        )
    age = duration(lag.seconds)
    return (
        f"the last marker, {age} old, has arrived" if lag.arrived else f"at least {age}: the last marker is under way"
    )


def _metrics(feed: FeedStatus, report: ReplicationReport) -> str:
    if feed.metrics is None:
        return "its metrics could not be seen"
    if not feed.metrics:
        return "nothing: no metric has a point of late"
    names = (("CDCLatencySource", "source {:.1f} s"), ("CDCLatencyTarget", "target {:.1f} s"),
             ("CDCIncomingChanges", "{:,.0f} changes wait"))  # fmt: skip
    said = [words.format(feed.metrics[name].value) for name, words in names if name in feed.metrics]
    newest = max(one.at for one in feed.metrics.values())
    return f"{', '.join(said) or 'no latency'}, {duration(max(0.0, (report.at - newest).total_seconds()))} ago"


def _changes(feed: FeedStatus) -> str:
    rate = "" if feed.apply_rate is None else f"{feed.apply_rate:,.0f} rows/s applied, "
    rows = feed.exception_rows
    exceptions = "apply exceptions not seen" if rows is None else f"{rows:,} apply exceptions"
    validation = ", ".join(f"{count:,} {state}" for state, count in sorted(feed.validation.items()))
    return f"{rate}{exceptions}; DMS's validation: {validation or 'says nothing'}"


def _log(log: LogStatus) -> str:
    text = f"{bytes_of(log.held_bytes)} held by {log.held_by}"
    if log.growth:
        text += f", {'+' if log.growth > 0 else '-'}{bytes_of(abs(log.growth) * 3600)} an hour"
    if log.free_bytes is not None:
        text += f", {bytes_of(log.free_bytes)} free by {log.free_from}"
    return text if log.hours_left is None else f"{text}: full in {duration(log.hours_left * 3600)}"


def _row(one: TableStatus) -> str:
    state = f"{one.state} !" if one.suspended else one.state
    rate = one.load_rate if one.load_rate else one.apply_rate
    behind = amount(max(0, one.captured - one.applied))
    speed = "" if rate is None else amount(rate)
    table, loaded = visible(str(one.table)), amount(one.rows_loaded)
    return f"  {_cut(table, 34):<34} {_cut(state, 18):<18} {loaded:>8} {speed:>6} {behind:>7}"


def _weight(one: TableStatus) -> tuple[int, int, str]:
    """What is wrong first, then what moves."""
    wrong = one.state not in ("Table completed", "Full load", "Before load") or bool(one.suspended)
    return (0 if wrong else 1, one.applied - one.captured, str(one.table))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width // 2 - 1]}…{text[-(width - width // 2) :]}"


def _finding(one: HonestyFinding) -> Iterator[str]:
    yield from _wrapped(f"{one.severity.value} {one.code} {one.slug}: {one.seen}", "  ")
    yield from _field("why", one.why)
    yield from _field("do", one.remedy)


def _field(name: str, text: str) -> Iterator[str]:
    yield from _wrapped(f"  {name:<{INDENT - 2}}{text}", " " * INDENT)


def _wrapped(text: str, indent: str) -> list[str]:
    text = visible(text, LAYOUT)
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False, drop_whitespace=True) or [text]
