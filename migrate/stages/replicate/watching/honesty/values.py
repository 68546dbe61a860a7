"""Lies about values: cut, or moved to another time zone."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Severity
from migrate.stages.replicate.watching.honesty.lie import Lie, Seen, Subject, listed


def _cut(subject: Subject) -> Iterator[Seen]:
    yield from listed("values that DMS cut, by its log: {names}", subject.feed.cut or ())


def _too_large(subject: Subject) -> Iterator[Seen]:
    terms = subject.feed.terms
    if terms is None:
        return
    found = (
        f"{one.table}.{one.column} ({one.bytes / 1024:,.0f} KB, the limit is {limit:,} KB)"
        for one in subject.feed.large or ()
        if (limit := terms.lob_limit(one.table)) is not None and one.bytes > limit * 1024
    )
    yield from listed("values above the task's LOB limit: {names}", found)


def _shifted(subject: Subject) -> Iterator[Seen]:
    if subject.feed.probes is None:
        return
    read, fed = subject.feed.probes
    wrong = (name for name in sorted(read) if name in fed and read[name] != fed[name])
    names = (f"{kind} ({carried})" for carried, _, kind in (name.partition("/") for name in wrong))
    yield from listed("probe values that arrived as another time: {names}", names)


LIES = (
    Lie(
        code="DMS131",
        slug="values-cut",
        severity=Severity.BLOCKER,
        find=_cut,
        why="In limited LOB mode a longer value is cut, a line in the log is all that is said, and the table is"
        " `Table completed`. On PostgreSQL every text and json column is a LOB.",
        remedy="Raise the task's lob_max_kb above the largest value (replicate status --deep measures it), or give the"
        ' table lob = "unlimited", and: aurora-migrate replicate apply-settings. Then: aurora-migrate replicate reload'
        " TABLE, after which the line counts no more.",
        source="AWS DMS User Guide, CHAP_Tasks.LOBSupport (dms.md §5.3, §18.3)",
    ),
    Lie(
        code="DMS132",
        slug="values-above-limit",
        severity=Severity.BLOCKER,
        find=_too_large,
        why="What is longer than the limit arrives cut, or fails the table, when it is loaded or next changed.",
        remedy='Raise the task\'s lob_max_kb above the largest value, or give the table lob = "unlimited", and:'
        " aurora-migrate replicate apply-settings. Then: aurora-migrate replicate reload TABLE",
        source="AWS DMS User Guide, CHAP_Tasks.LOBSupport (dms.md §5.3)",
    ),
    Lie(
        code="DMS141",
        slug="time-zone-shift",
        severity=Severity.BLOCKER,
        find=_shifted,
        why="The load and the change capture convert times each in their own way: TIMESTAMP goes to UTC, DATETIME does"
        " not, and the endpoint's ServerTimezone acts on one of them. Rows look right, hours off.",
        remedy="Name the source's zone in [source] time_zone, and load anew; compare with: aurora-migrate validate",
        source="AWS DMS User Guide, Source.MySQL and Target.MySQL (dms.md §10)",
    ),
)
