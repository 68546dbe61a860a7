"""Times, spans and numbers as a person reads them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from migrate.model.json import Json

_INSTANT = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):[\d.]+(?:\+00:00|Z)$")
NONE = "–"  # noqa: RUF001


def moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else NONE


def day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def span(seconds: float | None) -> str:
    """`0.42 s`, `12.3 s`, `2 min 05 s`, `3 h 20 min`, `4 days`."""
    if seconds is None:
        return NONE
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 2 * 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 48 * 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole / 86400:.0f} days"


def age(at: datetime | None, now: datetime) -> str:
    return f"{rough(now - at)} ago" if at else NONE


def rough(length: timedelta) -> str:
    """`40 s`, `12 min`, `5 h`, `3 days`."""
    seconds = max(0.0, length.total_seconds())
    for size, name, least in ((86400, "days", 2 * 86400), (3600, "h", 2 * 3600), (60, "min", 120)):
        if seconds >= least:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"


def left(until: datetime | None, now: datetime) -> str:
    """`5 h left`, `expired 2 days ago`."""
    if until is None:
        return NONE
    return f"{rough(until - now)} left" if now < until else f"expired {rough(now - until)} ago"


def hours(value: float | None) -> str:
    return "not reckoned" if value is None else f"{value:g} h"


def share(error: float) -> str:
    return f"{error:+.0%}"


def size(count: int | None) -> str:
    if count is None:
        return NONE
    for unit, name in ((1024**4, "TiB"), (1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB")):
        if count >= unit:
            return f"{count / unit:,.1f} {name}"
    return f"{count} B"


def count(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"


def plural(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def value(told: Json) -> str:
    """Of a gate: observed or limit."""
    if told is None:
        return NONE
    if isinstance(told, bool):
        return "yes" if told else "no"
    if isinstance(told, list | tuple):
        return ", ".join(value(one) for one in told) or "none"
    if isinstance(told, int | float):
        return f"{told:,.3g}" if isinstance(told, float) else f"{told:,}"
    return _INSTANT.sub(r"\1 \2 UTC", str(told))
