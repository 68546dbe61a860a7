"""All rules, found by walking the package `checks.rules`: a rule file needs no entry anywhere."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Sequence
from functools import cache
from types import ModuleType

import checks.rules
from checks.errors import BadRuleError, UnknownRuleError
from checks.rule import Rule


@cache
def catalogue() -> dict[str, Rule]:
    """Every rule by its code, in order of codes. Raises BadRuleError for a code or slug that two rules have."""
    return collect(_modules(checks.rules))


def collect(modules: Iterable[ModuleType]) -> dict[str, Rule]:
    """The rules that these modules define. Raises BadRuleError for a code or slug that two rules have."""
    found: dict[str, Rule] = {}
    slugs: dict[str, str] = {}
    for module in modules:
        for rule in vars(module).values():
            if not (inspect.isclass(rule) and issubclass(rule, Rule) and rule.__module__ == module.__name__):
                continue
            if rule.code in found:
                other = type(found[rule.code]).__module__
                raise BadRuleError(f"{rule.code} is both in {other} and in {module.__name__}", code="duplicate-code")
            if rule.slug in slugs:
                raise BadRuleError(f"{rule.slug} is both {slugs[rule.slug]} and {rule.code}", code="duplicate-slug")
            slugs[rule.slug] = rule.code
            found[rule.code] = rule()
    return dict(sorted(found.items()))


def select(rules: dict[str, Rule], *, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> tuple[Rule, ...]:
    """Rules whose code begins with one of `select` (all where it is empty) and with none of `ignore`.

    A longer prefix wins over a shorter one, so `ignore=["PG3"], select=["PG301"]` leaves PG301 on. Mandatory rules
    always stay. Raises UnknownRuleError for a prefix that no rule has.
    """
    for prefix in (*select, *ignore):
        if not any(code.startswith(prefix) for code in rules):
            raise UnknownRuleError(
                f"no rule has a code that begins with {prefix!r}",
                code="unknown-rule",
                hint="`checks list` shows all codes.",
            )

    def longest(prefixes: Sequence[str], code: str) -> int:
        return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)

    def wanted(rule: Rule) -> bool:
        chosen = longest(select, rule.code) if select else 0
        return rule.mandatory or (chosen >= 0 and chosen > longest(ignore, rule.code))

    return tuple(rule for rule in rules.values() if wanted(rule))


def _modules(package: ModuleType) -> Iterable[ModuleType]:
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        yield importlib.import_module(info.name)
