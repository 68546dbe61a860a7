"""LimitedSizeLobMode: what is longer than LobMaxSize is cut (dms.md §5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrate.sandbox.dms.worker.errors import TaskFailedError
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import Endpoint, TaskSpec


@dataclass(frozen=True)
class LobLimit:
    """The limit of one task; `kilobytes` None means that nothing is cut."""

    kilobytes: int | None
    fails: bool
    full: bool
    reporter: Reporter
    source: Endpoint

    @classmethod
    def of(cls, spec: TaskSpec, reporter: Reporter) -> LobLimit:
        """From TargetMetadata and the source's FailTasksOnLobTruncation (dms.md §10)."""
        limited = spec.settings.flag("TargetMetadata", "LimitedSizeLobMode", False)
        full = spec.settings.flag("TargetMetadata", "FullLobMode", False)
        size = spec.settings.number("TargetMetadata", "LobMaxSize", 32)
        fails = str(spec.source.settings.get("FailTasksOnLobTruncation", False)).lower() == "true"
        return cls(size if limited and not full and size > 0 else None, fails, full, reporter, spec.source)

    def size(self, route: Route[Any]) -> int | None:
        """The table's limit in characters (bytes of a binary LOB); a table-settings rule comes first.

        A kilobyte holds 1024 characters here (assumption: the real limit is lower for characters beyond ASCII).
        """
        settings = route.selection.settings
        if settings is not None and settings.lob_mode in {"unlimited", "none"}:
            return None
        if settings is not None and settings.lob_max_kb is not None:
            return settings.lob_max_kb * 1024
        return self.kilobytes * 1024 if self.kilobytes is not None else None

    def in_full(self, route: Route[Any]) -> bool:
        """Whether the table's LOBs are moved in full LOB mode; a table-settings rule comes first."""
        settings = route.selection.settings
        mode = settings.lob_mode if settings is not None else None
        return mode == "unlimited" or (self.full and mode is None)

    def obstacle(self, route: Route[Any]) -> str:
        """Full LOB mode inserts a row without its LOBs and fills them in: a target that forbids that refuses the row.

        Empty when nothing stands in the way. The load itself copies such rows at once (assumption: the end is the
        same).
        """
        if route.target is None or not self.in_full(route):
            return ""
        for column, name in route.moved():
            there = route.target.column(name)
            if column.is_lob and there is not None and there.not_null:
                return f'null value in column "{name}" violates not-null constraint (full LOB mode inserts NULL first)'
        return ""

    def truncated(self, route: Route[Any], column: str) -> None:
        """Say that a value was cut. Raises TaskFailedError with FailTasksOnLobTruncation."""
        schema, table = route.name
        text = f"LobTruncation: column '{column}' of table '{schema}'.'{table}' was truncated to LobMaxSize"
        if self.fails:
            raise TaskFailedError(text + " and FailTasksOnLobTruncation is set.")
        self.reporter.log("WARNING", text)
