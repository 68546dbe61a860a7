"""Every rule keeps the catalogue's contract; a new rule file is covered by being there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import ModuleType

import pytest

from checks.errors import BadRuleError
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.registry import catalogue, collect
from checks.route import Route
from checks.rule import AREAS, HEADINGS, UNSOURCED, Rule, page

RULES = list(catalogue().values())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
class TestContract:
    def test_the_page_has_its_headings_in_order_with_something_under_each(self, rule: Rule) -> None:
        found = re.findall(r"^## (.+)\n+(.+)", page(type(rule)), re.MULTILINE)
        assert tuple(heading for heading, _ in found) == HEADINGS
        assert not any(text.startswith("##") for _, text in found)

    def test_the_title_names_the_fault(self, rule: Rule) -> None:
        title = rule.title()
        assert title.endswith(".")
        assert title[0].isupper()
        assert len(title) <= 80

    def test_the_file_is_called_after_code_and_slug(self, rule: Rule) -> None:
        expected = f"{rule.code.lower()}_{rule.slug.replace('-', '_')}"
        assert type(rule).__module__.rpartition(".")[2] == expected

    def test_the_folder_fits_the_code(self, rule: Rule) -> None:
        folder = {"PG": "postgres", "MY": "mysql", "CK": "common"}[rule.code[:2]]
        assert type(rule).__module__.split(".")[-2] == folder

    def test_the_area_is_one_of_ours(self, rule: Rule) -> None:
        assert int(rule.code[2]) in AREAS
        assert rule.code[2] != "9", "the 900s belong to the users"

    def test_the_slug_reads_well_after_allow(self, rule: Rule) -> None:
        assert not re.match(r"(no-|not-|missing-|use-|require-|avoid-|check-)", rule.slug.replace("no-free-", ""))

    def test_the_source_is_a_document(self, rule: Rule) -> None:
        named = rule.source.startswith(("https://", "AWS ", "aurora-migrate: ", f"{UNSOURCED}: "))
        assert named, "a URL, a named document, or `unsourced: …` with what it is inferred from"

    def test_a_url_in_the_source_is_also_among_the_references(self, rule: Rule) -> None:
        if rule.source.startswith("https://"):
            assert rule.source in page(type(rule)).partition("## References")[2]


def fresh(**attributes: object) -> type[Rule]:
    """A rule made on the spot, right but for `attributes`."""
    doc = "Fault.\n\n" + "\n\n".join(f"## {heading}\nText." for heading in HEADINGS) + "\n"

    def find(self: Rule, catalog: Catalog, route: Route) -> Iterable[Finding]:
        return []

    right: dict[str, object] = {
        "__doc__": doc,
        "__module__": "made_on_the_spot",
        "code": "PG999",
        "slug": "made-on-the-spot",
        "severity": Severity.NOTICE,
        "source": "https://example.org/",
        "bad": ("SELECT 1",),
        "good": ("SELECT 2",),
        "find": find,
    }
    return type("MadeOnTheSpot", (Rule,), {**right, **attributes})


@pytest.mark.parametrize(
    ("attributes", "complaint"),
    [
        ({"code": "PG12"}, "not PGnnn"),
        ({"code": ""}, "no code"),
        ({"slug": "Not A Slug"}, "words-joined-by-hyphens"),
        ({"source": ""}, "no source"),
        ({"severity": Severity.BLOCKER}, "which stage"),
        ({"blocks": "lunch"}, "lunch"),
        ({"good": ()}, "as many good examples"),
        ({"bad": (), "good": ()}, "at least one"),
        ({"find": Rule.find}, "no find"),
        ({"__doc__": "Fault.\n\n## What it finds\nText.\n"}, "Why it matters"),
    ],
)
def test_a_rule_that_breaks_the_contract_cannot_be_defined(attributes: dict[str, object], complaint: str) -> None:
    with pytest.raises(BadRuleError, match=complaint):
        fresh(**attributes)


def module_of(*rules: type[Rule]) -> ModuleType:
    module = ModuleType("made_on_the_spot")
    for number, rule in enumerate(rules):
        setattr(module, f"Rule{number}", rule)
    return module


def test_two_rules_with_one_code_are_refused() -> None:
    with pytest.raises(BadRuleError, match="PG999 is both"):
        collect([module_of(fresh(), fresh(slug="another"))])


def test_two_rules_with_one_slug_are_refused() -> None:
    with pytest.raises(BadRuleError, match="made-on-the-spot is both"):
        collect([module_of(fresh(), fresh(code="PG998"))])


def test_an_imported_rule_is_not_counted_twice() -> None:
    rule = fresh(__module__="elsewhere")
    assert collect([module_of(rule)]) == {}
