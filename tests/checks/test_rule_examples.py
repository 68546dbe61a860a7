"""Each rule finds its bad examples and lets its good ones pass, and the examples are real SQL."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from checks.ddl.lexer import tokens
from checks.ddl.read import read_text
from checks.facts import Catalog, Origin
from checks.finding import Finding
from checks.registry import catalogue
from checks.route import TARGET_OF, Engine, Route, TargetEngine, Version
from checks.rule import Example, LiveExample, Rule

USUAL = {TargetEngine.AURORA_POSTGRESQL: "17.4", TargetEngine.AURORA_MYSQL: "3.08"}
RULES = [rule for rule in catalogue().values() if not rule.reported_by_run]


def catalog_of(rule: Rule, example: Example) -> Catalog:
    return example.make() if isinstance(example, LiveExample) else read_text(example, rule.engines[0])


def found_in(rule: Rule, example: Example) -> list[Finding]:
    catalog = catalog_of(rule, example)
    target = TARGET_OF[catalog.engine]
    version = example.target if isinstance(example, LiveExample) else None
    route = Route(catalog.engine, catalog.version, target, Version.parse(version or USUAL[target]))
    assert rule.not_applicable(catalog, route, rule.methods[0]) is None
    return list(rule.find(catalog, route))


def examples(side: str) -> list[Any]:
    return [
        pytest.param(rule, example, id=f"{rule.code}-{number}")
        for rule in RULES
        for number, example in enumerate(getattr(rule, side))
    ]


def sql_examples() -> list[Any]:
    return [
        pytest.param(rule, side, example, id=f"{rule.code}-{side}-{number}")
        for rule in RULES
        if rule.engines[0] is Engine.POSTGRES
        for side in ("bad", "good")
        for number, example in enumerate(getattr(rule, side))
        if isinstance(example, str)
    ]


@pytest.mark.parametrize(("rule", "example"), examples("bad"))
def test_a_bad_example_is_found_with_a_remedy(rule: Rule, example: Example) -> None:
    findings = found_in(rule, example)
    assert findings
    for finding in findings:
        assert (finding.code, finding.slug) == (rule.code, rule.slug)
        assert finding.remedy.text
        assert finding.source
        assert finding.message == finding.message.strip()
        if not isinstance(example, LiveExample) and finding.object.kind not in ("server", "target"):
            assert finding.object.location is not None


@pytest.mark.parametrize(("rule", "example"), examples("good"))
def test_a_good_example_passes(rule: Rule, example: Example) -> None:
    assert found_in(rule, example) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_good_example_differs_from_its_bad_one_in_one_fact(rule: Rule) -> None:
    for bad, good in zip(rule.bad, rule.good, strict=True):
        assert type(bad) is type(good)
        if isinstance(bad, LiveExample) and isinstance(good, LiveExample):
            one, other = bad.make(), good.make()
            fields = [f.name for f in dataclasses.fields(one) if getattr(one, f.name) != getattr(other, f.name)]
            assert len(fields) + (bad.target != good.target) == 1
        elif isinstance(bad, str) and isinstance(good, str):
            assert changed_places(bad, good) == 1


def changed_places(one: str, other: str) -> int:
    """How many separate places differ, token by token; comments count as one token each."""

    def words(text: str) -> list[str]:
        comments = [line for line in text.splitlines() if line.startswith("--")]
        if "`" in text:
            return comments + re.findall(r"`[^`]*`|\w+|\S", text)
        return comments + [text[token.start : token.end] for token in tokens(text)]

    blocks = difflib.SequenceMatcher(None, words(one), words(other), autojunk=False).get_opcodes()
    return sum(1 for tag, *_ in blocks if tag != "equal")


@pytest.mark.parametrize(
    "rule", [r for r in RULES if any(isinstance(e, LiveExample) for e in r.bad)], ids=lambda r: r.code
)
def test_a_live_example_says_why_no_ddl_shows_it(rule: Rule) -> None:
    for example in (*rule.bad, *rule.good):
        if isinstance(example, LiveExample):
            assert len(example.because) > 10
            assert example.make().origin is Origin.LIVE


@pytest.mark.server
@pytest.mark.parametrize(("rule", "side", "sql"), sql_examples())
def test_an_example_loads_on_a_real_server_or_says_why_not(
    rule: Rule, side: str, sql: str, postgres_server: Any, examples_database: str
) -> None:
    with postgres_server.connect(examples_database) as connection:
        if rule.not_loadable and side == "bad":
            with pytest.raises(psycopg.Error), connection.transaction(force_rollback=True):
                connection.execute(sql)
        else:
            with connection.transaction(force_rollback=True):
                connection.execute(sql)


@pytest.mark.server
@pytest.mark.parametrize(
    ("rule", "example"),
    [
        p
        for p in examples("bad")
        if isinstance(p.values[1], str) and not p.values[0].not_loadable and p.values[0].engines[0] is Engine.POSTGRES
    ],
)
def test_the_sql_of_a_remedy_runs_after_its_bad_example(
    rule: Rule, example: str, postgres_server: Any, examples_database: str
) -> None:
    for finding in found_in(rule, example):
        if finding.remedy.sql:
            with (
                postgres_server.connect(examples_database) as connection,
                connection.transaction(force_rollback=True),
            ):
                connection.execute(example)
                connection.execute(finding.remedy.sql)


@pytest.fixture
def examples_database(postgres_server: Any, fresh_database: Callable[[Any], str]) -> str:
    return fresh_database(postgres_server)
