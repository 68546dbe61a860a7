"""The life of one running task: attempts, each of which discovers, loads what is not loaded, and captures."""

from __future__ import annotations

from contextlib import ExitStack, closing

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from migrate.sandbox.dms import mappings
from migrate.sandbox.dms.worker import capture, catalog, reporting
from migrate.sandbox.dms.worker.apply import Applier
from migrate.sandbox.dms.worker.connection import connect_source, connect_target
from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.errors import RecoverableError, Stopped, TaskFailedError, is_recoverable, words
from migrate.sandbox.dms.worker.load import FullLoad
from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.policies import Policies
from migrate.sandbox.dms.worker.positions import PositionError, format_checkpoint, format_lsn, parse_position
from migrate.sandbox.dms.worker.processing import Barrier, ChangeProcessing
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.retrying import Retries
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import TaskSpec
from migrate.sandbox.dms.worker.stop_position import StopPosition
from migrate.sandbox.dms.worker.stopping import StopSignal

NO_TABLES = (
    "No tables were found at task initialization. Either the selected table(s) or schemas(s) no longer exist or no"
    " match was found for the table selection pattern(s). If you would like to start a Task that does not initially"
    " capture any tables, set Task Setting FailOnNoTablesCaptured to false and restart task."
)


class Task:
    """Runs a task to its end. What must survive an interrupted attempt is kept here; the rest is on the servers."""

    def __init__(self, spec: TaskSpec, reporter: Reporter, stop: StopSignal) -> None:
        self._spec = spec
        self._reporter = reporter
        self._stop = stop
        self._policies = Policies(spec.settings)
        self._retries = Retries(spec.settings)
        self._routes: dict[tuple[str, str], Route] = {}
        self._completed: set[tuple[str, str]] = set(spec.completed_tables) if spec.resumes else set()
        self._suspended: set[tuple[str, str]] = set()
        self._position = 0
        self._running = False
        self._slot_ready = spec.resumes
        self._load_begun = spec.resumes
        self._load_finished = spec.resumes and bool(spec.completed_tables)

    def run(self) -> str:
        """Run until the end; returns the stop reason. Raises TaskFailedError."""
        try:
            while True:
                try:
                    self._attempt()
                except RecoverableError as error:
                    seconds = self._retries.seconds(error)
                    self._reporter.log("WARNING", f"{error}; trying again in {seconds:g} seconds")
                    self._stop.wait(seconds)
        except Stopped as stopped:
            return stopped.reason
        except mappings.MappingError as error:
            raise TaskFailedError(error.message) from None
        finally:
            if self._position and self._spec.captures:
                self._reporter.checkpoint(format_checkpoint(self._position))
            self._reporter.tick(final=True)

    def _attempt(self) -> None:
        self._stop.check()
        try:
            with ExitStack() as stack:
                source = stack.enter_context(closing(connect_source(self._spec.source)))
                target = stack.enter_context(closing(connect_target(self._spec.target)))
                self._discover(source, target)
                if not self._running:
                    self._running = True
                    self._reporter.event("running")
                    self._reporter.tick()
                control = ControlTables(self._spec, target)
                control.ensure()
                if not self._spec.captures:
                    self._load_only(source)
                replication = capture.Replication(connect_source(self._spec.source, replication=True), self._stop)
                stack.enter_context(closing(replication))
                self._replicate(source, target, replication, control)
        except psycopg.Error as error:
            raise (RecoverableError(words(error)) if is_recoverable(error) else TaskFailedError(words(error))) from None

    def _discover(self, source: Connection[TupleRow], target: Connection[TupleRow]) -> None:
        """The tables of the mappings, with both their sides."""
        rules = mappings.parse(self._spec.table_mappings)
        there = catalog.list_tables(source)
        target_schema = self._spec.settings.text("TargetMetadata", "TargetSchema")
        selections = rules.select(there, target_schema=target_schema)
        if not selections and self._spec.settings.flag("ErrorBehavior", "FailOnNoTablesCaptured", False):
            raise TaskFailedError(NO_TABLES)
        for missing in rules.missing(there):
            self._reporter.table(*missing).state = reporting.MISSING
        names = {(one.schema, one.table): one for one in selections}
        sources = catalog.describe(source, {name: there[name] for name in names})
        targets = catalog.describe(
            target, catalog.find_tables(target, [(one.target_schema, one.target_table) for one in selections])
        )
        self._routes = {}
        for name, table in sources.items():
            selection = names[name]
            statistics = self._reporter.table(*name)
            if name in self._completed or not self._spec.loads:
                # A cdc-only task shows its tables as completed from the start (assumption).
                statistics.state = reporting.COMPLETED
            there_now = targets.get((selection.target_schema, selection.target_table))
            route = Route(selection, table, there_now, statistics, suspended=name in self._suspended)
            if route.suspended:
                statistics.state = reporting.ERROR
            self._routes[name] = route

    def _unfinished(self) -> list[Route]:
        if not self._spec.loads:
            return []
        return [route for name, route in self._routes.items() if name not in self._completed | self._suspended]

    def _load_only(self, source: Connection[TupleRow]) -> None:
        """A full-load task: one snapshot for all tables (assumption: the service promises none)."""
        source.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = source.execute("SELECT pg_catalog.pg_export_snapshot()").fetchone()
        self._load(self._unfinished(), row[0] if row else "", again=self._load_begun)
        raise Stopped("FULL_LOAD_ONLY_FINISHED")

    def _load(self, routes: list[Route], snapshot: str, *, again: bool, hold: bool = False) -> None:
        """Load tables; with `hold` their completion is told later."""

        def loaded(route: Route) -> None:
            if not hold:
                self._complete(route)

        self._load_begun = True
        if routes:
            FullLoad(self._spec, self._reporter, self._stop, self._policies).run(
                routes, snapshot, again=again, loaded=loaded
            )
        self._suspended |= {route.name for route in routes if route.suspended}

    def _complete(self, route: Route) -> None:
        self._completed.add(route.name)
        self._reporter.state(route.statistics, reporting.COMPLETED)

    def _replicate(
        self,
        source: Connection[TupleRow],
        target: Connection[TupleRow],
        replication: capture.Replication,
        control: ControlTables,
    ) -> None:
        unfinished = self._unfinished()
        slot, snapshot, fresh = self._slot(source, replication, control)
        waiting: list[Route] = []
        loaded_at = self._position
        if unfinished:
            control.status("FULL LOAD", position=self._position)
            if fresh:
                self._load(unfinished, snapshot, again=self._load_begun)
            else:
                loaded_at = self._reload(unfinished)
                waiting = [route for route in unfinished if not route.suspended]
        loaded_up_to = capture.current_position(source) if unfinished or not self._load_finished else 0
        ended = self._ends_after_load(bool(unfinished))
        if ended and not waiting:
            raise Stopped("STOPPED_AFTER_FULL_LOAD")
        self._load_finished = True
        applier = Applier(target, control, self._policies, self._reporter)
        processing = ChangeProcessing(
            replication,
            applier,
            control,
            self._reporter,
            self._stop,
            self._routes,
            LobLimit.of(self._spec, self._reporter),
            position=self._position,
            poll_seconds=self._spec.poll_seconds,
            stop_position=StopPosition.parse(self._spec.stop_position),
            committed=self._committed,
        )
        processing.excluded = {route.name for route in waiting}

        def caught_up() -> None:
            # From here the reloaded tables' changes count; the checkpoint is past their snapshot.
            processing.excluded = set()
            self._reporter.checkpoint(format_checkpoint(self._position))
            for route in waiting:
                self._complete(route)
            if ended:
                raise Stopped("STOPPED_AFTER_FULL_LOAD")

        def cached_applied() -> None:
            applier.ignore_conflicts = False
            if unfinished and self._spec.settings.flag("FullLoadSettings", "StopTaskCachedChangesApplied"):
                raise Stopped("STOPPED_AFTER_CACHED_EVENTS")

        if waiting:
            processing.barriers.append(Barrier(loaded_at, caught_up))
        if loaded_up_to:
            applier.ignore_conflicts = self._policies.ignores_conflicts()
            processing.barriers.append(Barrier(loaded_up_to, cached_applied))
        control.status("CHANGE PROCESSING", position=self._position)
        replication.start(slot, self._position)
        try:
            processing.run()
        finally:
            self._suspended |= {route.name for route in self._routes.values() if route.suspended}
            self._not_running(control)

    def _committed(self, position: int) -> None:
        self._position = position
        self._retries.succeeded()

    def _not_running(self, control: ControlTables) -> None:
        try:
            control.status("NOT RUNNING", position=self._position)
        except psycopg.Error:
            self._reporter.log("WARNING", "awsdms_status could not be written")

    def _ends_after_load(self, loaded: bool) -> bool:
        return loaded and self._spec.settings.flag("FullLoadSettings", "StopTaskCachedChangesNotApplied")

    def _reload(self, routes: list[Route]) -> int:
        """Load tables of an interrupted run in a snapshot of their own; returns that snapshot's position.

        A temporary slot gives a snapshot together with the exact position it stands for.
        """
        helper = capture.Replication(connect_source(self._spec.source, replication=True), self._stop)
        with closing(helper):
            name = capture.slot_name(self._spec.task_id, self._spec.source.database)[:50] + "_reload"
            position, snapshot = helper.create_slot(name, temporary=True)
            self._load(routes, snapshot, again=True, hold=True)
        return position

    def _slot(
        self, source: Connection[TupleRow], replication: capture.Replication, control: ControlTables
    ) -> tuple[str, str, bool]:
        """The slot to stream from, an exported snapshot when it is new, and whether it is new; sets the position."""
        own = capture.slot_name(self._spec.task_id, self._spec.source.database)
        named = str(self._spec.source.settings.get("SlotName") or "") if not self._spec.loads else ""
        if self._spec.start_position and not self._slot_ready:
            self._start_position(source, control, named)
            return named, "", False
        slot = named or own
        if named and not self._slot_ready:
            # A named slot without a position: from where the slot stands (assumption).
            self._position = self._state(source, named).confirmed
            control.forget()
            self._slot_ready = True
            return named, "", False
        known = capture.slot_state(source, slot)
        never_loaded = self._spec.loads and not self._completed
        if not self._slot_ready or (never_loaded and not named):
            # A restart recreates the slot (dms.md §2); so does a resume of a load of which nothing was kept.
            replication.drop_slot(slot)
            control.forget()
            self._position, snapshot = replication.create_slot(slot, export=self._spec.loads)
            self._slot_ready = True
            self._reporter.checkpoint(format_checkpoint(self._position))
            return slot, snapshot, True
        if known is None:
            raise TaskFailedError(
                f'Replication slot "{slot}" does not exist on the source, the task cannot be resumed.'
            )
        self._position = max(self._position, known.confirmed, control.checkpoint() or 0, self._told_checkpoint())
        control.unsuspend()
        return slot, "", False

    def _start_position(self, source: Connection[TupleRow], control: ControlTables, slot: str) -> None:
        """A native CDC start: the slot must exist and not have gone past the position (dms.md §9)."""
        try:
            position = parse_position(self._spec.start_position or "")
        except PositionError as error:
            raise TaskFailedError(f"Invalid CDC start position: {error}.") from None
        if not slot:
            raise TaskFailedError(
                "A native CDC start point needs SlotName in the PostgreSQL source endpoint's settings."
            )
        confirmed = self._state(source, slot).confirmed
        if position < confirmed:
            raise TaskFailedError(
                f"The CDC start position {format_lsn(position)} is older than the confirmed_flush_lsn"
                f" {format_lsn(confirmed)} of replication slot '{slot}'."
            )
        self._position = position
        control.forget()
        self._slot_ready = True

    def _state(self, source: Connection[TupleRow], slot: str) -> capture.SlotState:
        state = capture.slot_state(source, slot)
        if state is None:
            raise TaskFailedError(f'Replication slot "{slot}" does not exist on the source.')
        if state.plugin != "test_decoding":
            raise TaskFailedError(f'Replication slot "{slot}" uses the plugin {state.plugin}, not test_decoding.')
        return state

    def _told_checkpoint(self) -> int:
        try:
            return parse_position(self._spec.checkpoint) if self._spec.checkpoint else 0
        except PositionError as error:
            raise TaskFailedError(f"Invalid recovery checkpoint: {error}.") from None
