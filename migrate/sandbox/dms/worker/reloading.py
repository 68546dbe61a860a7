"""ReloadTables: tables loaded again beside the running capture (dms.md §2 step 11, §7, §15).

A thread takes a snapshot and copies; meanwhile the tables' own changes are set aside, and those that the snapshot does
not hold are applied afterwards. Other tables go on as if nothing were. The definitions read before are used again
(§15). A task that ends in between loads the tables again when it is resumed (assumption).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from migrate.sandbox.dms.worker import reporting
from migrate.sandbox.dms.worker.apply import Applier
from migrate.sandbox.dms.worker.changes import Change, Ddl
from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.engine import Capture, Engine, Name, Progress, Session
from migrate.sandbox.dms.worker.errors import RecoverableError, Stopped, TaskFailedError
from migrate.sandbox.dms.worker.load import FullLoad
from migrate.sandbox.dms.worker.processing import Barrier, ChangeProcessing
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.requests import Requests
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import TaskSpec
from migrate.sandbox.dms.worker.spool import Spool

END_SECONDS = 10.0
"""How long the end of an abandoned load is waited for."""


class Reload:
    """One load beside the capture, and the changes of its tables meanwhile."""

    def __init__(self, engine: Engine, spec: TaskSpec, capture: Capture, load: FullLoad) -> None:
        self._engine = engine
        self._spec = spec
        self._capture = capture
        self._load = load
        self._spool = Spool()
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None
        self.routes: dict[Name, Route[Any]] = {}
        self.loaded_up_to: dict[Name, int] = {}
        self.until = 0

    def start(self, groups: Sequence[list[Route[Any]]]) -> None:
        """Begin to load the groups' tables."""
        self.routes = {route.name: route for group in groups for route in group}
        self._thread = threading.Thread(target=self._work, args=(groups,), daemon=True)
        self._thread.start()

    @property
    def finished(self) -> bool:
        """Whether the load is over, well or not."""
        return self._thread is not None and not self._thread.is_alive()

    def holds(self, route: Route[Any]) -> bool:
        """Whether the table's changes are to be set aside."""
        return route.name in self.routes

    def set_aside(self, position: int, route: Route[Any], change: Change | Ddl) -> None:
        """Keep a change for later; `position` is its transaction's."""
        self._spool.add((position, route.name, change))

    def replay(self, take: Callable[[int, Route[Any], Change | Ddl], None]) -> None:
        """Give back what the snapshot does not hold. Raises what ended the load."""
        if self._failure is not None:
            raise self._failure
        for position, name, change in self._spool.read():
            # The load knew nothing of DDL, whenever that was.
            if isinstance(change, Ddl) or position > self.loaded_up_to[name]:
                take(position, self.routes[name], change)
        self._spool.close()

    def abandon(self) -> None:
        """End the load from outside."""
        self._load.abandon(Stopped("NORMAL"))
        if self._thread is not None:
            self._thread.join(END_SECONDS)

    def _work(self, groups: Sequence[list[Route[Any]]]) -> None:
        try:
            with closing(self._engine.connect_source(self._spec.source)) as source:
                routes = list(self.routes.values())
                with closing(self._capture.snapshot(source, routes, fresh=False)) as snapshot:
                    self._load.run(groups, snapshot, again=True, loaded=lambda route: None)
                    self.loaded_up_to = {name: snapshot.loaded_up_to(route) for name, route in self.routes.items()}
                    self.until = snapshot.until
        except (RecoverableError, TaskFailedError, Stopped) as error:
            self._failure = error
        except self._engine.driver_error as error:
            self._failure = self._engine.failure(error).raised
        except Exception as error:  # a thread must not end in silence
            self._failure = TaskFailedError(f"The reload stopped abnormally: {type(error).__name__}: {error}")


class Reloads:
    """The reloads of one attempt, one after the other. `look` is called between two transactions."""

    def __init__(
        self,
        engine: Engine,
        spec: TaskSpec,
        source: Session,
        capture: Capture,
        control: ControlTables,
        applier: Applier,
        processing: ChangeProcessing,
        routes: dict[Name, Route[Any]],
        progress: Progress,
        reporter: Reporter,
        requests: Requests,
        *,
        load: Callable[[], FullLoad],
        completed: Callable[[Route[Any]], None],
    ) -> None:
        self._engine = engine
        self._spec = spec
        self._source = source
        self._capture = capture
        self._control = control
        self._applier = applier
        self._processing = processing
        self._routes = routes
        self._progress = progress
        self._reporter = reporter
        self._requests = requests
        self._load = load
        self._completed = completed

    def look(self) -> None:
        """Begin what was asked for, end what is loaded. Raises what ended a load.

        What is loaded counts as such behind a barrier; a load that began before it would be taken for done by it.
        """
        current = self._processing.reload
        if current is None:
            if not self._processing.barriers and (names := self._requests.reloads()):
                self._begin(names)
        elif current.finished:
            self._end(current)

    def close(self) -> None:
        """The attempt is over: so is its load."""
        if self._processing.reload is not None:
            self._processing.reload.abandon()

    def _begin(self, names: Sequence[Name]) -> None:
        asked = {name for name in names if name in self._routes}
        groups = self._engine.groups(self._source, list(self._routes.values()))
        groups = [group for group in groups if any(route.name in asked for route in group)]
        if not groups:
            return
        for route in (route for group in groups for route in group):
            if route.suspended:
                self._control.unsuspend(route.name)
                self._capture.forgive(route)
            route.suspended = False
            self._progress.suspended.discard(route.name)
            self._progress.completed.discard(route.name)
            route.statistics.begin_anew()
            self._reporter.state(route.statistics, reporting.RELOADING)
        reload = Reload(self._engine, self._spec, self._capture, self._load())
        reload.start(groups)
        self._processing.reload = reload

    def _end(self, reload: Reload) -> None:
        """Apply what was set aside; the tables are completed when the stream is past their snapshot."""
        self._processing.reload = None
        names = set(reload.routes)
        inexact = any(reload.until > position for position in reload.loaded_up_to.values())
        if inexact:
            self._applier.overlapping |= names
        reload.replay(self._processing.catch_up)
        self._processing.caught_up()
        self._processing.loaded_up_to |= reload.loaded_up_to
        self._progress.suspended |= {route.name for route in reload.routes.values() if route.suspended}

        def passed() -> None:
            self._applier.overlapping -= names
            for route in reload.routes.values():
                if not route.suspended:
                    self._completed(route)

        self._processing.after(Barrier(reload.until, passed))
