"""What Aurora MySQL and DMS offer to MySQL and MariaDB, from the dated facts in checks/data."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from checks.aurora import Sourced, sourced
from checks.data import load
from checks.route import Engine, Version


@cache
def community_version(target: Version) -> Version:
    """The MySQL version that an Aurora MySQL version is made of: 8.0.39 for 3.08. Of an unknown minor that of the
    nearest older one, so nothing newer is taken for granted; from 8.4 on the numbers are MySQL's own.
    """
    if target.parts >= (8,):
        return target
    made_of = load("aurora_mysql_versions")["made_of"]
    known = {Version.parse(minor).parts[:2]: Version.parse(made) for minor, made in made_of.items()}
    same = {minor: made for minor, made in known.items() if minor[0] == target.major} or known
    older = [minor for minor in same if minor <= target.parts[:2]]
    return same[max(older) if older else min(same)]


@dataclass(frozen=True)
class CollationSupport:
    """Whether a target has a collation, what is usually taken instead, and what differs then."""

    there: bool
    source: Sourced
    since: str = ""
    instead: str = ""
    differs: str = ""


@cache
def collation_support(name: str, target: Version) -> CollationSupport:
    """What is known of collation `name` (lower case, utf8 as utf8mb3) on Aurora MySQL `target`."""
    data = load("aurora_mysql_collations")
    source = sourced("aurora_mysql_collations")
    made_of = community_version(target)
    for row in data["later"]:
        if any(fnmatchcase(name, pattern) for pattern in row["names"]):
            there = made_of.parts >= Version.parse(row["since"]).parts
            return CollationSupport(there, source, row["since"], row["instead"], row["differs"])
    for row in data["absent"]:
        if any(fnmatchcase(name, pattern) for pattern in row["names"]):
            return CollationSupport(False, source, "", row["instead"], row["differs"])
    if name in data["classic"]["names"]:
        return CollationSupport(True, source)
    return CollationSupport(False, source)


@dataclass(frozen=True)
class DmsVersions:
    """Source series that DMS lists: whole ones, and of others the first and last minor."""

    series: tuple[str, ...]
    minors: tuple[tuple[Version, Version], ...]
    first_dms_version: dict[str, str]
    source: Sourced

    def lists(self, version: Version) -> bool:
        """Whether the list has this version; a version without minor is taken for any of its series."""
        if any(version.parts[:2] == Version.parse(series).parts for series in self.series):
            return True
        return any(low <= version <= high for low, high in self.minors)


@cache
def dms_versions(engine: Engine) -> DmsVersions:
    """The source versions of MySQL or MariaDB that the DMS guide lists."""
    row = load("dms_mysql_sources")[engine.value]
    return DmsVersions(
        tuple(row["series"]),
        tuple((Version.parse(low), Version.parse(high)) for low, high in row["minors"]),
        row["first_dms_version"],
        sourced("dms_mysql_sources"),
    )


@dataclass(frozen=True)
class DmsType:
    """How DMS carries a type, and what comes of that."""

    carried_as: str
    caveat: str
    source: Sourced


@cache
def dms_types(group: str) -> dict[str, DmsType]:
    """Types by bare name of one group: `changed`, `large`, or `unknown` to DMS."""
    source = sourced("dms_mysql_types")
    return {
        name: DmsType(row["as"], row["caveat"], source)
        for row in load("dms_mysql_types")[group]
        for name in row["names"]
    }


@cache
def reserved_since() -> dict[str, Version]:
    """Words that became reserved after MySQL 5.7, upper case, by the first version."""
    words = load("mysql_reserved_words")["since"]
    return {word: Version.parse(version) for version, listed in words.items() for word in listed}


def reserved_source() -> Sourced:
    """Where `reserved_since` comes from."""
    return sourced("mysql_reserved_words")


@cache
def login_plugins() -> tuple[str, ...]:
    """Authentication plugins that Aurora MySQL has."""
    return tuple(load("aurora_mysql_plugins")["login"]["names"])


@cache
def withheld_privileges() -> tuple[str, ...]:
    """Global privileges that Aurora MySQL gives to nobody."""
    return tuple(load("aurora_mysql_plugins")["withheld"]["privileges"])
