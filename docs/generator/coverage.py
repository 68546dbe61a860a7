"""The page that says of every known fact which rule asks for it, or why none does."""

from __future__ import annotations

from checks.coverage import FAMILIES, Fact, Place, facts
from checks.registry import catalogue
from generator.markdown import NOTE, table

TITLES = {"postgresql": "PostgreSQL", "mysql": "MySQL and MariaDB"}


def page() -> str:
    """Markdown, made of checks/data/coverage.toml."""
    parts = [
        "# Which facts the rules cover\n",
        NOTE,
        "What is known to bite on the way to Aurora: asked by rules, taken care of by another part of this toolkit, "
        "or not asked, with the reason. Rules beyond these are in [the catalogue](CATALOGUE.md).\n",
    ]
    for family in FAMILIES:
        known = facts(family)
        counts = ", ".join(f"{sum(one.place is place for one in known)} {place.value}" for place in Place)
        parts += [f"## {TITLES[family]}\n", f"{len(known)} facts: {counts}.\n"]
        parts.append(table(("fact", "where", "how"), [(f"`{one.name}`", one.place.value, _how(one)) for one in known]))
    return "\n".join(parts)


def _how(fact: Fact) -> str:
    if fact.place is not Place.RULES:
        return fact.reason
    rules = catalogue()
    return ", ".join(f"[{code}](rules.md#{code.lower()}-{rules[code].slug})" for code in fact.codes)
