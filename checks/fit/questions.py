"""The questions that decide between methods, by the key of their row in data/methods.toml.

Each answers whether it is so, and with what was observed; None is "nobody knows".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from checks.aurora_mysql import community_version
from checks.fit.facts import FitFacts, Hosting, Need
from checks.fit.table import methods
from checks.route import MYSQL_FAMILY, Engine, Version

GIB = 1024**3
Answer = tuple[bool | None, str]
Question = Callable[[FitFacts, str], Answer]
"""Of the facts, and of a method by its key."""


def downtime_minutes(facts: FitFacts) -> float:
    """What is allowed, or assumed where nobody said it."""
    said = facts.wishes.downtime_minutes
    return float(methods()["rates"]["assumed_downtime_minutes"]) if said is None else said


def way_back(facts: FitFacts) -> bool:
    """Wanted, unless somebody said that it is not."""
    return facts.wishes.way_back is not False


def copy_minutes(facts: FitFacts, method: str) -> float | None:
    """How long the application would stand still while everything is copied."""
    if facts.bytes is None:
        return None
    rates = methods()["rates"]
    gib = facts.bytes / GIB
    hours: float = gib / rates["dump_gib_per_hour"]
    if method == "rds-snapshot":
        hours = max(0.25, gib / 1024 * rates["snapshot_hours_per_tib"])
    return max(1.0, hours * 60)


def _copy(facts: FitFacts, method: str, *, fits: bool) -> Answer:
    minutes = copy_minutes(facts, method)
    allowed = downtime_minutes(facts)
    if minutes is None:
        return None, "the size is not known"
    told = f"{_size(facts)} take about {_time(minutes)}, {_time(allowed)} allowed"
    return (minutes <= allowed) is fits, told


def _not_on_rds(facts: FitFacts, method: str) -> Answer:
    hosting = facts.wishes.hosting
    return (None, "nobody said where it runs") if hosting is None else (hosting is not Hosting.RDS, "")


def _mariadb(facts: FitFacts, method: str) -> Answer:
    return facts.route.source is Engine.MARIADB, ""


def _another_series(facts: FitFacts, method: str) -> Answer:
    """A replica or snapshot is read by the target as it lies on the disk."""
    source, target = facts.route.source_version, _community(facts)
    if facts.route.source is Engine.MARIADB:
        return False, ""
    if source is None:
        return None, "the source's version is not known"
    told = f"source {source}, target {target}"
    if _series(facts, source) != _series(facts, target):
        return True, told
    return len(target.parts) >= len(source.parts) and source.parts > target.parts, told


def _newer_series(facts: FitFacts, method: str) -> Answer:
    source, target = facts.route.source_version, _community(facts)
    if facts.route.source is Engine.MARIADB:
        return False, ""
    if source is None:
        return None, "the source's version is not known"
    return _series(facts, source) > _series(facts, target), f"source {source}, target {target}"


def _newer_log(facts: FitFacts, method: str) -> Answer:
    return _newer_series(facts, method) if facts.route.source is Engine.MYSQL else (False, "")


def _no_logical_replication(facts: FitFacts, method: str) -> Answer:
    source = facts.route.source_version
    if facts.route.source is not Engine.POSTGRES:
        return False, ""
    return (None, "the source's version is not known") if source is None else (source.major < 10, f"source {source}")


def _not_in_dms(facts: FitFacts, method: str) -> Answer:
    codes = _named(facts.blocking, ("PG309", "MY309"))
    return bool(codes), codes


def _silent(facts: FitFacts, method: str) -> Answer:
    codes = _named(facts.findings, methods()["silent"]["codes"])
    return bool(codes), codes


def _keyless(facts: FitFacts, method: str) -> Answer:
    return facts.keyless > 0, f"{facts.keyless:,} of them"


def _large_objects(facts: FitFacts, method: str) -> Answer:
    count = facts.large_objects or 0
    return count > 0, f"{count:,} of them"


def _log_not_logical(facts: FitFacts, method: str) -> Answer:
    return facts.logical_log is False, ""


def _other_engines(facts: FitFacts, method: str) -> Answer:
    return facts.other_engines > 0, f"{facts.other_engines:,} of them"


def _busy(facts: FitFacts, method: str) -> Answer:
    rate, trusted = facts.changes_per_second, methods()["rates"]["changes_per_second"]
    if rate is None:
        return False, ""
    return rate > trusted, f"{rate:,.0f} a second, {trusted:,.0f} trusted"


def _same_engine(facts: FitFacts, method: str) -> Answer:
    return facts.route.source is not Engine.MARIADB, ""


QUESTIONS: Mapping[str, Question] = {
    "copy-takes-too-long": lambda facts, method: _copy(facts, method, fits=False),
    "copy-fits-the-downtime": lambda facts, method: _copy(facts, method, fits=True),
    "way-back-wanted": lambda facts, method: (way_back(facts), ""),
    "not-on-rds": _not_on_rds,
    "mariadb-to-mysql": _mariadb,
    "target-not-of-the-same-series": _another_series,
    "log-of-a-newer-series": _newer_log,
    "dump-of-a-newer-series": _newer_series,
    "no-logical-replication": _no_logical_replication,
    "source-not-in-dms": _not_in_dms,
    "dms-loses-or-changes": _silent,
    "tables-without-a-key": _keyless,
    "large-objects": _large_objects,
    "log-not-logical": _log_not_logical,
    "tables-not-in-innodb": _other_engines,
    "writes-over-one-task": _busy,
    "same-engine": _same_engine,
}


# --- whether Aurora is the place --------------------------------------------------------------------------------------

_NEEDS = {
    "needs-superuser": Need.SUPERUSER,
    "needs-the-host": Need.HOST,
    "needs-active-active": Need.ACTIVE_ACTIVE,
}


def wrong(facts: FitFacts, key: str, codes: Iterable[str]) -> Answer:
    """Whether this speaks against Aurora: a need that somebody named, findings of these codes, or a small database."""
    if key == "small-and-steady":
        return _small(facts)
    found = _named(facts.findings, codes)
    if _NEEDS.get(key) in facts.wishes.needs:
        return True, ", ".join(filter(None, ("said to be needed", found)))
    return bool(found), found


def _small(facts: FitFacts) -> Answer:
    limits = methods()["small"]
    if facts.bytes is None or facts.changes_per_second is None:
        return None, "size or writes are not known"
    small = facts.bytes <= limits["gib"] * GIB and facts.changes_per_second <= limits["changes_per_second"]
    return small, f"{_size(facts)}, {facts.changes_per_second:,.1f} row changes a second"


# --- words ------------------------------------------------------------------------------------------------------------


def _named(found: Iterable[str], wanted: Iterable[str]) -> str:
    return ", ".join(sorted(set(found) & set(wanted)))


def _community(facts: FitFacts) -> Version:
    target = facts.route.target_version
    return community_version(target) if facts.route.source in MYSQL_FAMILY else target


def _series(facts: FitFacts, version: Version) -> tuple[int, ...]:
    """What an upgrade cannot step over: the major of PostgreSQL, two numbers of MySQL."""
    return version.parts[:1] if facts.route.source is Engine.POSTGRES else version.parts[:2]


def _size(facts: FitFacts) -> str:
    gib = (facts.bytes or 0) / GIB
    return f"{gib:,.1f} GiB" if gib >= 0.1 else f"{(facts.bytes or 0) / 1024**2:,.1f} MiB"


def _time(minutes: float) -> str:
    return f"{minutes / 60:,.1f} h" if minutes >= 90 else f"{minutes:,.0f} min"
