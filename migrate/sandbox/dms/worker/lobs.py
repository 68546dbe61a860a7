"""LimitedSizeLobMode: what is longer than LobMaxSize is cut (dms.md §5.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from psycopg import Connection, sql
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.catalog import Column
from migrate.sandbox.dms.worker.decoding import Change
from migrate.sandbox.dms.worker.errors import TaskFailedError
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import TaskSpec


@dataclass(frozen=True)
class LobLimit:
    """The limit of one task; `kilobytes` None means that nothing is cut."""

    kilobytes: int | None
    fails: bool
    reporter: Reporter
    _known: dict[tuple[str, str], dict[bytes, bool]] = field(default_factory=dict)

    @classmethod
    def of(cls, spec: TaskSpec, reporter: Reporter) -> LobLimit:
        """From TargetMetadata and the source's FailTasksOnLobTruncation (dms.md §10)."""
        limited = spec.settings.flag("TargetMetadata", "LimitedSizeLobMode", False)
        full = spec.settings.flag("TargetMetadata", "FullLobMode", False)
        size = spec.settings.number("TargetMetadata", "LobMaxSize", 32)
        fails = str(spec.source.settings.get("FailTasksOnLobTruncation", False)).lower() == "true"
        return cls(size if limited and not full and size > 0 else None, fails, reporter)

    def size(self, route: Route) -> int | None:
        """The table's limit in characters (bytes of a bytea); a table-settings rule comes first.

        A kilobyte holds 1024 characters here (assumption: the real limit is lower for characters beyond ASCII).
        """
        settings = route.selection.settings
        if settings is not None and settings.lob_mode in {"unlimited", "none"}:
            return None
        if settings is not None and settings.lob_max_kb is not None:
            return settings.lob_max_kb * 1024
        return self.kilobytes * 1024 if self.kilobytes is not None else None

    def too_long(self, source: Connection[TupleRow], route: Route, where: sql.Composable) -> set[str]:
        """LOB columns that hold at least one value over the limit, in the source connection's snapshot."""
        limit = self.size(route)
        lobs = [column for column, _ in route.moved() if column.is_lob]
        if limit is None or not lobs:
            return set()
        tests = [
            sql.SQL("coalesce(bool_or({} > {}), false)").format(length(column), sql.Literal(limit)) for column in lobs
        ]
        row = source.execute(
            sql.SQL("SELECT {} FROM ONLY {}{}").format(
                sql.SQL(", ").join(tests), sql.Identifier(route.source.schema, route.source.name), where
            )
        ).fetchone()
        found = {column.name for column, cut in zip(lobs, row or (), strict=False) if cut}
        for name in sorted(found):
            self.truncated(route, name)
        return found

    def truncated(self, route: Route, column: str) -> None:
        """Say that a value was cut. Raises TaskFailedError with FailTasksOnLobTruncation."""
        schema, table = route.name
        text = f"LobTruncation: column '{column}' of table '{schema}'.'{table}' was truncated to LobMaxSize"
        if self.fails:
            raise TaskFailedError(text + " and FailTasksOnLobTruncation is set.")
        self.reporter.log("WARNING", text)

    def shorten(self, route: Route, change: Change) -> None:
        """Cut the LOBs of a captured change in place."""
        if change.new is None or (limit := self.size(route)) is None:
            return
        columns = self._columns(route)
        values = change.new.values
        for at, raw in enumerate(change.new.columns):
            value = values[at]
            if not isinstance(value, bytes) or len(value) <= limit or raw not in columns:
                continue
            short = value[: 2 + 2 * limit] if columns[raw] else value.decode()[:limit].encode()
            if len(short) < len(value):
                values[at] = short
                self.truncated(route, raw.decode())

    def _columns(self, route: Route) -> dict[bytes, bool]:
        """The table's LOB columns, and whether each is a bytea, whose text form is two digits a byte."""
        found = self._known.get(route.name)
        if found is None:
            found = {one.name.encode(): one.type_name == "bytea" for one in route.source.columns if one.is_lob}
            self._known[route.name] = found
        return found


def length(column: Column) -> sql.Composable:
    """The SQL length of a LOB, without fetching it from its out-of-line store where the server can."""
    name = sql.Identifier(column.name)
    if column.type_name in {"text", "bytea"}:
        return sql.SQL("octet_length({})").format(name)
    return sql.SQL("octet_length({}::text)").format(name)


def shortened(column: Column, limit: int) -> sql.Composable:
    """The SQL of a LOB cut to its limit."""
    name = sql.Identifier(column.name)
    if column.type_name == "bytea":
        return sql.SQL("substring({} FROM 1 FOR {})").format(name, sql.Literal(limit))
    return sql.SQL("left({}::text, {})").format(name, sql.Literal(limit))
