"""Row filters of a selection rule (dms.md §6): read, put into SQL for the load, judged in Python for changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

_SQL = {
    "eq": "{column} = {value}",
    "noteq": "{column} <> {value}",
    "gte": "{column} >= {value}",
    "lte": "{column} <= {value}",
    "ste": "{column} <= {value}",
    "between": "{column} BETWEEN {start} AND {end}",
    "notbetween": "{column} NOT BETWEEN {start} AND {end}",
    "null": "{column} IS NULL",
    "notnull": "{column} IS NOT NULL",
}
"""The operators the guide shows; `eq` and `ste` are an assumption."""
_NEGATIVE = frozenset({"noteq", "notbetween", "notnull"})


class FilterError(Exception):
    """The filter is not one the service would take."""


@dataclass(frozen=True)
class Condition:
    """One comparison of the filter's column with constants, all kept as text."""

    operator: str
    value: str = ""
    start: str = ""
    end: str = ""

    def holds(self, text: str | None) -> bool:
        """Whether a value, in PostgreSQL's text form, fits. NULL fits `null` only."""
        if text is None:
            return self.operator == "null"
        match self.operator:
            case "null":
                return False
            case "notnull":
                return True
            case "eq":
                return _order(text, self.value) == 0
            case "noteq":
                return _order(text, self.value) != 0
            case "gte":
                return _order(text, self.value) >= 0
            case "lte" | "ste":
                return _order(text, self.value) <= 0
        inside = _order(text, self.start) >= 0 and _order(text, self.end) <= 0
        return inside == (self.operator == "between")


@dataclass(frozen=True)
class Filter:
    """Conditions on one column, joined by OR; several filters of a rule are joined by AND."""

    column: str
    conditions: tuple[Condition, ...]

    def holds(self, text: str | None) -> bool:
        """Whether the column's value passes."""
        return any(condition.holds(text) for condition in self.conditions)

    def sql(self, column: str, literal: Any) -> str:
        """The predicate for a WHERE clause; `column` is quoted already, `literal` quotes a text value."""
        parts = [
            _SQL[one.operator].format(
                column=column, value=literal(one.value), start=literal(one.start), end=literal(one.end)
            )
            for one in self.conditions
        ]
        return "(" + " OR ".join(parts) + ")"


def parse_filter(document: Any) -> Filter:
    """Read one filter object. Raises FilterError."""
    if not isinstance(document, Mapping) or document.get("filter-type") != "source":
        raise FilterError("A filter needs filter-type source.")
    column, conditions = document.get("column-name"), document.get("filter-conditions")
    if not isinstance(column, str) or not column or not isinstance(conditions, list) or not conditions:
        raise FilterError("A filter needs column-name and filter-conditions.")
    parsed = tuple(_condition(one) for one in conditions)
    if sum(one.operator in _NEGATIVE for one in parsed) > 1:
        raise FilterError("A filter takes at most one negative condition.")
    return Filter(column, parsed)


def _condition(document: Any) -> Condition:
    operator = document.get("filter-operator") if isinstance(document, Mapping) else None
    if operator not in _SQL:
        raise FilterError(f"Unknown filter-operator {operator!r}.")
    needed = {"between": ("start-value", "end-value"), "notbetween": ("start-value", "end-value")}.get(
        operator, () if operator in {"null", "notnull"} else ("value",)
    )
    if any(key not in document for key in needed):
        raise FilterError(f"The filter-operator {operator} needs {' and '.join(needed)}.")
    value, start, end = (str(document.get(key, "")) for key in ("value", "start-value", "end-value"))
    return Condition(operator, value, start, end)


def _order(left: str, right: str) -> int:
    """-1, 0 or 1; numbers as numbers, everything else by its text (ISO dates order well)."""
    try:
        numbers = Decimal(left), Decimal(right)
    except InvalidOperation:
        return (left > right) - (left < right)
    return (numbers[0] > numbers[1]) - (numbers[0] < numbers[1])
