"""What Aurora and DMS offer, from the dated facts in checks/data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache

from checks.data import load
from checks.errors import UnknownTargetError
from checks.route import TargetEngine, Version


@dataclass(frozen=True)
class Sourced:
    """A fact's source and the day it was read (ISO date)."""

    source: str
    as_of: str

    def __str__(self) -> str:
        return f"{self.source} (as of {self.as_of})"


@cache
def versions(engine: TargetEngine) -> tuple[str, ...]:
    """The engine versions known to be accepted, oldest first, spelled as users write them (`17.4`, `3.08.0`)."""
    return tuple(version for group in load("aurora_versions")[engine.value].values() for version in group)


@cache
def versions_source() -> Sourced:
    """Where `versions` come from."""
    return sourced("aurora_versions")


def is_known_major(engine: TargetEngine, version: Version) -> bool:
    """Whether any accepted version has this major number."""
    return any(Version.parse(known).major == version.major for known in versions(engine))


def is_accepted(engine: TargetEngine, version: Version) -> bool:
    """Whether `version` is accepted; a shorter one (`17`) is where any version that begins so is."""
    return any(Version.parse(known).parts[: len(version.parts)] == version.parts for known in versions(engine))


def parse_target(text: str) -> tuple[TargetEngine, Version]:
    """Read `aurora-postgresql:17.4`. Raises UnknownTargetError for another engine or a text without a version.

    A version that no list has is accepted here: the rule CK801 speaks of it.
    """
    engine, _, version = text.partition(":")
    try:
        found = TargetEngine(engine.strip().lower())
    except ValueError:
        known = ", ".join(one.value for one in TargetEngine)
        raise UnknownTargetError(
            f"{text!r} names no Aurora engine",
            code="unknown-target",
            hint=f"Write engine:version with one of {known}, for example aurora-postgresql:17.4.",
        ) from None
    cleaned = version.strip()
    if not re.fullmatch(r"(\d+\.\d+\.mysql_aurora\.)?\d+(\.\d+)*", cleaned):
        newest = ", ".join(versions(found)[-3:])
        raise UnknownTargetError(
            f"{text!r} has no version", code="unknown-target", hint=f"Known versions end with {newest}."
        )
    return found, Version.parse(cleaned)


class Support(StrEnum):
    """What the lists say of an extension on one Aurora PostgreSQL version."""

    LISTED = "listed"
    INFERRED = "inferred"
    LATER = "later"
    """Listed from a later minor on."""
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ExtensionSupport:
    """The verdict, with its source, what is usually done instead, the first minor, and the version where published."""

    support: Support
    source: Sourced
    alternative: str = ""
    since: str = ""
    version: str = ""


def extension_support(name: str, target: Version) -> ExtensionSupport:
    """What is known of extension `name` on Aurora PostgreSQL `target`."""
    listed = _extensions().get(name)
    if listed is None:
        return ExtensionSupport(Support.ABSENT, sourced("aurora_postgresql_absent_extensions"), _alternative(name))
    columns = load("aurora_postgresql_extensions")["columns"]
    major = str(target.major)
    if major not in columns:
        newest = max(columns, key=int)
        return ExtensionSupport(Support.UNKNOWN, _sourced_table(columns[newest]))
    source = _sourced_table(columns[major])
    cell = listed.get(major, "unknown")
    if cell.startswith("from "):
        since = cell.removeprefix("from ")
        later = len(target.parts) > 1 and target < Version.parse(since)
        return ExtensionSupport(Support.LATER if later else Support.LISTED, source, since=since)
    known = {"inferred": Support.INFERRED, "absent": Support.ABSENT, "unknown": Support.UNKNOWN}
    return ExtensionSupport(known.get(cell, Support.LISTED), source, version=_published(cell, target))


def _published(cell: str, target: Version) -> str:
    """The version in a cell: `3.1.4`, or of `2.8 / 2.9 from 17.5` the one of the target's minor."""
    found = ""
    for part in cell.split(" / "):
        version, _, since = part.partition(" from ")
        if version[:1].isdigit() and (not since or target >= Version.parse(since)):
            found = version
    return found


