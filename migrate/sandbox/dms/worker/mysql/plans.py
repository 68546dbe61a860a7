"""Which tables of the log are read, and by what plan; the plans follow the table maps and the catalog."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from migrate.sandbox.dms.worker.changes import Broken
from migrate.sandbox.dms.worker.mysql.catalog import Column, Table
from migrate.sandbox.dms.worker.mysql.row_image import ForeignLayoutError, ImageError, Plan, TableMap
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route

Name = tuple[str, str]


class Plans:
    """The plans of the routed tables; of other tables only that they are none of ours."""

    def __init__(
        self,
        routes: Collection[Route[Column]],
        describe: Callable[[Name], Table | None],
        reporter: Reporter,
        *,
        folds: bool,
        marks: Name | None = None,
    ) -> None:
        """`describe` reads a table's catalog anew; `folds`: the server's names have no case.

        `marks` is the table that tells what the task of the other way repeated (dms.md §14).
        """
        self._folds = folds
        self._marks = marks
        self._routes = {self._key(route.name): route for route in routes}
        self._describe = describe
        self._reporter = reporter
        self._by_id: dict[bytes, Plan | None] = {}
        self._by_map: dict[bytes, Plan | None] = {}
        self._stale: set[Name] = set()
        self._broken: set[Name] = set()

    def anew(self) -> Plans:
        """Plans of the same routes for another reading of the log, whose table maps are others."""
        return Plans(list(self._routes.values()), self._describe, self._reporter, folds=self._folds, marks=self._marks)

    def add(self, route: Route[Column]) -> None:
        """Read a table that is new to the task, too."""
        self._routes[self._key(route.name)] = route
        self._by_map.clear()

    def name(self, table: Name) -> Name | None:
        """The routed table that a name of the log means."""
        route = self._routes.get(self._key(table))
        return None if route is None else route.name

    def mentioned(self, text: str, database: str) -> str:
        """A routed table whose name a statement's text holds; empty for none."""

        def holds(name: str) -> bool:
            return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text, re.IGNORECASE) is not None

        for schema, table in self._routes:
            if holds(table) and (schema.lower() == database.lower() or holds(schema)):
                return table
        return ""

    def altered(self, table: Name) -> None:
        """DDL changed the table: its plan is made anew from the catalog when its next rows come."""
        if self._key(table) in self._routes:
            self._stale.add(self._key(table))
            self._by_map.clear()

    def mend(self, table: Name) -> None:
        """Try again to read a table whose rows could not be read."""
        self._broken.discard(table)
        self.altered(table)

    def map(self, body: bytes) -> Broken | None:
        """Take a table map event's body; tells, once, when the table's rows cannot be read."""
        identity, layout = body[:6], body[8:]
        known = self._by_map.get(layout, self)
        if not isinstance(known, Plans):
            self._by_id[identity] = known
            return None
        self._by_id[identity] = None
        table_map = TableMap.parse(layout)
        route = self._routes.get(self._key((table_map.schema, table_map.table)))
        if route is None:
            self._by_map[layout] = None
            return None
        try:
            plan = self._plan(table_map, route)
        except ImageError as error:
            if route.name in self._broken:
                return None
            self._broken.add(route.name)
            return Broken(route.name, str(error))
        self._by_map[layout] = self._by_id[identity] = plan
        return None

    def marks(self, body: bytes) -> bool:
        """Whether a table map event's body says that the transaction is a repeated one."""
        if self._marks is None:
            return False
        table_map = TableMap.parse(body[8:])
        return self._key((table_map.schema, table_map.table)) == self._key(self._marks)

    def find(self, identity: bytes) -> Plan | None:
        """The plan for a rows event's table id; None for a table that is not read. Raises ImageError for no map."""
        try:
            return self._by_id[identity]
        except KeyError:
            raise ImageError("rows without a table map before them") from None

    def _plan(self, table_map: TableMap, route: Route[Column]) -> Plan:
        key = self._key(route.name)
        assert isinstance(route.source, Table)
        if key not in self._stale:
            try:
                return Plan(table_map, route.source)
            except ForeignLayoutError as error:
                self._reporter.log("WARNING", f"{error}; the catalog is read again")
        table = self._describe(route.name)
        if table is None:
            raise ForeignLayoutError(f"table '{key[0]}'.'{key[1]}' is no longer in the catalog")
        plan = Plan(table_map, table)
        self._stale.discard(key)
        route.source = table
        return plan

    def _key(self, name: Name) -> Name:
        return (name[0].lower(), name[1].lower()) if self._folds else name
