"""DDL of the source while changes are followed: ChangeProcessingDdlHandlingPolicy (dms.md §5.2, §12, §18.19).

The log tells that a table was altered; what changed is read from the source's catalog, as it is now (assumption). A
statement that the target refuses follows TableErrorPolicy (assumption).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from migrate.sandbox.dms.mappings import Selection
from migrate.sandbox.dms.worker import reporting
from migrate.sandbox.dms.worker.altering import differences
from migrate.sandbox.dms.worker.apply import Applier
from migrate.sandbox.dms.worker.changes import Ddl
from migrate.sandbox.dms.worker.engine import Capture, Engine, Name, Progress, Session
from migrate.sandbox.dms.worker.errors import TaskFailedError
from migrate.sandbox.dms.worker.policies import Policies, Reaction
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import Settings

_SECTION = "ChangeProcessingDdlHandlingPolicy"


class DdlHandling:
    """Repeats on the target what the policy lets through."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        source: Session,
        target: Session,
        capture: Capture,
        applier: Applier,
        routes: dict[Name, Route[Any]],
        progress: Progress,
        policies: Policies,
        reporter: Reporter,
        *,
        select: Callable[[Name], Selection | None],
    ) -> None:
        """`select` finds the selection of a table that was not there when the task started."""
        self._engine = engine
        self._source = source
        self._target = target
        self._capture = capture
        self._applier = applier
        self._routes = routes
        self._progress = progress
        self._policies = policies
        self._reporter = reporter
        self._select = select
        self._alters = settings.flag(_SECTION, "HandleSourceTableAltered", True)
        self._drops = settings.flag(_SECTION, "HandleSourceTableDropped", True) and engine.carries_drop
        self._said: set[tuple[Name, str]] = set()

    def take(self, ddl: Ddl) -> None:
        """Follow one table's DDL, or say that it is not followed. Raises TaskFailedError or RecoverableError."""
        self._applier.drain()
        route = self._routes.get(ddl.table)
        if route is None:
            self._unknown(ddl)
            return
        if route.suspended:
            return
        route.statistics.ddls += 1
        done = False
        match ddl.verb:
            case "ALTER" if self._alters:
                done = self._altered(route)
            case "DROP" if self._drops:
                done = self._dropped(route)
            case "CREATE":
                done = self._created(route)
        if done:
            route.statistics.applied_ddls += 1
            self._reporter.log("INFO", f"{ddl.verb} TABLE of table '{ddl.table[0]}'.'{ddl.table[1]}' was replicated")
        else:
            self._not_carried(ddl)

    def _altered(self, route: Route[Any]) -> bool:
        after = self._engine.describe(self._source, [route.name]).get(route.name)
        if after is None or after.number != route.source.number:
            return False  # dropped since; another one of its name is still to come in the log
        route.target = self._engine.describe(self._target, [route.target_name]).get(route.target_name)
        changed = differences(route, after)
        if changed and not self._run(route, lambda: self._engine.alter(self._target, route, changed)):
            return False
        route.source = route.aligned = after
        route.target = self._engine.describe(self._target, [route.target_name]).get(route.target_name)
        self._applier.forget_statements()
        return bool(changed)

    def _dropped(self, route: Route[Any]) -> bool:
        now = self._engine.describe(self._source, [route.name]).get(route.name)
        if route.target is None or (now is not None and now.number == route.source.number):
            return False
        done = self._run(route, lambda: self._engine.drop(self._target, route))
        route.target = None if done else route.target
        return done

    def _created(self, route: Route[Any]) -> bool:
        """A table made again after its DROP, or one that the task found at its start before the log told of it."""
        now = self._engine.describe(self._source, [route.name]).get(route.name)
        if now is None:
            return False
        if route.target is not None:
            # The one before it was renamed, or its DROP not carried: this one takes its place there.
            route.source = replace(route.source, number=now.number)
            return False
        route.source = route.aligned = now
        found = self._engine.describe(self._target, [route.target_name]).get(route.target_name)
        route.target = found
        done = found is None and self._run(route, lambda: self._engine.create(self._target, route))
        self._applier.forget_statements()
        return done

    def _unknown(self, ddl: Ddl) -> None:
        """A table that is new to the task: taken when the mappings say so, with the columns it has now (assumption)."""
        selection = self._select(ddl.table)
        if selection is None:
            return
        new = ddl.verb == "CREATE" and ddl.table in self._engine.list_tables(self._source)
        found = self._engine.describe(self._source, [ddl.table]).get(ddl.table) if new else None
        if found is None:
            self._not_carried(ddl)
            return
        there = (selection.target_schema, selection.target_table)
        statistics = self._reporter.table(*ddl.table)
        route = Route(selection, found, self._engine.describe(self._target, [there]).get(there), statistics)
        statistics.ddls += 1
        self._routes[ddl.table] = route
        self._capture.follow(route)
        if route.target is None and self._run(route, lambda: self._engine.create(self._target, route)):
            statistics.applied_ddls += 1
        if not route.suspended:
            self._progress.completed.add(route.name)
            self._reporter.state(statistics, reporting.COMPLETED)

    def _run(self, route: Route[Any], work: Callable[[], None]) -> bool:
        try:
            self._applier.ddl(work)
        except self._engine.driver_error as error:
            failure = self._applier.sorted(error)
            if self._policies.for_table(failure) is Reaction.STOP_TASK:
                raise TaskFailedError(failure.text) from None
            self._applier.suspend(route, failure.text)
            return False
        return True

    def _not_carried(self, ddl: Ddl) -> None:
        if (ddl.table, ddl.verb) not in self._said:
            self._said.add((ddl.table, ddl.verb))
            schema, table = ddl.table
            self._reporter.log("WARNING", f"{ddl.verb} TABLE of table '{schema}'.'{table}' is not replicated")
