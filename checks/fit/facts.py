"""What the choice of a method rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Engine, Route


class Hosting(StrEnum):
    RDS = "rds"
    ELSEWHERE = "elsewhere"


class Need(StrEnum):
    """What an application may need that no finding shows."""

    SUPERUSER = "superuser"
    HOST = "host"
    ACTIVE_ACTIVE = "active-active"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What only people know. None is "not said": then the answer names what it assumed."""

    downtime_minutes: float | None = None
    way_back: bool | None = None
    hosting: Hosting | None = None
    needs: tuple[Need, ...] = ()

    def or_else(self, other: Wishes) -> Wishes:
        """These, and those of `other` where nothing is said here."""
        return Wishes(
            downtime_minutes=other.downtime_minutes if self.downtime_minutes is None else self.downtime_minutes,
            way_back=other.way_back if self.way_back is None else self.way_back,
            hosting=self.hosting or other.hosting,
            needs=self.needs or other.needs,
        )


NOTHING_SAID = Wishes()


@dataclass(frozen=True, kw_only=True)
class FitFacts:
    """None is unknown everywhere."""

    route: Route
    bytes: int | None = None
    changes_per_second: float | None = None
    keyless: int = 0
    """Tables without a primary key that hold rows."""
    other_engines: int = 0
    """Tables of the MySQL family that are not InnoDB's."""
    large_objects: int | None = None
    logical_log: bool | None = None
    """Whether the log carries row changes: wal_level = logical, binlog_format = ROW."""
    findings: tuple[str, ...] = ()
    """Codes of open findings that are no mere notice."""
    blocking: tuple[str, ...] = ()
    """Codes of open blockers."""
    wishes: Wishes = NOTHING_SAID


def facts_of(
    catalog: Catalog,
    route: Route,
    findings: Iterable[Finding],
    *,
    wishes: Wishes = NOTHING_SAID,
    changes_per_second: float | None = None,
) -> FitFacts:
    """The facts as a catalog and its findings tell them."""
    known = [table.bytes for table in catalog.tables if table.holds_rows]
    size = catalog.bytes
    if size is None and known and None not in known:
        size = sum(one for one in known if one is not None)
    found = [finding for finding in findings if finding.open]
    return FitFacts(
        route=route,
        bytes=size,
        changes_per_second=changes_per_second,
        keyless=sum(1 for table in catalog.tables if table.holds_rows and table.primary_key is None),
        other_engines=sum(1 for table in catalog.tables if table.storage_engine not in (None, "innodb")),
        large_objects=catalog.large_objects,
        logical_log=_logical_log(catalog),
        findings=_codes(finding for finding in found if finding.severity is not Severity.NOTICE),
        blocking=_codes(finding for finding in found if finding.severity is Severity.BLOCKER),
        wishes=wishes,
    )


def _codes(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(sorted({finding.code for finding in findings}))


def _logical_log(catalog: Catalog) -> bool | None:
    if catalog.settings is None:
        return None
    if catalog.engine is Engine.POSTGRES:
        return catalog.settings.get("wal_level") == "logical"
    on = catalog.settings.get("log_bin", "OFF").upper() in ("ON", "1")
    return on and catalog.settings.get("binlog_format", "ROW").upper() == "ROW"
