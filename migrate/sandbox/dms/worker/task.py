"""The life of one running task: attempts, each of which discovers, loads what is not loaded, and captures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any

from migrate.sandbox.dms import mappings
from migrate.sandbox.dms.worker import reporting
from migrate.sandbox.dms.worker.apply import Applier
from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.ddl import DdlHandling
from migrate.sandbox.dms.worker.engine import Capture, Engine, Name, Progress, Session, Snapshot
from migrate.sandbox.dms.worker.engines import engine_of
from migrate.sandbox.dms.worker.errors import RecoverableError, Stopped, TaskFailedError
from migrate.sandbox.dms.worker.interrupting import Interruption
from migrate.sandbox.dms.worker.load import FullLoad
from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.policies import Policies
from migrate.sandbox.dms.worker.processing import Barrier, ChangeProcessing
from migrate.sandbox.dms.worker.reloading import Reloads
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.requests import Requests
from migrate.sandbox.dms.worker.retrying import Retries
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import TaskSpec
from migrate.sandbox.dms.worker.stop_position import StopPosition
from migrate.sandbox.dms.worker.stopping import StopSignal
from migrate.sandbox.dms.worker.validation import NOT_ENABLED, PENDING, Validation

NO_TABLES = (
    "No tables were found at task initialization. Either the selected table(s) or schemas(s) no longer exist or no"
    " match was found for the table selection pattern(s). If you would like to start a Task that does not initially"
    " capture any tables, set Task Setting FailOnNoTablesCaptured to false and restart task."
)


class Task:
    """Runs a task to its end. What must survive an interrupted attempt is kept here; the rest is on the servers."""

    def __init__(self, spec: TaskSpec, reporter: Reporter, stop: StopSignal, requests: Requests) -> None:
        self._spec = spec
        self._reporter = reporter
        self._stop = stop
        self._requests = requests
        self._engine: Engine = engine_of(spec, reporter)
        self._policies = Policies(spec.settings)
        self._lobs = LobLimit.of(spec, reporter)
        self._retries = Retries(spec.settings)
        self._routes: dict[tuple[str, str], Route[Any]] = {}
        self._progress = Progress(anchored=spec.resumes)
        if spec.resumes:
            self._progress.completed = set(spec.completed_tables)
        self._checkpoint = ""
        self._running = False
        self._load_begun = spec.resumes
        self._followed = False
        self._load_finished = spec.resumes and bool(spec.completed_tables)

    def run(self) -> str:
        """Run until the end; returns the stop reason. Raises TaskFailedError."""
        try:
            while True:
                try:
                    self._attempt()
                except RecoverableError as error:
                    self._stop.check()  # the stop itself may have ended a statement
                    seconds = self._retries.seconds(error)
                    self._reporter.log("WARNING", f"{error}; trying again in {seconds:g} seconds")
                    self._stop.wait(seconds)
        except Stopped as stopped:
            return stopped.reason
        except mappings.MappingError as error:
            raise TaskFailedError(error.message) from None
        finally:
            if self._checkpoint and self._spec.captures:
                self._reporter.checkpoint(self._checkpoint)
            self._reporter.tick(final=True)

    def _attempt(self) -> None:
        self._stop.check()
        engine = self._engine
        try:
            with ExitStack() as stack:
                source = stack.enter_context(closing(engine.connect_source(self._spec.source)))
                target = stack.enter_context(closing(engine.connect_target(self._spec.target)))
                self._discover(source, target)
                if not self._running:
                    self._running = True
                    self._reporter.event("running")
                    self._reporter.tick()
                control = engine.control_tables(self._spec, target)
                control.ensure()
                if self._spec.only_validates:
                    self._only_validate()
                if not self._spec.captures:
                    self._load_only(source)
                capture = engine.capture(
                    self._spec, source, control, self._lobs, self._reporter, self._stop, self._progress
                )
                stack.enter_context(closing(capture))
                self._replicate(stack, source, target, capture, control)
        except engine.driver_error as error:
            raise engine.failure(error).raised from None

    def _discover(self, source: Session, target: Session) -> None:
        """The tables of the mappings, with both their sides."""
        rules = mappings.parse(self._spec.table_mappings)
        there = self._engine.list_tables(source)
        selections = rules.select(there, target_schema=self._target_schema())
        if not selections and self._spec.settings.flag("ErrorBehavior", "FailOnNoTablesCaptured", False):
            raise TaskFailedError(NO_TABLES)
        for missing in rules.missing(there):
            self._reporter.table(*missing).state = reporting.MISSING
        names = {(one.schema, one.table): one for one in selections}
        sources = self._engine.describe(source, names)
        targets = self._engine.describe(target, [(one.target_schema, one.target_table) for one in selections])
        self._routes = {}
        for name, selection in names.items():
            if name not in sources:
                continue
            statistics = self._reporter.table(*name)
            if statistics.state == reporting.MISSING:
                statistics.state = reporting.BEFORE_LOAD
            if name in self._progress.completed or not self._spec.loads or self._spec.only_validates:
                # A cdc-only or validation-only task shows its tables as completed from the start (assumption).
                statistics.state = reporting.COMPLETED
            if self._spec.validates and statistics.validation_state == NOT_ENABLED:
                statistics.validation_state = PENDING
            there_now = targets.get((selection.target_schema, selection.target_table))
            route = Route(selection, sources[name], there_now, statistics, suspended=name in self._progress.suspended)
            if route.suspended:
                statistics.state = reporting.ERROR
            self._routes[name] = route

    def _target_schema(self) -> str:
        named = self._spec.settings.text("TargetMetadata", "TargetSchema")
        return named or self._engine.only_schema(self._spec.target)

    def _selection(self, name: Name) -> mappings.Selection | None:
        """What the mappings make of one table."""
        rules = mappings.parse(self._spec.table_mappings)
        return next(iter(rules.select([name], target_schema=self._target_schema())), None)

    def _unfinished(self, source: Session) -> list[Route[Any]]:
        """What is to be loaded: every table not completed, and with it those whose rows hang together with its own."""
        if not self._spec.loads:
            return []
        kept = self._progress.completed | self._progress.suspended
        if kept >= self._routes.keys():
            return []
        groups = self._engine.groups(source, list(self._routes.values()))
        whole = [group for group in groups if any(route.name not in kept for route in group)]
        return [route for group in whole for route in group if route.name not in self._progress.suspended]

    def _load_only(self, source: Session) -> None:
        """A full-load task: one snapshot for all tables (assumption: the service promises none)."""
        routes = self._unfinished(source)
        if routes:
            self._load_from_plain_snapshot(source, routes)
        self._reload_what_was_asked_for(source)
        if self._spec.validates:
            self._validation().once()
            while self._reload_what_was_asked_for(source):
                self._validation().once()
        raise Stopped("FULL_LOAD_ONLY_FINISHED")

    def _reload_what_was_asked_for(self, source: Session) -> bool:
        """ReloadTables of a full-load task, until nothing more is asked for; whether anything was."""
        asked = False
        while names := self._requests.reloads():
            asked = True
            routes = [route for name, route in self._routes.items() if name in names]
            for route in routes:
                route.suspended = False
                self._progress.suspended.discard(route.name)
                route.statistics.begin_anew()
                self._reporter.state(route.statistics, reporting.RELOADING)
            self._load_from_plain_snapshot(source, routes)
        return asked

    def _only_validate(self) -> None:
        """A validation-only task: full-load compares once, cdc until it is stopped (dms.md §13)."""
        validation = self._validation()
        if not self._spec.captures:
            validation.once()
            raise Stopped("FULL_LOAD_ONLY_FINISHED")
        with closing(validation):
            validation.start()
            while True:
                self._stop.wait(0.2)
                self._reporter.tick()

    def _validation(
        self, *, position: Callable[[Session], int] | None = None, reached: Callable[[], int] = lambda: 0
    ) -> Validation:
        return Validation(
            self._engine, self._spec, self._routes, self._reporter, self._requests, position=position, reached=reached
        )

    def _load_from_plain_snapshot(self, source: Session, routes: list[Route[Any]]) -> None:
        with closing(self._engine.plain_snapshot(self._spec, source, self._lobs, routes, self._stop)) as snapshot:
            self._load(source, routes, snapshot, again=self._load_begun)

    def _load(
        self, source: Session, routes: list[Route[Any]], snapshot: Snapshot, *, again: bool, hold: bool = False
    ) -> None:
        """Load tables; with `hold` their completion is told later."""

        def loaded(route: Route[Any]) -> None:
            if not hold:
                self._complete(route)

        self._load_begun = True
        self._progress.completed -= {route.name for route in routes}
        groups = self._engine.groups(source, routes)
        FullLoad(self._engine, self._reporter, self._stop, self._policies, self._lobs).run(
            groups, snapshot, again=again, loaded=loaded
        )
        self._progress.suspended |= {route.name for route in routes if route.suspended}

    def _complete(self, route: Route[Any]) -> None:
        self._progress.completed.add(route.name)
        self._reporter.state(route.statistics, reporting.COMPLETED)

    def _replicate(
        self, stack: ExitStack, source: Session, target: Session, capture: Capture, control: ControlTables
    ) -> None:
        fresh = capture.begin()
        if fresh:
            # What came while the start waited for open transactions is neither in the stream nor known yet.
            self._discover(source, target)
        self._note(capture)
        unfinished = self._unfinished(source)
        waiting: list[Route[Any]] = []
        loaded_up_to = {name: capture.loaded_up_to(route) for name, route in self._routes.items()}
        caught_up_at = 0
        if unfinished:
            control.status("FULL LOAD", checkpoint=self._checkpoint)
            with closing(capture.snapshot(source, unfinished, fresh=fresh)) as snapshot:
                self._note(capture)
                if fresh:
                    self._reporter.checkpoint(self._checkpoint)
                self._load(source, unfinished, snapshot, again=self._load_begun, hold=not fresh)
                loaded_up_to |= {route.name: snapshot.loaded_up_to(route) for route in unfinished}
            if not fresh:
                waiting = [route for route in unfinished if not route.suspended]
                caught_up_at = snapshot.until
        elif fresh:
            self._reporter.checkpoint(self._checkpoint)
        cached_up_to = capture.current_position(source) if unfinished or not self._load_finished else 0
        # A table that was being loaded again when an attempt failed is no full load to pause after.
        first = bool(unfinished) and not self._followed
        ended = self._ends_after_load(first)
        if ended and not waiting:
            raise Stopped("STOPPED_AFTER_FULL_LOAD")
        self._load_finished = self._followed = True
        applier, processing, reloads = self._followers(stack, source, target, capture, control)
        processing.loaded_up_to = loaded_up_to

        def caught_up() -> None:
            # Only now is the checkpoint past the reloaded tables' snapshot.
            self._reporter.checkpoint(self._checkpoint)
            for route in waiting:
                if not route.suspended:
                    self._complete(route)
            if ended:
                raise Stopped("STOPPED_AFTER_FULL_LOAD")

        def exact() -> None:
            applier.repeats = False

        def conflicts_count() -> None:
            applier.ignore_conflicts = False

        def cached_applied() -> None:
            if first and self._spec.settings.flag("FullLoadSettings", "StopTaskCachedChangesApplied"):
                raise Stopped("STOPPED_AFTER_CACHED_EVENTS")

        repeated_up_to = max(self._progress.overlap, caught_up_at)
        ignored_up_to = cached_up_to if self._policies.ignores_conflicts() else 0
        applier.repeats = repeated_up_to > self._progress.position
        applier.ignore_conflicts = ignored_up_to > self._progress.position
        processing.barriers = [
            Barrier(position, reached)
            for position, reached in sorted(
                [
                    (caught_up_at if waiting else 0, caught_up),
                    (repeated_up_to, exact),
                    (ignored_up_to, conflicts_count),
                    (cached_up_to, cached_applied),
                ],
                key=lambda pair: pair[0],
            )
            if position
        ]
        if self._spec.validates:
            validation = self._validation(position=capture.current_position, reached=lambda: self._progress.position)
            stack.enter_context(closing(validation)).start()
        control.status("CHANGE PROCESSING", checkpoint=self._checkpoint)
        capture.start(self._progress.position, list(self._routes.values()))
        try:
            processing.run()
        finally:
            reloads.close()
            self._progress.suspended |= {route.name for route in self._routes.values() if route.suspended}
            self._not_running(control)

    def _followers(
        self, stack: ExitStack, source: Session, target: Session, capture: Capture, control: ControlTables
    ) -> tuple[Applier, ChangeProcessing, Reloads]:
        """What follows the stream, DDL and reloads included."""
        session = self._engine.apply_session(self._spec, target, control)
        stack.enter_context(closing(Interruption(self._engine, session, self._stop)))
        applier = Applier(
            self._engine,
            session,
            control,
            self._policies,
            self._reporter,
            batches=self._spec.settings.flag("TargetMetadata", "BatchApplyEnabled"),
        )
        processing = ChangeProcessing(
            self._engine,
            capture,
            applier,
            control,
            self._reporter,
            self._stop,
            self._routes,
            self._lobs,
            position=self._progress.position,
            poll_seconds=self._spec.poll_seconds,
            stop_position=StopPosition.parse(self._spec.stop_position),
            committed=lambda position: self._committed(capture, position),
            pace=self._spec.pace,
        )
        processing.ddl = DdlHandling(
            self._engine,
            self._spec.settings,
            source,
            target,
            capture,
            applier,
            self._routes,
            self._progress,
            self._policies,
            self._reporter,
            select=self._selection,
        ).take

        def reloaded(route: Route[Any]) -> None:
            self._reporter.checkpoint(self._checkpoint)
            self._complete(route)

        reloads = Reloads(
            self._engine,
            self._spec,
            source,
            capture,
            control,
            applier,
            processing,
            self._routes,
            self._progress,
            self._reporter,
            self._requests,
            load=lambda: FullLoad(
                self._engine, self._reporter, self._stop, self._policies, self._lobs, state=reporting.RELOADING
            ),
            completed=reloaded,
        )

        def between() -> None:
            capture.beat()
            reloads.look()

        processing.between = between
        return applier, processing, reloads

    def _note(self, capture: Capture) -> None:
        """Keep the text of the position, which only the capture can make."""
        self._checkpoint = capture.checkpoint(self._progress.position) if self._progress.position else ""

    def _committed(self, capture: Capture, position: int) -> None:
        self._progress.position = position
        self._note(capture)
        self._retries.succeeded()

    def _not_running(self, control: ControlTables) -> None:
        try:
            control.status("NOT RUNNING", checkpoint=self._checkpoint)
        except self._engine.driver_error:
            self._reporter.log("WARNING", "awsdms_status could not be written")

    def _ends_after_load(self, loaded: bool) -> bool:
        return loaded and self._spec.settings.flag("FullLoadSettings", "StopTaskCachedChangesNotApplied")
