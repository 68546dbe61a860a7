"""Parameters of the target that follow from the source, so that the application finds there what it left here.

Source: Aurora User Guide, configuration parameters of Aurora MySQL and of Aurora PostgreSQL. A dump holds none of them,
and DMS copies none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checks.aurora_mysql import collation_support
from checks.facts import Catalog
from checks.mysql_settings import MODE_WITHOUT_EFFECT, SQL_MODES
from checks.route import Engine, Version

UTC = frozenset({"UTC", "ETC/UTC", "GMT", "+00:00", "UNIVERSAL", "ZULU"})
NAMED_ZONE = re.compile(r"[A-Za-z_]+(/[A-Za-z0-9_+-]+)+")
HARMLESS_MODE = "NO_ENGINE_SUBSTITUTION"
"""In place of no mode at all, for a parameter group takes no empty value: it changes no value and refuses no row."""
WITHOUT_QUOTES = frozenset({"ANSI_QUOTES", "ANSI"})
"""They break the SQL that DMS sends to its target (dms.md §10)."""


@dataclass(frozen=True)
class KeptParameters:
    """`left` says, a line each, what of the source does not go over, and why."""

    parameters: Mapping[str, str]
    left: tuple[str, ...] = ()


def kept_parameters(catalog: Catalog, target: Version) -> KeptParameters:
    """Nothing where the origin tells no settings, as a dump does not."""
    if catalog.settings is None:
        return KeptParameters({})
    left: list[str] = []
    kept = _of_postgres if catalog.engine is Engine.POSTGRES else _of_mysql
    parameters = dict(kept(catalog.settings, target, left))
    return KeptParameters(parameters, tuple(left))


def _of_postgres(settings: Mapping[str, str], target: Version, left: list[str]) -> Iterator[tuple[str, str]]:
    zone = settings.get("TimeZone", "UTC")
    if zone.upper() in UTC:
        return
    if NAMED_ZONE.fullmatch(zone):
        yield "timezone", zone
    else:
        left.append(_unnamed("TimeZone", zone))


def _of_mysql(settings: Mapping[str, str], target: Version, left: list[str]) -> Iterator[tuple[str, str]]:
    for name in ("lower_case_table_names", "character_set_server"):
        if name in settings:
            yield name, settings[name]
    if collation := settings.get("collation_server"):
        support = collation_support(re.sub(r"^utf8_", "utf8mb3_", collation.lower()), target)
        if support.there:
            yield "collation_server", collation
        else:
            left.append(f"collation_server {collation}: Aurora has it not; take {support.instead or 'another one'}")
    if "sql_mode" in settings:
        yield "sql_mode", _mode(settings["sql_mode"], left)
    zone = settings.get("time_zone", "UTC")
    zone = settings.get("system_time_zone", "UTC") if zone.upper() == "SYSTEM" else zone
    if NAMED_ZONE.fullmatch(zone) and zone.upper() not in UTC:
        yield "time_zone", zone
    elif zone.upper() not in UTC:
        left.append(_unnamed("time_zone", zone))


def _mode(mode: str, left: list[str]) -> str:
    words = [word for word in mode.upper().split(",") if word]
    there = [word for word in words if word in SQL_MODES - WITHOUT_QUOTES]
    if gone := [word for word in words if word not in (*there, MODE_WITHOUT_EFFECT)]:
        left.append(f"sql_mode {', '.join(gone)}: MySQL has it not, or DMS cannot work under it")
    return ",".join(there) or HARMLESS_MODE


def _unnamed(setting: str, zone: str) -> str:
    return (
        f"{setting} {zone}: a target takes zones by their names alone; the cluster has UTC unless one is written here"
    )
