"""EnableValidation: rows of both sides compared while the task goes on (dms.md §7, §13, §19.16).

A thread of its own reads both sides, by keys. A row that differs is looked at again: the source's row, then, once the
target has everything the source's log held at that moment, the target's, then the source's again. If the source's row
stayed as it was and the target's is another one, that is a mismatch; if it changed, the row is pending.

A table is compared as a whole, and anew when changes were applied to it; the service compares the changed rows alone
(assumption). The service's pauses before it reports are not kept.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from migrate.sandbox.dms.worker import reporting
from migrate.sandbox.dms.worker.comparing import Compared, Fingerprints, Key, different
from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.engine import Engine, Name, Session
from migrate.sandbox.dms.worker.reporting import Reporter, TableStatistics
from migrate.sandbox.dms.worker.requests import Requests
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import TaskSpec

NOT_ENABLED, PENDING = "Not enabled", "Pending validation"
LOOK_SECONDS = 0.25
REST_SECONDS = 1.0
"""Between two comparisons of one table, and at least as long as the last one took."""
TRIES = 5
"""How often a changing row is looked at before it is left to the next comparison."""
RETRY_SECONDS = 0.2

RECORD_DIFF, MISSING_SOURCE, MISSING_TARGET = "RECORD_DIFF", "MISSING_SOURCE", "MISSING_TARGET"


@dataclass(frozen=True)
class Failed:
    """A row that differs, and how."""

    key: Key
    kind: str
    columns: tuple[str, ...] = ()


class Gone(Exception):
    """The task ends; so does the comparison."""


class Validation:
    """Compares a task's tables. `reached` says up to which position of the source the target has everything."""

    def __init__(
        self,
        engine: Engine,
        spec: TaskSpec,
        routes: Mapping[Name, Route[Any]],
        reporter: Reporter,
        requests: Requests,
        *,
        position: Callable[[Session], int] | None = None,
        reached: Callable[[], int] = lambda: 0,
    ) -> None:
        """Without `position` nothing follows the source, and a row is judged as it is."""
        self._engine = engine
        self._spec = spec
        self._routes = routes
        self._reporter = reporter
        self._requests = requests
        self._position = position
        self._reached = reached
        self._most = spec.settings.number("ValidationSettings", "TableFailureMaxCount", 1000)
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._given_up: dict[Name, bool] = {}
        """Tables beyond TableFailureMaxCount: they are not compared again until that is asked for (dms.md §5.2)."""
        self._compared_at: dict[Name, tuple[object, float, float]] = {}

    def start(self) -> None:
        """Compare in the background until `close`."""
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the comparison."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(REST_SECONDS)

    def once(self) -> None:
        """Compare every table now. Raises the driver's errors."""
        with (
            closing(self._engine.connect_source(self._spec.source)) as source,
            closing(self._engine.connect_target(self._spec.target)) as target,
        ):
            control = self._control(target)
            for route in list(self._routes.values()):
                self._compare_or_say(route, source, target, control)

    def _work(self) -> None:
        while not self._ended.is_set():
            try:
                with (
                    closing(self._engine.connect_source(self._spec.source)) as source,
                    closing(self._engine.connect_target(self._spec.target)) as target,
                ):
                    control = self._control(target)
                    while not self._ended.wait(LOOK_SECONDS):
                        self._look(source, target, control)
            except Gone:
                return
            except Exception as error:  # validation never ends the task; it says so and begins again
                text = self._engine.failure(error).text
                self._reporter.log("ERROR", f"VALIDATOR: {text}")
                self._ended.wait(REST_SECONDS)

    def _control(self, target: Session) -> ControlTables:
        control = self._engine.control_tables(self._spec, target)
        control.ensure()
        return control

    def _look(self, source: Session, target: Session, control: ControlTables) -> None:
        for name in self._requests.validations():
            self._compared_at.pop(name, None)
        for route in list(self._routes.values()):
            if self._due(route):
                began = time.monotonic()
                counted = _applied(route.statistics)
                try:
                    self._compare_or_say(route, source, target, control)
                finally:
                    ended = time.monotonic()
                    self._compared_at[route.name] = (counted, ended, ended - began)

    def _due(self, route: Route[Any]) -> bool:
        statistics = route.statistics
        if statistics.state == reporting.ERROR:
            self._say(statistics, "Table error")
            return False
        if statistics.state != reporting.COMPLETED:
            self._compared_at.pop(route.name, None)
            return False
        known = self._compared_at.get(route.name)
        if known is None:
            return True
        counted, ended, took = known
        changed = counted != _applied(statistics)
        if changed and statistics.validation_state == "Validated":
            self._say(statistics, "Pending revalidation")
        # Nobody tells a validation-only task of changes.
        changed = changed or self._position is None
        unsettled = changed or statistics.validation_pending > 0 or statistics.validation_failed > 0
        settled = not unsettled or self._given_up.get(route.name, False)
        return not settled and time.monotonic() - ended >= max(REST_SECONDS, took)

    def _compare_or_say(self, route: Route[Any], source: Session, target: Session, control: ControlTables) -> None:
        """Compare; a table that a server will not compare is in error. Raises the driver's errors all the same."""
        try:
            self._compare(route, source, target, control)
        except self._engine.driver_error as error:
            if not self._engine.failure(error).recoverable:
                self._say(route.statistics, "Error")
            raise

    def _compare(self, route: Route[Any], source: Session, target: Session, control: ControlTables) -> None:
        statistics = route.statistics
        compared = Compared.of(route, self._spec.settings)
        if compared is None:
            self._say(statistics, "Table error" if route.target is None else "No primary key")
            return
        if statistics.validation_state == PENDING:
            self._say(statistics, "Preparing table")
        sides = [
            self._engine.fingerprints(session, compared, there=far)
            for session, far in ((source, False), (target, True))
        ]
        with closing(sides[0].all()) as here, closing(sides[1].all()) as there:
            differing = different(self._alive(here), self._alive(there))
            suspects = list(dict.fromkeys(islice(differing, self._most + 1)))
        failed: list[Failed] = []
        for attempt in range(TRIES):
            if not suspects:
                break
            if attempt:
                self._ended.wait(RETRY_SECONDS * attempt)
            suspects = self._again(suspects, sides, source, failed)
        statistics.validation_pending, statistics.validation_failed = len(suspects), len(failed)
        self._given_up[route.name] = len(failed) > self._most
        control.validation_failures(route.name, [_row(one) for one in failed])
        if failed:
            self._say(statistics, "Mismatched records")
        else:
            self._say(statistics, "Pending records" if suspects else "Validated")

    def _again(self, keys: list[Key], sides: list[Fingerprints], source: Session, failed: list[Failed]) -> list[Key]:
        """Judge the rows that differ; returns those that changed meanwhile."""
        before = sides[0].some(keys)
        self._catch_up(source)
        there = sides[1].some(keys)
        after = sides[0].some(keys)
        pending: list[Key] = []
        for key in keys:
            mine, theirs = after.get(key), there.get(key)
            if before.get(key) != mine:
                pending.append(key)
            elif mine != theirs:
                failed.append(_failure(key, mine, theirs, sides[0].names))
        return pending

    def _catch_up(self, source: Session) -> None:
        """Wait until the target has what the source has logged by now. Raises Gone."""
        if self._position is None:
            return
        position = self._position(source)
        while self._reached() < position:
            if self._ended.wait(0.02):
                raise Gone

    def _alive(self, rows: Any) -> Any:
        for row in rows:
            if self._ended.is_set():
                raise Gone
            yield row

    def _say(self, statistics: TableStatistics, state: str) -> None:
        if statistics.validation_state != state:
            statistics.validation_state = state
            self._reporter.state(statistics, statistics.state)


def _applied(statistics: TableStatistics) -> object:
    counts = statistics.applied_inserts, statistics.applied_updates, statistics.applied_deletes
    return counts, statistics.full_load_end


def _failure(key: Key, mine: Any, theirs: Any, names: Sequence[str]) -> Failed:
    if mine is None:
        return Failed(key, MISSING_SOURCE)
    if theirs is None:
        return Failed(key, MISSING_TARGET)
    columns = tuple(name for name, one, other in zip(names, mine, theirs, strict=True) if one != other)
    return Failed(key, RECORD_DIFF, columns)


def _row(failed: Failed) -> tuple[str, str, str]:
    """KEY, FAILURE_TYPE, DETAILS. The forms of the two documents are an assumption; values other than keys stay out."""
    return json.dumps({"key": list(failed.key)}), failed.kind, json.dumps({"columns": list(failed.columns)})
