"""A baseline knows findings by rule and object; as many as there were, and not by the wording."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checks import baseline
from checks.errors import BadBaselineError
from checks.facts import ObjectRef
from checks.finding import Finding, Remedy, Severity


def finding(code: str = "PG301", name: str = "public.a", message: str = "has no key", kind: str = "table") -> Finding:
    return Finding(
        code=code,
        slug="slug",
        severity=Severity.WARNING,
        blocks=None,
        object=ObjectRef(kind, name),
        message=message,
        remedy=Remedy("Mend it."),
        source="a book",
    )


def report(*findings: Finding) -> str:
    return json.dumps(
        {
            "report": "assessment",
            "findings": [
                {"code": f.code, "object": {"kind": f.object.kind, "name": f.object.name}, "message": f.message}
                for f in findings
            ],
        }
    )


def compared(now: list[Finding], *earlier: Finding) -> tuple[list[bool], tuple[str, ...]]:
    marked, resolved = baseline.compare(now, baseline.read(report(*earlier), "old.json"))
    return [one.known for one in marked], resolved


def test_what_was_there_is_known_and_what_is_gone_is_resolved() -> None:
    known, resolved = compared([finding(), finding(name="public.b")], finding(), finding(code="PG101"))
    assert known == [True, False]
    assert resolved == ("PG101 table public.a",)


def test_a_size_in_the_message_makes_no_finding_new() -> None:
    assert compared([finding(message="has 12 rows")], finding(message="has 11 rows")) == ([True], ())


def test_a_second_finding_about_the_same_object_is_new() -> None:
    assert compared([finding(), finding()], finding()) == ([True, False], ())


def test_a_statement_is_known_by_its_text_for_its_line_moves() -> None:
    now = finding("CK001", "dump.sql:90", "not read: FROBNICATE", "statement")
    assert compared([now], finding("CK001", "dump.sql:80", "not read: FROBNICATE", "statement")) == ([True], ())
    assert compared([now], finding("CK001", "dump.sql:90", "not read: DO", "statement"))[0] == [False]


@pytest.mark.parametrize("text", ["", "[]", '{"report": "validation"}', '{"report": "assessment"}', "<html>"])
def test_another_file_is_no_baseline(text: Any) -> None:
    with pytest.raises(BadBaselineError, match=r"old\.json"):
        baseline.read(text, "old.json")
