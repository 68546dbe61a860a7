"""Two inventories, what differs, and what is expected to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from migrate.model.inventory import Discrepancy, Inventory, compare, unexpected
from migrate.report.schema_diff_text import lines
from migrate.stages.schema_diff import ACCEPTED, RESTING, TOLD_MAX, schema_diff, told

HERE: Inventory = {
    "table app.a": {"comment": "it's\n here", "owner": "app"},
    "trigger t on app.a": {"enabled": "always"},
    "event trigger watching": {"definition": "ddl_command_start"},
    "view app.v": {"definition": "SELECT 1"},
}
THERE: Inventory = {
    "table app.a": {"owner": "app"},
    "trigger t on app.a": {"enabled": "disabled"},
    "view app.v": {"definition": "SELECT 2"},
}


def side(inventory: Inventory, resting: bool = False) -> Any:
    """A database as far as the comparison looks at it."""
    return SimpleNamespace(
        schema=SimpleNamespace(inventory=lambda schemas, friends, *_: inventory, excuse=lambda each, _: ""),
        triggers=SimpleNamespace(resting=lambda firing, each: resting and each.aspect == "enabled"),
    )


def test_every_aspect_that_differs_is_told_and_an_object_on_one_side_once() -> None:
    assert [str(each) for each in compare(HERE, THERE)] == [
        "event trigger watching: only on the source",
        "table app.a: comment is it's here on the source, nothing on the target",
        "trigger t on app.a: enabled is always on the source, disabled on the target",
        "view app.v: definition is SELECT 1 on the source, SELECT 2 on the target",
    ]
    assert str(compare(THERE, HERE)[0]) == "event trigger watching: only on the target"
    assert compare(HERE, HERE) == ()


def test_a_table_that_is_gone_is_named_before_its_columns() -> None:
    columns = {f"column app.gone.c{number}": {"type": "integer"} for number in range(20)}
    found = compare({**columns, "table app.gone": {"made": "yes"}}, {})
    assert told(found).startswith("table app.gone: only on the source; column app.gone.c0: only on the source;")


def test_what_rests_and_what_is_accepted_is_expected_and_nothing_else() -> None:
    found = schema_diff(
        side(HERE), side(THERE, resting=True), ["app"], resting={"triggers": []}, accepted=["event trigger *"]
    )
    assert {each.object: each.reason for each in found} == {
        "event trigger watching": ACCEPTED,
        "table app.a": "",
        "trigger t on app.a": RESTING,
        "view app.v": "",
    }
    assert [each.object for each in unexpected(found)] == ["table app.a", "view app.v"]
    assert len(unexpected(schema_diff(side(HERE), side(THERE, resting=True), ["app"]))) == 4, "nothing rests yet"


def test_people_read_what_is_amiss_first() -> None:
    found = compare(HERE, THERE, [lambda each: "it may" if each.object.startswith("event") else ""])
    text = list(lines(found, ["table app.b: emptied by TRUNCATE, or rewritten"], "mend it"))
    assert text[0] == "3 differences, and 1 expected ones"
    assert text[1].startswith("  ✗ table app.a")
    assert text[4] == "  ✓ event trigger watching: only on the source (it may)"
    assert text[-2:] == ["  ✗ table app.b: emptied by TRUNCATE, or rewritten", "  → mend it"]
    assert list(lines((), (), "mend it")) == ["0 differences, and 0 expected ones"]


def test_a_line_of_an_error_ends() -> None:
    many = [Discrepancy(object=f"table t{n}", aspect="made", source="yes", target=None) for n in range(TOLD_MAX + 3)]
    assert told(many).endswith("; and 3 more")
