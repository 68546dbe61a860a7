"""No example is left out: each is loaded into a real server, or the rule says why none can show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from checks.registry import catalogue
from checks.rule import LiveExample, Rule
from tests.checks import test_mysql_rule_examples as mysql
from tests.checks import test_rule_examples as postgres

RULES = [rule for rule in catalogue().values() if not rule.reported_by_run]
NOT_FROM_EXAMPLES = {"CK002", "CK003", "CK004"}
"""A crash and waivers stand in no Catalog: `checks.run` reports them, tests/checks/test_run.py makes them happen."""


def loaded() -> Counter[tuple[str, str]]:
    """Code and text of every example that a test loads into a server."""
    by_postgres: Iterable[Any] = (param.values for param in postgres.sql_examples())
    by_mysql: Iterable[Any] = (param.values for param in mysql.sql_examples())
    found = Counter((rule.code, sql) for rule, _, sql in by_postgres)
    for rule, _, bad, good in by_mysql:
        found.update([(rule.code, bad), (rule.code, good)])
    return found


def test_every_example_in_sql_is_loaded() -> None:
    there = loaded()
    missing = [
        f"{rule.code}: {example}"
        for rule in RULES
        for example in (*rule.bad, *rule.good)
        if isinstance(example, str) and not there[rule.code, example]
    ]
    assert missing == []
    assert len(there) > 300


def test_the_other_examples_say_why_no_sql_shows_them() -> None:
    told = [
        example.because for rule in RULES for example in (*rule.bad, *rule.good) if isinstance(example, LiveExample)
    ]
    assert told
    assert min(map(len, told)) > 10


def test_sql_that_no_server_loads_says_why() -> None:
    told = {rule.code: rule.not_loadable for rule in RULES if rule.not_loadable}
    assert all(len(reason) > 10 for reason in told.values()), told


def test_every_rule_has_examples_but_those_of_the_catalogue_itself() -> None:
    without = {rule.code for rule in catalogue().values() if rule.reported_by_run}
    assert without == NOT_FROM_EXAMPLES
    assert all(rule.bad and len(rule.bad) == len(rule.good) for rule in RULES)


def test_each_rule_of_both_servers_is_shown_on_both_or_is_listed() -> None:
    shown = {(param.values[0].code, param.values[1]) for param in mysql.sql_examples()}
    in_sql: list[Rule] = [rule for rule in mysql.RULES if any(isinstance(example, str) for example in rule.bad)]
    left_out = {rule.code for rule in in_sql for engine in rule.engines if (rule.code, engine) not in shown}
    assert left_out == set(mysql.OF_ONE_SERVER)
