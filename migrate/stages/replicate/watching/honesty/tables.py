"""Lies about tables that are not where the task's progress says."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Severity
from migrate.model.replication import TableState
from migrate.stages.replicate.watching.honesty.lie import Lie, Seen, Subject, listed

BAD = frozenset({TableState.ERROR, TableState.CANCELLED, TableState.DOES_NOT_EXIST})
WAITING_SECONDS = 900.0
"""A running task that loads nothing leaves no table waiting for so long."""


def _errors(subject: Subject) -> Iterator[Seen]:
    task = subject.feed.task
    bad = [] if task is None else [one for one in task.tables if one.state in BAD]
    if task is not None:
        names = (f"{one.table} ({one.state})" for one in bad)
        yield from listed(f"given up while the task is {task.status}: {{tables}}: {{names}}", names)


def _suspended(subject: Subject) -> Iterator[Seen]:
    """Only what the statistics do not tell."""
    task, control = subject.feed.task, subject.feed.control
    if task is None or control is None or control.suspended is None:
        return
    told = {one.table for one in task.tables if one.state in BAD}
    hidden = (
        f"{table} ({why})" if why else str(table) for table, why in control.suspended.items() if table not in told
    )
    yield from listed("suspended, though the statistics do not say so: {tables}: {names}", hidden)


def _waiting(subject: Subject) -> Iterator[Seen]:
    task, terms = subject.feed.task, subject.feed.terms
    if task is None or task.status != "running" or any(one.state == TableState.FULL_LOAD for one in task.tables):
        return
    began = None if terms is None else terms.started_at
    waited = began is not None and (subject.look.at - began).total_seconds() > WAITING_SECONDS
    if task.full_load_percent >= 100 or waited:
        waiting = (one.table for one in task.tables if one.state == TableState.BEFORE_LOAD)
        yield from listed("at `Before load` while nothing is being loaded: {tables}: {names}", waiting)


def _missing(subject: Subject) -> Iterator[Seen]:
    task = subject.feed.task
    if task is None or not task.tables or task.full_load_percent < 100:
        return
    known = {one.table for one in task.tables}
    absent = (table for table in subject.feed.wanted if table not in known)
    yield from listed(
        f"DMS says {task.full_load_percent} %, and does not know {{tables}} to be moved: {{names}}",
        absent,
    )


def _untold(subject: Subject) -> Iterator[Seen]:
    task = subject.feed.task
    if task is not None and task.status == "running" and not task.tables and subject.feed.wanted and subject.settled:
        yield Seen(f"running, without statistics of any of {len(subject.feed.wanted):,} tables")


def _excepted(subject: Subject) -> Iterator[Seen]:
    control = subject.feed.control
    found = () if control is None else control.exceptions or ()
    names = (f"{one.table} ({one.rows:,}, last {one.last_at} UTC)" for one in found)
    rows = sum(one.rows for one in found)
    yield from listed(f"{rows:,} rows in awsdms_apply_exceptions, of {{tables}}: {{names}}", names)


LIES = (
    Lie(
        code="DMS111",
        slug="table-given-up",
        severity=Severity.BLOCKER,
        find=_errors,
        why="A table that fails is suspended and the task goes on: its rows stay as they are, and its status says"
        " nothing of it. A marker passes it by.",
        remedy="Mend the cause that the task's log names, then reload the table; compare it with: aurora-migrate"
        " validate --tables TABLE",
        source="AWS DMS User Guide, TaskSettings.ErrorHandling, TableErrorPolicy (dms.md §7)",
    ),
    Lie(
        code="DMS112",
        slug="table-suspended-unseen",
        severity=Severity.BLOCKER,
        find=_suspended,
        why="awsdms_suspended_tables is where DMS keeps which tables it does not apply changes to any more.",
        remedy="Reload the table, then compare it with: aurora-migrate validate --tables TABLE",
        source="AWS DMS User Guide, TaskSettings.ControlTable (dms.md §7)",
    ),
    Lie(
        code="DMS113",
        slug="before-load-for-ever",
        severity=Severity.BLOCKER,
        find=_waiting,
        why="The progress counts what was loaded. A table that was never begun is not on the other side at all.",
        remedy="Read the task's log for the table; reload it, or stop the task and resume it.",
        source="AWS DMS API, TableStatistics.TableState (dms.md §7)",
    ),
    Lie(
        code="DMS114",
        slug="complete-without-tables",
        severity=Severity.BLOCKER,
        find=_missing,
        why="A task succeeds with what its mapping and its rights let it see: a table that it cannot see is no error.",
        remedy="Check the rights of DMS's login and the names in the mapping; then load anew.",
        source="AWS DMS User Guide, CHAP_Troubleshooting (dms.md §18.13)",
    ),
    Lie(
        code="DMS115",
        slug="no-statistics",
        severity=Severity.WARNING,
        find=_untold,
        why="What becomes of each table is told by DMS's statistics alone: without them a task that moves nothing looks"
        " like one that is well.",
        remedy="Read the task's log, and its mapping; if a heartbeat does not arrive either (replicate status"
        " --heartbeat): aurora-migrate replicate stop, then resume.",
        source="AWS DMS API, DescribeTableStatistics (dms.md §7)",
    ),
    Lie(
        code="DMS151",
        slug="changes-not-applied",
        severity=Severity.BLOCKER,
        find=_excepted,
        why="Under LOG_ERROR a change that cannot be applied is written there and forgotten: nothing else shows it.",
        remedy="Read the rows, mend or reload the tables they name, delete the rows, then: aurora-migrate validate",
        source="AWS DMS User Guide, TaskSettings.ControlTable (dms.md §7)",
    ),
)
