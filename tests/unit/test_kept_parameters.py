"""What of a source's settings the first migration.toml gives to the target, and what it says it does not."""

from __future__ import annotations

import tomllib

import pytest

from checks.facts import Catalog, Origin
from checks.route import Engine, Version
from migrate.model.database import Address, Tls
from migrate.operations import init
from migrate.operations.kept_parameters import KeptParameters, kept_parameters

AURORA_MYSQL, AURORA_POSTGRESQL = Version.parse("3.08.0"), Version.parse("17.5")


def of_mysql(**settings: str) -> KeptParameters:
    return kept_parameters(Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, settings=settings), AURORA_MYSQL)


def of_postgres(**settings: str) -> KeptParameters:
    return kept_parameters(Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, settings=settings), AURORA_POSTGRESQL)


def test_names_character_set_and_collation_go_over() -> None:
    kept = of_mysql(
        lower_case_table_names="1", character_set_server="latin1", collation_server="latin1_german1_ci", time_zone="UTC"
    )
    assert kept == KeptParameters(
        {"lower_case_table_names": "1", "character_set_server": "latin1", "collation_server": "latin1_german1_ci"}
    )


@pytest.mark.parametrize("there", ["utf8_general_ci", "utf8mb3_unicode_ci", "utf8mb4_0900_as_cs"])
def test_a_collation_that_aurora_has(there: str) -> None:
    assert of_mysql(collation_server=there) == KeptParameters({"collation_server": there})


def test_a_collation_of_mariadb_alone_is_told() -> None:
    kept = of_mysql(character_set_server="utf8mb4", collation_server="utf8mb4_uca1400_ai_ci")
    assert "collation_server" not in kept.parameters
    assert kept.left == (
        "collation_server utf8mb4_uca1400_ai_ci: Aurora has it not; take utf8mb4_0900_ai_ci (as_cs for as_cs), or "
        "utf8mb4_unicode_520_ci to keep trailing blanks without weight",
    )


@pytest.mark.parametrize(
    ("source", "target", "left"),
    [
        ("STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION", "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION", ""),
        ("STRICT_TRANS_TABLES,NO_AUTO_CREATE_USER", "STRICT_TRANS_TABLES", ""),
        ("", "NO_ENGINE_SUBSTITUTION", ""),
        ("NO_AUTO_CREATE_USER", "NO_ENGINE_SUBSTITUTION", ""),
        ("PIPES_AS_CONCAT,ANSI_QUOTES,ANSI", "PIPES_AS_CONCAT", "ANSI_QUOTES, ANSI"),
        ("STRICT_ALL_TABLES,EMPTY_STRING_IS_NULL", "STRICT_ALL_TABLES", "EMPTY_STRING_IS_NULL"),
    ],
)
def test_the_words_of_the_mode(source: str, target: str, left: str) -> None:
    kept = of_mysql(sql_mode=source)
    assert kept.parameters == {"sql_mode": target}
    assert [line.partition(":")[0] for line in kept.left] == ([f"sql_mode {left}"] if left else [])


@pytest.mark.parametrize(
    ("settings", "parameters"),
    [
        ({"time_zone": "SYSTEM", "system_time_zone": "UTC"}, {}),
        ({"time_zone": "+00:00"}, {}),
        ({"time_zone": "Etc/UTC"}, {}),
        ({"time_zone": "Europe/Vienna"}, {"time_zone": "Europe/Vienna"}),
        ({"time_zone": "America/Argentina/Buenos_Aires"}, {"time_zone": "America/Argentina/Buenos_Aires"}),
        ({"time_zone": "SYSTEM", "system_time_zone": "CET"}, "time_zone CET"),
        ({"time_zone": "+02:00"}, "time_zone +02:00"),
    ],
)
def test_the_clock_of_mysql(settings: dict[str, str], parameters: dict[str, str] | str) -> None:
    kept = of_mysql(**settings)
    if isinstance(parameters, str):
        assert (kept.parameters, kept.left[0].rpartition(": ")[0].partition(": ")[0]) == ({}, parameters)
    else:
        assert kept == KeptParameters(parameters)


def test_the_clock_of_postgres() -> None:
    assert of_postgres(TimeZone="Etc/UTC") == KeptParameters({})
    assert of_postgres(TimeZone="Europe/Vienna") == KeptParameters({"timezone": "Europe/Vienna"})
    assert of_postgres(TimeZone="<+02>-02").parameters == {}


def test_a_dump_tells_no_settings() -> None:
    assert kept_parameters(Catalog(engine=Engine.MYSQL, origin=Origin.DUMP), AURORA_MYSQL) == KeptParameters({})


def test_what_a_hostile_server_says_stays_a_value_and_a_comment() -> None:
    catalog = Catalog(
        engine=Engine.MYSQL,
        origin=Origin.LIVE,
        version=Version.parse("8.0.40"),
        schemas=("shop",),
        settings={"character_set_server": 'a"\n[aws]\nregion = "x', "collation_server": "b\n[aws]", "time_zone": "UTC"},
    )
    asked = init.Asked(
        name="m",
        region="eu-central-1",
        endpoint_url=None,
        password="env:P",
        user="u",
        application_secret="app",
        poll_seconds=1,
    )
    text = init.render(Address(Engine.MYSQL, "h", 3306, "shop", Tls.REQUIRE), catalog, asked)
    read = tomllib.loads(text)
    assert read["target"]["parameters"] == {"character_set_server": 'a"\n[aws]\nregion = "x'}
    assert read["aws"]["region"] == "eu-central-1"
    assert "# Not kept: collation_server b [aws]: Aurora has it not; take another one\n" in text
