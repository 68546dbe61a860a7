"""What is on record, for a terminal of 80 columns: of each piece of evidence the facts that a person decides by."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from migrate.model.json import Facts
from migrate.model.visible import visible
from migrate.report.readiness.plain import WIDTH
from migrate.report.readiness.words import moment, plural

TABLES_MAX = 3
"""Tables that a validation did not find equal and that are named."""


def lines(evidence: Mapping[str, Facts]) -> Iterator[str]:
    """By name, as `status` has it: facts, and in `taken_at` when they were."""
    for name, facts in evidence.items():
        told = "; ".join((*TOLD[name](facts), moment(datetime.fromisoformat(str(facts["taken_at"])))))
        yield from textwrap.wrap(visible(f"{name}: {told}"), WIDTH, subsequent_indent="    ", break_on_hyphens=False)


def _assessment(facts: Facts) -> Iterator[str]:
    yield _counts(facts, blockers="blocker", warnings="warning", notices="notice")
    if facts.get("waived"):
        until = facts.get("waived_until")
        yield f"some are waived until {until}" if until else "some are waived"
    if facts.get("route"):
        yield str(facts["route"])


def _validation(facts: Facts) -> Iterator[str]:
    yield str(facts["verdict"])
    if counts := _counts(facts, rows="row", tables="table", differences="difference"):
        yield counts
    amiss = facts.get("amiss")
    if isinstance(amiss, list) and amiss:
        named = ", ".join(f"{one['table']} {one['verdict']}" for one in amiss[:TABLES_MAX])
        yield named + (", …" if len(amiss) > TABLES_MAX else "")
    if facts.get("why"):
        yield str(facts["why"])
    if facts.get("blind"):
        yield f"no log is held since: {facts['blind']}"
    if facts.get("unfinished"):
        yield "validate goes on where it ended"


def _way_back(facts: Facts) -> Iterator[str]:
    yield f"a marker of task {facts.get('task')} came back in {facts.get('seconds')} s"


TOLD: dict[str, Callable[[Facts], Iterator[str]]] = {
    "assessment": _assessment,
    "validation": _validation,
    "way-back": _way_back,
}


def _counts(facts: Facts, **words: str) -> str:
    """Those that are known: an earlier version counted less."""
    known = {word: facts.get(fact) for fact, word in words.items()}
    return ", ".join(plural(number, word) for word, number in known.items() if isinstance(number, int))
