"""Every known fact is asked by a rule that is there, or it is written down why not; none is lost on the way."""

from __future__ import annotations

import pytest

from checks.coverage import FAMILIES, Place, facts
from checks.registry import catalogue

KNOWN = {"postgresql": 154, "mysql": 196}
PREFIXES = {"postgresql": ("PG", "CK"), "mysql": ("MY", "CK")}


@pytest.mark.parametrize("family", FAMILIES)
def test_no_fact_is_lost(family: str) -> None:
    assert len(facts(family)) == KNOWN[family]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_fact_has_rules_that_are_there_or_a_reason(family: str) -> None:
    rules = catalogue()
    for fact in facts(family):
        if fact.place is Place.RULES:
            assert fact.codes, fact.name
            assert set(fact.codes) <= set(rules), fact.name
            assert all(code.startswith(PREFIXES[family]) for code in fact.codes), fact.name
        else:
            assert len(fact.reason.split()) >= 5, f"{fact.name}: a reason is a sentence"


def test_most_facts_are_rules() -> None:
    known = [fact for family in FAMILIES for fact in facts(family)]
    assert sum(fact.place is Place.RULES for fact in known) > 0.6 * len(known)
