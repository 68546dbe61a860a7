"""TableMappings: which tables a task takes and what they are called on the target (dms.md §6).

Pure: text in, selections out. `parse` reads the document, `Mappings.select` answers for a list of tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from migrate.sandbox.dms import parallel_load
from migrate.sandbox.dms.filters import Filter, FilterError, parse_filter

RULE_TYPES = frozenset({"selection", "transformation", "table-settings", "validation"})
SELECTION_ACTIONS = frozenset({"include", "exclude", "explicit"})
RENAMING_TARGETS = frozenset({"schema", "table", "column"})
TABLE_SETTINGS_MESSAGE = "Exact schema and table name required when using table settings rule."
"""The service's own words (dms.md §6, table-settings)."""

_ACTIONS: Mapping[str, Callable[[str, str, str], str]] = {
    "rename": lambda _name, value, _old: value,
    "convert-lowercase": lambda name, _value, _old: name.lower(),
    "convert-uppercase": lambda name, _value, _old: name.upper(),
    "add-prefix": lambda name, value, _old: value + name,
    "add-suffix": lambda name, value, _old: name + value,
    "remove-prefix": lambda name, value, _old: name.removeprefix(value),
    "remove-suffix": lambda name, value, _old: name.removesuffix(value),
    "replace-prefix": lambda name, value, old: value + name.removeprefix(old) if name.startswith(old) else name,
    "replace-suffix": lambda name, value, old: name.removesuffix(old) + value if name.endswith(old) else name,
}
_NEEDS_VALUE = frozenset(_ACTIONS) - {"convert-lowercase", "convert-uppercase"}


class MappingError(Exception):
    """The document is not a valid TableMappings; `message` is what the service would answer."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class SelectionRule:
    """One include, exclude or explicit rule."""

    rule_id: int
    action: str
    schema: str
    table: str
    table_type: str = "table"
    load_order: int = 0
    filters: tuple[Filter, ...] = ()

    def takes(self, schema: str, table: str) -> bool:
        """Whether the rule names this table; explicit rules know no wildcards (dms.md §6)."""
        if self.action == "explicit":
            return (schema, table) == (self.schema, self.table)
        return matches(self.schema, schema) and matches(self.table, table)


@dataclass(frozen=True)
class Transformation:
    """One renaming of a schema, table or column, or the removal of a column."""

    rule_id: int
    target: str
    action: str
    schema: str
    table: str
    column: str
    value: str = ""
    old_value: str = ""

    def takes(self, schema: str, table: str, column: str = "") -> bool:
        """Whether the rule's locator matches; a schema's renaming looks at the schema alone."""
        if not matches(self.schema, schema):
            return False
        if self.target == "schema":
            return True
        return matches(self.table, table) and (self.target == "table" or matches(self.column, column))

    def apply(self, name: str) -> str | None:
        """The name on the target; None for a removed column."""
        return None if self.action == "remove-column" else _ACTIONS[self.action](name, self.value, self.old_value)


@dataclass(frozen=True)
class TableSettings:
    """`lob-settings` of one table: mode (limited, unlimited, none) and the size in KB, when given."""

    schema: str
    table: str
    lob_mode: str | None = None
    lob_max_kb: int | None = None


@dataclass(frozen=True)
class Selection:
    """A table the task takes: source and target names, order, filters, LOB settings."""

    schema: str
    table: str
    target_schema: str
    target_table: str
    load_order: int = 0
    filters: tuple[Filter, ...] = ()
    columns: tuple[Transformation, ...] = ()
    settings: TableSettings | None = None

    def target_column(self, name: str) -> str | None:
        """What the column is called on the target; None when a rule removes it."""
        for rule in self.columns:
            if rule.takes(self.schema, self.table, name):
                return rule.apply(name)
        return name


@dataclass(frozen=True)
class Mappings:
    """A parsed document."""

    selections: tuple[SelectionRule, ...]
    transformations: tuple[Transformation, ...] = ()
    table_settings: tuple[TableSettings, ...] = ()

    def select(self, tables: Iterable[tuple[str, str]], *, target_schema: str = "") -> list[Selection]:
        """The selected tables, higher `load-order` first, then by name.

        `tables` are (schema, name) pairs of the source; `target_schema` is TargetMetadata.TargetSchema: empty keeps
        the source's schema (dms.md §5.2) and a schema renaming wins over it (assumption).
        """
        chosen = [found for pair in tables if (found := self._selection(*pair, target_schema)) is not None]
        return sorted(chosen, key=lambda one: (-one.load_order, one.schema, one.table))

    def missing(self, tables: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Explicitly named tables that the source does not have: `Table does not exist` (dms.md §7)."""
        there = set(tables)
        named = [(rule.schema, rule.table) for rule in self.selections if rule.action == "explicit"]
        return [pair for pair in dict.fromkeys(named) if pair not in there]

    def _selection(self, schema: str, table: str, target_schema: str) -> Selection | None:
        hits = [rule for rule in self.selections if rule.takes(schema, table) and rule.table_type != "view"]
        if not hits or any(rule.action == "exclude" for rule in hits):
            return None
        settings = [one for one in self.table_settings if (one.schema, one.table) == (schema, table)]
        return Selection(
            schema=schema,
            table=table,
            target_schema=self._renamed("schema", schema, schema, table) or target_schema or schema,
            target_table=self._renamed("table", table, schema, table) or table,
            load_order=max(rule.load_order for rule in hits),
            filters=tuple(one for rule in hits for one in rule.filters),
            columns=tuple(rule for rule in self.transformations if rule.target == "column"),
            settings=settings[0] if settings else None,
        )

    def _renamed(self, target: str, name: str, schema: str, table: str) -> str | None:
        """One action per object: the lowest rule-id wins (dms.md §6)."""
        for rule in self.transformations:
            if rule.target == target and rule.takes(schema, table):
                return rule.apply(name)
        return None


