"""The grammar of TableMappings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrate.sandbox.dms.filters import parse_filter
from migrate.sandbox.dms.mappings import MappingError, matches, parse


def selection(number: int, schema: str, table: str, action: str = "include", **more: Any) -> dict[str, Any]:
    return {
        "rule-type": "selection",
        "rule-id": str(number),
        "rule-name": f"rule{number}",
        "rule-action": action,
        "object-locator": {"schema-name": schema, "table-name": table},
        **more,
    }


def transformation(number: int, target: str, action: str, locator: dict[str, str], **more: str) -> dict[str, Any]:
    return {
        "rule-type": "transformation",
        "rule-id": str(number),
        "rule-target": target,
        "rule-action": action,
        "object-locator": locator,
        **more,
    }


def names(rules: list[dict[str, Any]], tables: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(one.schema, one.table) for one in parse({"rules": rules}).select(tables)]


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("%", "anything", True),
        ("%", "", True),
        ("wp_1_%", "wp_1_posts", True),
        ("wp_1_%", "wp_11posts", True),
        ("wp[_]1[_]%", "wp_11posts", False),
        ("wp[_]1[_]%", "wp_1_posts", True),
        ("t[ab]", "ta", True),
        ("t[ab]", "tc", False),
        ("t[a-d]x", "tcx", True),
        ("t[a-d]x", "tex", False),
        ("Orders", "orders", False),
        ("a.b", "axb", False),
        ("line%", "line\nbreak", True),
        ("[", "[", True),
        ("x[^a]", "xb", False),
    ],
)
def test_wildcards(pattern: str, name: str, fits: bool) -> None:
    assert matches(pattern, name) is fits


def test_exclude_wins_whatever_the_order() -> None:
    tables = [("s", "a"), ("s", "b"), ("s", "secret")]
    rules = [selection(1, "s", "secret", "exclude"), selection(2, "s", "%")]
    assert names(rules, tables) == [("s", "a"), ("s", "b")]
    assert names(list(reversed(rules)), tables) == [("s", "a"), ("s", "b")]
    assert names([*rules, selection(3, "s", "secret", "explicit")], tables) == [("s", "a"), ("s", "b")]


def test_explicit_takes_an_underscore_literally() -> None:
    assert names([selection(1, "s", "a_b", "explicit")], [("s", "a_b"), ("s", "axb")]) == [("s", "a_b")]
    mappings = parse({"rules": [selection(1, "s", "gone", "explicit")]})
    assert mappings.missing([("s", "here")]) == [("s", "gone")]


def test_load_order_comes_first_then_the_name() -> None:
    rules = [selection(1, "s", "%"), selection(2, "s", "c", **{"load-order": "2"})]
    assert names(rules, [("s", "a"), ("s", "b"), ("s", "c")]) == [("s", "c"), ("s", "a"), ("s", "b")]


def test_names_on_the_target() -> None:
    everywhere = {"schema-name": "%", "table-name": "%"}
    rules = [
        selection(1, "%", "%"),
        transformation(2, "schema", "rename", {"schema-name": "app"}, value="live"),
        transformation(3, "table", "convert-lowercase", everywhere),
        transformation(4, "table", "add-prefix", everywhere, value="never_"),
        transformation(5, "column", "remove-column", {**everywhere, "column-name": "secret"}),
        transformation(
            6, "column", "replace-prefix", {**everywhere, "column-name": "%"}, value="n_", **{"old-value": "o_"}
        ),
    ]
    (one,) = parse({"rules": rules}).select([("app", "Orders")])
    assert (one.target_schema, one.target_table) == ("live", "orders"), "the lowest rule-id wins"
    assert [one.target_column(name) for name in ("id", "secret", "o_x")] == ["id", None, "n_x"]
    (two,) = parse({"rules": [selection(1, "%", "%")]}).select([("app", "T")], target_schema="given")
    assert (two.target_schema, two.target_table) == ("given", "T")


@pytest.mark.parametrize(
    ("action", "value", "old", "result"),
    [
        ("convert-uppercase", "", "", "PRE_NAME_SUF"),
        ("add-suffix", "_x", "", "pre_name_suf_x"),
        ("remove-prefix", "pre_", "", "name_suf"),
        ("remove-suffix", "_suf", "", "pre_name"),
        ("replace-suffix", "_new", "_suf", "pre_name_new"),
    ],
)
def test_renaming_actions(action: str, value: str, old: str, result: str) -> None:
    locator = {"schema-name": "s", "table-name": "%"}
    rule = transformation(2, "table", action, locator, value=value, **{"old-value": old})
    (one,) = parse({"rules": [selection(1, "s", "%"), rule]}).select([("s", "pre_name_suf")])
    assert one.target_table == result


def test_table_settings_need_exact_names_in_the_service_s_words() -> None:
    settings = {
        "rule-type": "table-settings",
        "rule-id": "7",
        "rule-name": "seven",
        "object-locator": {"schema-name": "s", "table-name": "%"},
    }
    with pytest.raises(MappingError) as caught:
        parse({"rules": [selection(1, "s", "%"), settings]})
    assert caught.value.message == (
        "Error in mapping rules. Rule with ruleId = 7 failed validation. "
        "Exact schema and table name required when using table settings rule."
    )


def test_lob_settings_reach_their_table() -> None:
    settings = {
        "rule-type": "table-settings",
        "rule-id": "2",
        "object-locator": {"schema-name": "s", "table-name": "a"},
        "lob-settings": {"mode": "limited", "bulk-max-size": "64"},
    }
    first, second = parse({"rules": [selection(1, "s", "%"), settings]}).select([("s", "a"), ("s", "b")])
    assert first.settings is not None
    assert first.settings.lob_max_kb == 64
    assert second.settings is None


def _table_settings(**more: Any) -> dict[str, Any]:
    locator = {"schema-name": "s", "table-name": "t"}
    rule = {"rule-type": "table-settings", "rule-id": "2", "object-locator": locator, **more}
    return {"rules": [selection(1, "s", "t"), rule]}


@pytest.mark.parametrize(
    "load",
    [
        {"type": "ranges", "columns": ["a", "b"], "boundaries": [["1", "x"], ["2", "y"]]},
        {"type": "partitions-auto"},
        {"type": "partitions-list", "partitions": ["p0"]},
    ],
)
def test_a_table_may_be_loaded_in_parts(load: dict[str, Any]) -> None:
    (taken,) = parse(_table_settings(**{"parallel-load": load})).select([("s", "t")])
    assert taken.settings is not None


@pytest.mark.parametrize(
    "more",
    [
        {"parallel-load": {"type": "segments"}},
        {"parallel-load": {"type": "ranges", "columns": ["a"]}},
        {"parallel-load": {"type": "ranges", "columns": ["a"], "boundaries": [["1", "2"]]}},
        {"parallel-load": {"type": "ranges", "columns": list("abcdefghijk"), "boundaries": [["1"] * 11]}},
        {"parallel-load": {"type": "partitions-list"}},
        {"lob-settings": {"mode": "huge"}},
    ],
)
def test_parts_that_make_no_sense_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(MappingError):
        parse(_table_settings(**more))


@pytest.mark.parametrize(
    "document",
    [
        "not json",
        "[]",
        {},
        {"rules": []},
        {"rules": ["x"]},
        {"rules": [selection(1, "s", "t", "exclude")]},
        {"rules": [selection(1, "s", "t", "nonsense")]},
        {"rules": [selection(1, "s", "t"), selection(1, "s", "u")]},
        {"rules": [selection(1, "s", "t"), {**selection(2, "s", "u"), "rule-name": "rule1"}]},
        {"rules": [{**selection(1, "s", "t"), "rule-id": "one"}]},
        {"rules": [{**selection(1, "s", "t"), "object-locator": {"schema-name": "s"}}]},
        {"rules": [{**selection(1, "s", "t"), "rule-type": "other"}]},
        {"rules": [selection(1, "s", "%", "explicit")]},
        {"rules": [selection(1, "s", "t", **{"load-order": "-1"})]},
        {"rules": [selection(1, "s", "t", filters=[{"filter-type": "source"}])]},
        {"rules": [selection(1, "s", "t"), selection(2, "s", "t", "exclude", filters=[{}])]},
        {
            "rules": [
                selection(1, "s", "t"),
                transformation(2, "table", "rename", {"schema-name": "s", "table-name": "t"}),
            ]
        },
        {"rules": [selection(1, "s", "t"), transformation(2, "table", "add-column", {"schema-name": "s"}, value="x")]},
        {"rules": [selection(1, "s", "t"), transformation(2, "index-tablespace", "rename", {"schema-name": "s"})]},
    ],
)
def test_bad_documents_are_refused(document: Any) -> None:
    with pytest.raises(MappingError, match="Error in mapping rules"):
        parse(document)


def test_text_and_object_are_the_same() -> None:
    document = {"rules": [selection(1, "s", "%")]}
    assert parse(json.dumps(document)) == parse(document)


@pytest.mark.parametrize(
    ("condition", "holding", "failing"),
    [
        ({"filter-operator": "eq", "value": "5"}, ["5", "5.0"], ["6", None]),
        ({"filter-operator": "noteq", "value": "5"}, ["6"], ["5", None]),
        ({"filter-operator": "gte", "value": "9"}, ["10", "9"], ["8"]),
        ({"filter-operator": "lte", "value": "2024-01-31"}, ["2024-01-05"], ["2024-02-01"]),
        ({"filter-operator": "between", "start-value": "1", "end-value": "10"}, ["1", "9", "10"], ["0", "11", None]),
        ({"filter-operator": "notbetween", "start-value": "1", "end-value": "10"}, ["0"], ["5", None]),
        ({"filter-operator": "null"}, [None], ["", "x"]),
        ({"filter-operator": "notnull"}, ["", "x"], [None]),
    ],
)
def test_filter_conditions(condition: dict[str, str], holding: list[Any], failing: list[Any]) -> None:
    one = parse_filter({"filter-type": "source", "column-name": "c", "filter-conditions": [condition]})
    assert all(one.holds(value) for value in holding)
    assert not any(one.holds(value) for value in failing)
