"""Server settings of the MySQL family as rules ask for them: by any of their names, and None where none is known."""

from __future__ import annotations

from collections.abc import Callable

from checks.facts import Catalog, Origin
from checks.route import Engine

BECAUSE = "a dump tells no settings of the server"

SQL_MODES = frozenset(
    (
        "REAL_AS_FLOAT",
        "PIPES_AS_CONCAT",
        "ANSI_QUOTES",
        "IGNORE_SPACE",
        "ONLY_FULL_GROUP_BY",
        "NO_UNSIGNED_SUBTRACTION",
        "NO_DIR_IN_CREATE",
        "ANSI",
        "NO_AUTO_VALUE_ON_ZERO",
        "NO_BACKSLASH_ESCAPES",
        "STRICT_TRANS_TABLES",
        "STRICT_ALL_TABLES",
        "NO_ZERO_IN_DATE",
        "NO_ZERO_DATE",
        "ALLOW_INVALID_DATES",
        "ERROR_FOR_DIVISION_BY_ZERO",
        "TRADITIONAL",
        "HIGH_NOT_PRECEDENCE",
        "NO_ENGINE_SUBSTITUTION",
        "PAD_CHAR_TO_FULL_LENGTH",
        "TIME_TRUNCATE_FRACTIONAL",
    )
)
"""The words of sql_mode that MySQL 8.0 and later know; others are refused (error 1231).
https://dev.mysql.com/doc/refman/8.0/en/sql-mode.html"""
MODE_WITHOUT_EFFECT = "NO_AUTO_CREATE_USER"
"""Older servers have it in every mode; it changes nothing but GRANT."""


def setting(catalog: Catalog, *names: str) -> str | None:
    """The first of these settings that the server has; versions call some differently."""
    return next((value for name in names if (value := (catalog.settings or {}).get(name)) is not None), None)


IN_UTC = frozenset({"UTC", "+00:00", "ETC/UTC", "UCT", "GMT"})


def server_zone(catalog: Catalog) -> str:
    """The time zone that the server keeps, or its system for it; empty where none is known."""
    zone = setting(catalog, "time_zone") or ""
    return (setting(catalog, "system_time_zone") or "") if zone.upper() == "SYSTEM" else zone


def is_on(catalog: Catalog, *names: str) -> bool | None:
    """Whether a switch is on; None where the server has no such setting."""
    value = setting(catalog, *names)
    return None if value is None else value.upper() in ("ON", "1", "YES")


def number(catalog: Catalog, *names: str) -> int | None:
    """A setting that is a number, without its fraction; None where the server has none or it is no number."""
    value = setting(catalog, *names)
    try:
        return None if value is None else int(float(value))
    except ValueError:
        return None


def with_settings(**settings: str) -> Callable[[], Catalog]:
    """For examples: makes the catalog of a live MySQL server with these settings alone."""
    return lambda: Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, settings=dict(settings))