def matches(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern of `%`, `_` (one character), `[_]`, `[ab]`, `[a-d]`; case counts (dms.md §6)."""
    return _compiled(pattern).fullmatch(name) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    out: list[str] = []
    rest = pattern
    while rest:
        if rest[0] == "[" and (end := rest.find("]", 1)) > 1:
            inside = rest[1:end].replace("\\", r"\\").replace("^", r"\^").replace("[", r"\[")
            out.append(f"[{inside}]")
            rest = rest[end + 1 :]
            continue
        out.append({"%": ".*", "_": "."}.get(rest[0], re.escape(rest[0])))
        rest = rest[1:]
    return re.compile("".join(out), re.DOTALL)


def parse(document: Mapping[str, Any] | str) -> Mappings:
    """Read a TableMappings document, given as text or already as an object. Raises MappingError."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError as error:
            raise MappingError(f"Error in mapping rules. The document is not valid JSON: {error}.") from None
    rules = document.get("rules") if isinstance(document, Mapping) else None
    if not isinstance(rules, list) or not rules:
        raise MappingError("Error in mapping rules. At least one rule is required.")
    seen_ids: set[int] = set()
    seen_names: set[str] = set()
    selections: list[SelectionRule] = []
    transformations: list[Transformation] = []
    settings: list[TableSettings] = []
    for rule in rules:
        if not isinstance(rule, dict):
            raise MappingError("Error in mapping rules. Every rule must be an object.")
        rule_id = _rule_id(rule)
        name = str(rule.get("rule-name", rule_id))
        if rule_id in seen_ids:
            raise _invalid(rule_id, "The rule-id must be unique.")
        if name in seen_names:
            raise _invalid(rule_id, "The rule-name must be unique.")
        seen_ids.add(rule_id)
        seen_names.add(name)
        match rule.get("rule-type"):
            case "selection":
                selections.append(_selection_rule(rule_id, rule))
            case "transformation":
                transformations.append(_transformation(rule_id, rule))
            case "table-settings":
                settings.append(_table_settings(rule_id, rule))
            case "validation":
                _locator(rule_id, rule)
            case other:
                raise _invalid(rule_id, f"Unknown rule-type {other!r}; one of {', '.join(sorted(RULE_TYPES))}.")
    if not any(rule.action != "exclude" for rule in selections):
        raise MappingError("Error in mapping rules. At least one selection rule is required.")
    return Mappings(
        tuple(sorted(selections, key=lambda one: one.rule_id)),
        tuple(sorted(transformations, key=lambda one: one.rule_id)),
        tuple(settings),
    )


def _invalid(rule_id: object, why: str) -> MappingError:
    return MappingError(f"Error in mapping rules. Rule with ruleId = {rule_id} failed validation. {why}")


def _rule_id(rule: Mapping[str, Any]) -> int:
    given = rule.get("rule-id")
    if isinstance(given, bool) or not re.fullmatch(r"\d+", str(given)):
        raise _invalid(given, "The rule-id must be numeric.")
    return int(str(given))


def _locator(rule_id: int, rule: Mapping[str, Any], *, table: bool = True) -> tuple[str, str, Mapping[str, Any]]:
    locator = rule.get("object-locator")
    if not isinstance(locator, Mapping) or not isinstance(locator.get("schema-name"), str):
        raise _invalid(rule_id, "object-locator with schema-name is required.")
    if table and not isinstance(locator.get("table-name"), str):
        raise _invalid(rule_id, "object-locator with table-name is required.")
    return locator["schema-name"], str(locator.get("table-name", "%")), locator


def _selection_rule(rule_id: int, rule: Mapping[str, Any]) -> SelectionRule:
    action = str(rule.get("rule-action"))
    if action not in SELECTION_ACTIONS:
        raise _invalid(rule_id, f"Unknown rule-action {action!r} of a selection rule.")
    schema, table, locator = _locator(rule_id, rule)
    if action == "explicit" and "%" in schema + table:
        # An underscore is an ordinary character of an explicit name; a per cent sign is taken for none (assumption).
        raise _invalid(rule_id, "Wildcards are not allowed in an explicit selection rule.")
    filters = rule.get("filters") or []
    if filters and action != "include":
        raise _invalid(rule_id, "Filters are allowed in include rules only.")
    try:
        parsed = tuple(parse_filter(one) for one in filters)
    except FilterError as error:
        raise _invalid(rule_id, str(error)) from None
    table_type = str(locator.get("table-type", "table"))
    if table_type not in {"table", "view", "all"}:
        raise _invalid(rule_id, f"Unknown table-type {table_type!r}.")
    order = str(rule.get("load-order", "0"))
    if not order.isdigit():
        raise _invalid(rule_id, "The load-order must be a non-negative number.")
    return SelectionRule(rule_id, action, schema, table, table_type, int(order), parsed)


def _transformation(rule_id: int, rule: Mapping[str, Any]) -> Transformation:
    target, action = str(rule.get("rule-target")), str(rule.get("rule-action"))
    if target not in RENAMING_TARGETS:
        raise _invalid(rule_id, f"The stand-in does not model the rule-target {target!r}.")
    if action != "remove-column" and action not in _ACTIONS:
        raise _invalid(rule_id, f"The stand-in does not model the rule-action {action!r}.")
    if action == "remove-column" and target != "column":
        raise _invalid(rule_id, "remove-column needs the rule-target column.")
    schema, table, locator = _locator(rule_id, rule, table=target != "schema")
    column = locator.get("column-name", "")
    if target == "column" and not column:
        raise _invalid(rule_id, "object-locator with column-name is required.")
    value, old_value = rule.get("value"), rule.get("old-value", "")
    if action in _NEEDS_VALUE and not isinstance(value, str):
        raise _invalid(rule_id, f"The rule-action {action} needs a value.")
    return Transformation(rule_id, target, action, schema, table, str(column), str(value or ""), str(old_value))


def _table_settings(rule_id: int, rule: Mapping[str, Any]) -> TableSettings:
    schema, table, _ = _locator(rule_id, rule)
    if "%" in schema + table:
        raise _invalid(rule_id, TABLE_SETTINGS_MESSAGE)
    if (wrong := parallel_load.complaint(rule)) is not None:
        raise _invalid(rule_id, wrong)
    lob = rule.get("lob-settings") or {}
    size = lob.get("bulk-max-size")
    if size is not None and not str(size).isdigit():
        raise _invalid(rule_id, "bulk-max-size must be a number of KB.")
    return TableSettings(schema, table, lob.get("mode"), int(size) if size is not None else None)
