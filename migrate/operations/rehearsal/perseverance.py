"""Carries a stage through the faults that were set in it: once more, after what was broken works again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from migrate.errors import Interrupted, MigrateError
from migrate.events import Noted
from migrate.model.replication import GIVEN_UP
from migrate.operations import feed_changes, history, names, replicate
from migrate.operations.rehearsal.injector import Injector
from migrate.operations.rehearsal.timeline import Timeline, told
from migrate.wiring.session import Session

OWN_SCHEMA = "aurora_migrate"
RELOADS = 2
"""A row that was refused may be changed once more just before its table is loaded: that exception outlives one reload.
"""


@dataclass(frozen=True)
class Perseverance:
    """A stage that met no fault is run once, as without it."""

    session: Session
    timeline: Timeline
    faults: Injector

    def through(self, name: str, act: Callable[[], None], again: Callable[[], None] | None = None) -> None:
        """Run a stage; if it fails under a fault, clear it, go on as an operator would, and run `again` (or `act`).

        Raises MigrateError when no fault was set, or the second attempt fails too: then the fault ended the rehearsal.
        """
        try:
            with self.timeline.stage(name):
                act()
        except Interrupted:
            raise
        except MigrateError as problem:
            if not self.faults.met:
                raise
            self._note(name, problem)
            self._second(name, again or act)
        else:
            if self.faults.met:
                self.faults.observe(f"{name}: done")
        self.faults.close()

    def proven(self, prove: Callable[[], None]) -> None:
        """What was proven while a fault stood is proven once more without it: its consequences may have come later."""
        prove()
        if self.faults.met:
            self.faults.clear()
            prove()

    def _second(self, name: str, again: Callable[[], None]) -> None:
        try:
            self.faults.clear()
            with self.timeline.stage(f"{name}, again"):
                self._mend()
                again()
        except Interrupted:
            raise
        except MigrateError as problem:
            self.faults.observe(f"{name}, again, ended with {problem.code}: {problem.message}")
            self.faults.gave_up()
            raise
        self.faults.observe(f"{name}, again: done")

    def _mend(self) -> None:
        """Resume a task that stands, load anew what the target refused. What an open run needs it does itself."""
        journal = self.session.history
        if history.following(journal) is None or history.open_run(journal, *history.HANDOVERS):
            return
        if any(task.status != "running" for task in replicate.status(self.session)):
            replicate.resume(self.session)
            self.faults.observe("the task was resumed")
        if history.last_done(journal, *history.HANDOVERS) is not None:
            return
        for _ in range(RELOADS):
            if refused := self._refused():
                feed_changes.reload(self.session, refused)
                self.faults.observe(f"loaded again: {', '.join(refused)}")

    def _refused(self) -> list[str]:
        """Tables that lack changes: DMS wrote an exception, or follows the table no more."""
        control = self.session.target.feed.control(names.CONTROL_SCHEMA, task="")  # exceptions are of every task
        found = {str(one.table) for one in (control.exceptions if control else None) or ()}
        for task in replicate.status(self.session):
            found |= {str(one.table) for one in task.tables if one.state in GIVEN_UP}
        return sorted(found)

    def _note(self, name: str, problem: MigrateError) -> None:
        self.session.emit(Noted(f"{name}: {told(problem)}", warning=True))
        self.faults.refused(name, problem)

    def look(self) -> None:
        """How the feeding tasks are, as DMS tells it: into what was observed."""
        for task in replicate.status(self.session):
            why = task.last_failure or task.stop_reason
            self.faults.observe(f"{task.identifier} is {task.status}{': ' + why if why else ''}")

    def busiest(self) -> str | None:
        """The table of the migration that most changes reached, as `schema.table`; None when no task has any."""
        tables = [
            (one.applied_inserts + one.applied_updates, one.full_load_rows, f"{one.table.schema}.{one.table.name}")
            for task in replicate.status(self.session)
            for one in task.tables
            if one.table.schema != OWN_SCHEMA
        ]
        return max(tables)[2] if tables else None
