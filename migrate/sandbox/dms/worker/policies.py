"""ErrorBehavior: what an error of the load or of the apply leads to (dms.md §5.2, §19.14)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from migrate.sandbox.dms.worker.errors import Failure, Kind
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import Settings


class Reaction(StrEnum):
    """The policies' values."""

    IGNORE_RECORD = "IGNORE_RECORD"
    LOG_ERROR = "LOG_ERROR"
    SUSPEND_TABLE = "SUSPEND_TABLE"
    STOP_TASK = "STOP_TASK"
    INSERT_RECORD = "INSERT_RECORD"
    UPDATE_RECORD = "UPDATE_RECORD"


_APPLY = {
    "I": ("ApplyErrorInsertPolicy", "LOG_ERROR"),
    "U": ("ApplyErrorUpdatePolicy", "LOG_ERROR"),
    "L": ("ApplyErrorUpdatePolicy", "LOG_ERROR"),
    "D": ("ApplyErrorDeletePolicy", "IGNORE_RECORD"),
    "T": ("ApplyErrorDeletePolicy", "IGNORE_RECORD"),
}
_BROKEN = frozenset({Kind.UNIQUE, Kind.INTEGRITY})
_BAD = frozenset({Kind.DATA, Kind.TRUNCATION})


class Policies:
    """Answers with a reaction for an error, escalation included."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._counts: dict[tuple[str, tuple[str, str]], int] = {}

    def for_load(self, error: Failure) -> Reaction:
        """An error that ended a table's load.

        Rows are loaded in bulk, so a policy that would skip one row suspends the table instead (assumption).
        """
        reaction = self._by_class(error)
        return reaction if reaction is Reaction.STOP_TASK else Reaction.SUSPEND_TABLE

    def for_table(self, error: Failure) -> Reaction:
        """An error of DDL on the target: the table is suspended or the task ends."""
        stops = self._settings.policy("TableErrorPolicy", "SUSPEND_TABLE") == Reaction.STOP_TASK
        return Reaction.STOP_TASK if stops else Reaction.SUSPEND_TABLE

    def for_apply(self, route: Route[Any], kind: str, error: Failure | None) -> Reaction:
        """An error of one change; `error` None means that an UPDATE or DELETE found no row.

        Integrity errors and missing rows follow ApplyError*Policy, bad values DataErrorPolicy, the rest
        TableErrorPolicy. Beyond the escalation count the escalation policy answers; 0 means never.
        """
        if error is None or error.kind in _BROKEN:
            key, default = _APPLY[kind]
            reaction = Reaction(self._settings.policy(key, default))
            # An overwriting or inserting policy answers a conflict only, not every integrity error.
            if reaction is Reaction.INSERT_RECORD and (error is None or error.kind is not Kind.UNIQUE):
                reaction = Reaction.LOG_ERROR
            if reaction is Reaction.UPDATE_RECORD and error is not None:
                reaction = Reaction.LOG_ERROR
            family = "Apply"
        else:
            reaction = self._by_class(error)
            family = "Data" if error.kind in _BAD else "Table"
        if reaction in {Reaction.LOG_ERROR, Reaction.IGNORE_RECORD}:
            return self._escalated(reaction, route, family)
        return reaction

    def inserts_missing(self) -> bool:
        """Whether an UPDATE that finds no row becomes an INSERT."""
        return self._settings.policy("ApplyErrorUpdatePolicy", "LOG_ERROR") == Reaction.UPDATE_RECORD

    def ignores_conflicts(self) -> bool:
        """FullLoadIgnoreConflicts: while cached events are applied, missing rows and duplicates are no errors."""
        return self._settings.flag("ErrorBehavior", "FullLoadIgnoreConflicts", True)

    def _by_class(self, error: Failure) -> Reaction:
        if error.kind is Kind.TRUNCATION:
            return Reaction(self._settings.policy("DataTruncationErrorPolicy", "LOG_ERROR"))
        if error.kind is not Kind.OTHER:
            return Reaction(self._settings.policy("DataErrorPolicy", "LOG_ERROR"))
        return Reaction(self._settings.policy("TableErrorPolicy", "SUSPEND_TABLE"))

    def _escalated(self, reaction: Reaction, route: Route[Any], family: str) -> Reaction:
        limit = self._settings.number("ErrorBehavior", f"{family}ErrorEscalationCount", 0)
        if limit <= 0:
            return reaction
        count = self._counts[family, route.name] = self._counts.get((family, route.name), 0) + 1
        if count < limit:
            return reaction
        return Reaction(self._settings.policy(f"{family}ErrorEscalationPolicy", "SUSPEND_TABLE"))
