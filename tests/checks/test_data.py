"""Every fact in checks/data says where it comes from and when it was read."""

from __future__ import annotations

import copy
from importlib import resources

import pytest

from checks import aurora
from checks.aurora import Support, extension_support, parse_target, versions
from checks.data import load, require_sources
from checks.errors import BadDataError, UnknownTargetError
from checks.route import Engine, Route, TargetEngine, Version

FILES = sorted(
    entry.name.removesuffix(".toml")
    for entry in resources.files("checks.data").iterdir()
    if entry.name.endswith(".toml")
)


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_sourced_and_dated(name: str) -> None:
    assert load(name)


@pytest.mark.parametrize("name", FILES)
def test_a_source_that_is_taken_away_is_missed(name: str) -> None:
    document = copy.deepcopy(load(name))
    place = document
    while "source" not in place:
        inner = next(iter(place.values()))
        place = inner[0] if isinstance(inner, list) else inner
    del place["source"]
    with pytest.raises(BadDataError):
        require_sources(document, name)


def test_a_row_outside_the_sourced_columns_is_missed() -> None:
    document = copy.deepcopy(load("aurora_postgresql_extensions"))
    document["extension"].append({"name": "new", "on": {"19": "listed"}})
    with pytest.raises(BadDataError, match="new"):
        require_sources(document, "extensions")


def test_all_97_extensions_are_there_once() -> None:
    names = [row["name"] for row in load("aurora_postgresql_extensions")["extension"]]
    assert (len(names), len(set(names))) == (97, 97)


def test_no_extension_is_both_listed_and_absent() -> None:
    listed = {row["name"] for row in load("aurora_postgresql_extensions")["extension"]}
    assert not listed & {name for row in load("aurora_postgresql_absent_extensions")["absent"] for name in row["names"]}


def test_versions_are_ordered_and_parse() -> None:
    for engine in TargetEngine:
        parsed = [Version.parse(version) for version in versions(engine)]
        assert parsed == sorted(parsed)
        assert parsed


@pytest.mark.parametrize(
    ("text", "engine", "version"),
    [
        ("aurora-postgresql:17.4", TargetEngine.AURORA_POSTGRESQL, "17.4"),
        ("Aurora-PostgreSQL:16", TargetEngine.AURORA_POSTGRESQL, "16"),
        ("aurora-mysql:3.08", TargetEngine.AURORA_MYSQL, "3.08"),
        ("aurora-mysql:8.0.mysql_aurora.3.10.0", TargetEngine.AURORA_MYSQL, "3.10.0"),
        ("aurora-mysql:8.4.mysql_aurora.8.4.7", TargetEngine.AURORA_MYSQL, "8.4.7"),
        ("aurora-mysql:8.4.8", TargetEngine.AURORA_MYSQL, "8.4.8"),
    ],
)
def test_targets(text: str, engine: TargetEngine, version: str) -> None:
    found = parse_target(text)
    assert (found[0], str(found[1])) == (engine, version)
    assert aurora.is_accepted(*found)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("aurora-mysql:3.08", "3.08"),
        ("aurora-mysql:8.0.mysql_aurora.3.04.2", "3.04.2"),
        ("aurora-mysql:3.10.0", "3.10.0"),
        ("aurora-mysql:8.4.7", "8.4.7"),
        ("aurora-postgresql:16.8", "16.8"),
    ],
)
def test_a_target_is_told_as_aws_writes_it(text: str, spelled: str) -> None:
    target, version = parse_target(text)
    assert Route(Engine.MYSQL, None, target, version).target_text == spelled


@pytest.mark.parametrize("text", ["postgres:17", "aurora-postgresql", "aurora-postgresql:latest", "", "17.4"])
def test_what_is_no_target_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UnknownTargetError) as caught:
        parse_target(text)
    assert caught.value.hint


def test_an_unknown_major_is_unknown_rather_than_supported() -> None:
    assert extension_support("postgis", Version((19, 1))).support is Support.UNKNOWN