def _alternative(name: str) -> str:
    rows = load("aurora_postgresql_absent_extensions")["absent"]
    return next((row["alternative"] for row in rows if any(fnmatchcase(name, known) for known in row["names"])), "")


@dataclass(frozen=True)
class ExtensionNeeds:
    """What must stand in the cluster parameter group before an extension works."""

    preloaded: str
    parameters: tuple[str, ...]
    source: Sourced


@cache
def extension_needs() -> dict[str, ExtensionNeeds]:
    """By extension, the library to preload on Aurora and the parameters that go with it."""
    rows = load("aurora_postgresql_preload")["needs"]
    return {row["name"]: ExtensionNeeds(row["library"], tuple(row["parameters"]), _sourced_table(row)) for row in rows}


@cache
def preload_libraries() -> frozenset[str]:
    """Libraries that the parameter group takes in shared_preload_libraries, as far as a page names them."""
    return frozenset(
        {need.preloaded for need in extension_needs().values()}
        | {name for row in load("aurora_postgresql_preload")["library"] for name in row["names"]}
    )


@dataclass(frozen=True)
class ExtensionRows:
    """Tables of an extension that hold rows of the user's own, and what is lost with them."""

    schema: str
    """Where they always are; empty for the extension's schema."""
    tables: tuple[str, ...]
    condition: str
    loss: str
    grave: bool
    source: Sourced


@cache
def extension_rows() -> dict[str, ExtensionRows]:
    """By extension, its tables with rows that no schema dump has and that DMS does not select."""
    return {
        row["name"]: ExtensionRows(
            row.get("schema", ""),
            tuple(row["tables"]),
            row.get("condition", ""),
            row["loss"],
            row["grave"],
            _sourced_table(row),
        )
        for row in load("postgresql_extension_rows")["rows"]
    }


@dataclass(frozen=True)
class ExtensionBreak:
    """A version of an extension from which on what was made with an older one does not go on."""

    version: Version
    change: str
    source: Sourced


@cache
def extension_breaks() -> dict[str, ExtensionBreak]:
    """By extension, its newest break."""
    return {
        row["name"]: ExtensionBreak(Version.parse(row["version"]), row["change"], _sourced_table(row))
        for row in load("postgresql_extension_breaks")["break"]
    }


@cache
def listed_wrappers() -> tuple[frozenset[str], Sourced]:
    """Foreign data wrappers that come with the extensions Aurora lists."""
    data = load("aurora_postgresql_wrappers")
    return frozenset(data["names"]), sourced("aurora_postgresql_wrappers")


@cache
def _extensions() -> dict[str, dict[str, str]]:
    return {row["name"]: row["on"] for row in load("aurora_postgresql_extensions")["extension"]}


@dataclass(frozen=True)
class DmsSources:
    """PostgreSQL majors DMS is known to read: the oldest version, and the first DMS engine for each newer major."""

    oldest: Version
    first_dms_version: dict[int, str]
    source: Sourced


@cache
def dms_postgresql_sources() -> DmsSources:
    """The PostgreSQL source versions of DMS."""
    data = load("dms_postgresql_sources")
    first = {int(major): version for major, version in data["first_dms_version"].items()}
    return DmsSources(Version.parse(data["oldest"]), first, sourced("dms_postgresql_sources"))


@dataclass(frozen=True)
class DmsType:
    """What the DMS guide says of one PostgreSQL type: `none`, `part` or `unlisted`, and the type it is carried in."""

    verdict: str
    carried_as: str
    source: Sourced


@cache
def dms_postgresql_types() -> dict[str, DmsType]:
    """The built-in and extension types that DMS does not, or not fully, migrate, by name; others are not in it."""
    rows = load("dms_postgresql_types")["type"]
    source = sourced("dms_postgresql_types")
    return {name: DmsType(row["verdict"], row.get("as", ""), source) for row in rows for name in row["names"]}


@cache
def sourced(name: str) -> Sourced:
    """Source and date of a file of checks/data."""
    return _sourced_table(load(name))


def _sourced_table(table: dict[str, object]) -> Sourced:
    return Sourced(str(table["source"]), str(table["as_of"]))
