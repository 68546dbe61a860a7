"""What a server keeps to itself names the rules that need it, and only those."""

from __future__ import annotations

import pytest

from checks.closed_facts import ASKED_BY, postgres_grant, unanswered
from checks.registry import catalogue

NEEDED = {
    "roles": "accounts",
    "accounts": "accounts",
    "open transactions": "state.writers",
    "replication slots": "state.slots",
    "free replication slots": "replication",
    "prepared transactions": "state.prepared",
    "prepared XA transactions": "state.prepared",
    "preloaded libraries": "settings.shared_preload_libraries",
    "settings of the server": "settings",
    "settings of configuration files": "state.custom_settings",
    "settings that sessions changed": "state.odd_sessions",
    "statements of applications": "statements",
}
FAMILY = {"roles": "PG", "free replication slots": "PG", "prepared transactions": "PG", "settings of the server": "PG"}
FAMILY |= {"accounts": "MY", "prepared XA transactions": "MY"}


@pytest.mark.parametrize("fact", NEEDED)
def test_the_rules_named_are_those_that_need_the_fact(fact: str) -> None:
    family = FAMILY.get(fact, "")
    needing = {rule.code for rule in catalogue().values() if NEEDED[fact] in rule.needs}
    assert set(ASKED_BY[fact]) == {code for code in needing if code.startswith(family)}


def test_facts_that_no_rule_declares_are_few() -> None:
    assert ASKED_BY.keys() - NEEDED.keys() == {
        "large objects",
        "positions of",
        "whether it is a replica",
        "the end of the binary log",
    }


def test_rules_are_listed_as_a_person_would() -> None:
    assert unanswered("replication slots (no x)", "PG") == "PG315 and PG317"
    assert unanswered("open transactions (no PROCESS)", "MY") == "MY315"
    assert unanswered("triggers (no SELECT on pg_trigger)", "PG") == "any rule about that"


@pytest.mark.parametrize(
    ("fact", "grant"),
    [
        ("open transactions (no pg_read_all_stats)", 'GRANT pg_read_all_stats TO "a ""b""";'),
        ("triggers (no SELECT on pg_trigger)", 'GRANT SELECT ON pg_trigger TO "a ""b""";'),
        ("replication slots (no EXECUTE on f())", 'GRANT EXECUTE ON FUNCTION f() TO "a ""b""";'),
        ("statements of applications (no USAGE on schema tools)", 'GRANT USAGE ON schema tools TO "a ""b""";'),
        ("event triggers (this server does not offer it)", None),
    ],
)
def test_the_grant_that_opens_it(fact: str, grant: str | None) -> None:
    assert postgres_grant(fact, 'a "b"') == grant
    assert postgres_grant(fact, None) is None
