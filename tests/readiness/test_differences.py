"""What two reports tell differently is told: no field is passed over, and no row hides another."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from migrate.model.readiness import Change, ReadinessReport
from migrate.operations.readiness.compare import compared
from migrate.operations.readiness.differences import changes
from migrate.report.documents import document
from migrate.report.readiness.render import Form, render
from migrate.stages.assess import findings
from tests.readiness.conftest import Told

Path = tuple[str | int, ...]
OF_THE_DOCUMENT = r"(report|schema_version|tool_version|generated_at|at|migration|since|changes|chain\..*)"
FOLLOWS = r"(reasons\.\d+|(predictions|steps)\.\d+\.error)"
"""From the blockers, and from predicted and measured."""
AGES = r"gates\.\d+\.(observed|hint|asked_at|counts_until)"
LEFT_OUT = re.compile(f"{OF_THE_DOCUMENT}|{FOLLOWS}|{AGES}")
WAIVED = {"code": "PG301", "objects": ["table a"], "count": 1, "by": "Ada: x", "until": None, "expired": False}


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict | list) and value:
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(one, (*path, key))
    elif not isinstance(value, dict | list):
        yield path


def other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case str():
            return f"{value} x"
        case int() | float():
            return value + 1
        case _:
            return 1.0


def without(told: dict[str, Any], path: Path) -> bool:
    """A gate that the record answers has reasons with ages; one that shuts is told as a gate."""
    row: Any = told[str(path[0])][path[1]] if len(path) == 3 else {}
    asked_by_nobody = path[0] == "gates" and path[-1] == "reason" and not row["asked_by"]
    of_a_gate = path[0] == "blockers" and path[-1] in ("what", "why", "next") and row["what"].startswith("gate ")
    return asked_by_nobody or of_a_gate or LEFT_OUT.fullmatch(".".join(map(str, path))) is not None


def test_whatever_changes_in_a_report_is_told(rich: Callable[[str], ReadinessReport]) -> None:
    told = document(rich("public.orders"))
    told["waived"] = [WAIVED]
    told["rehearsals"][0]["faults"] = [{"name": "a", "when": "b", "outcome": "c"}]
    told["way_back"]["rolled_back"] = [["rollback-2", "2026-11-23T08:00:00.000Z"]]
    for one in told["predictions"]:
        one |= {which: one[which] or {"seconds": 1.0, "basis": "a"} for which in ("predicted", "limit", "measured")}
    assert list(changes(told, told)) == []
    silent = []
    for path in leaves(told):
        if without(told, path):
            continue
        now = copy.deepcopy(told)
        place: Any = now
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = other(place[path[-1]])
        if not list(changes(told, now)):
            silent.append(".".join(map(str, path)))
    assert silent == []


@pytest.mark.parametrize(
    "name", ["waived", "drills", "restores", "rehearsals", "steps", "consents", "work", "blockers"]
)
def test_a_row_that_goes_or_comes_is_told(rich: Callable[[str], ReadinessReport], name: str) -> None:
    told = document(rich("public.orders"))
    told["waived"] = [WAIVED, {**WAIVED, "by": "Bo: y"}]
    fewer = {**told, name: [row for row in told[name] if not str(row.get("what")).startswith("gate ")][1:]}
    assert list(changes(told, fewer))
    assert list(changes(fewer, told))


def since(told: Told, then: ReadinessReport) -> dict[str, tuple[str, str]]:
    file = told.folder / "then.json"
    file.write_text(render(then, Form.JSON))
    found: tuple[Change, ...] = compared(told.report(), file).changes or ()
    return {one.subject: (one.before, one.now) for one in found}


def test_a_price_that_rose_is_told(told: Told) -> None:
    told.evidence("price", "provision-cost", {"a month": "100 USD"})
    then = told.report()
    told.later(days=1).evidence("price", "provision-cost", {"a month": "19,999 USD"})
    assert since(told, then)["price, a month"] == ("100 USD", "19,999 USD")


def test_one_of_two_waivers_of_a_rule_that_is_dropped_is_told(told: Told) -> None:
    rows = [{**WAIVED, "by": f"{name}: reason (until 2026-12-24)"} for name in ("Ada", "Bo")]
    told.evidence(findings.RECORD, "assess", {"waived": rows})
    then = told.report()
    told.evidence(findings.RECORD, "assess", {"waived": rows[1:]})
    assert since(told, then) == {"waiver PG301, Ada: reason (until 2026-12-24)": ("1 found", "")}


def test_two_rows_of_one_name_do_not_hide_one_another(told: Told) -> None:
    rows = [WAIVED, {**WAIVED, "count": 5}]
    told.evidence(findings.RECORD, "assess", {"waived": rows})
    then = told.report()
    told.evidence(findings.RECORD, "assess", {"waived": rows[:1]})
    assert since(told, then) == {"waiver PG301, Ada: x (2)": ("5 found", "")}


def test_a_rehearsal_that_froze_for_longer_is_told_with_its_seconds(told: Told) -> None:
    told.rehearsed("one", freeze=3.0)
    then = told.report()
    told.rehearsed("two", freeze=50.0, started_at="2026-11-21T08:00:00.000Z")
    found = since(told, then)
    assert found["rehearsals"] == ("1 of 1 passed", "2 of 2 passed")
    assert found["rehearsal two"] == ("", "Ledger: passed, freeze 50.00 s")
    assert [text.partition(" (")[0] for text in found["predicted freeze"]] == ["3.00 s", "50.00 s"]
    assert found["error of the freeze of two"] == ("", "predicted 3.00 s, measured 50.00 s")


def test_the_end_of_the_reverse_window_is_told(told: Told) -> None:
    told.ready().approved().cut_over()
    then = told.report()
    told.evidence("reverse-window", "cutover-1", {"seconds": 0.4, "extended_by": "Ines"}, 48)
    assert "way back, deadline" in since(told, then)


def test_findings_of_a_table_are_told(told: Told) -> None:
    told.assessed(blockers=1)
    then = told.report()
    told.assessed()
    before, now = since(told, then)["table public.events"]
    assert "1 blockers" in before
    assert "blockers" not in now


def test_a_report_of_an_older_version_is_compared_by_what_it_has(told: Told) -> None:
    told.rehearsed()
    now = document(told.report())
    then = copy.deepcopy(now)
    for row in then["rehearsals"]:
        for name in ("vouched", "vouched_because", "endpoint"):
            del row[name]
    assert list(changes(then, now)) == []
