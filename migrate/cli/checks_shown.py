"""Prints what was looked at: a table, then what is to be done about what is not well."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.cli.options import Format
from migrate.model.checkup import Check, Health, healthy
from migrate.model.json import Json
from migrate.report.heading import headed
from migrate.ui import results


def show(report: str, checks: Sequence[Check], output: Format) -> None:
    if output is Format.JSON:
        results.document(headed(report, {"healthy": healthy(checks), "checks": listed(checks)}))
        return
    show_checks(checks)


def show_checks(checks: Sequence[Check]) -> None:
    """As text."""
    results.table(
        ("area", "what", "state", "found"), [(one.area, one.what, one.health.value, one.found) for one in checks]
    )
    for one in checks:
        if one.health is Health.OK or not one.remedy:
            continue
        results.text(f"{one.area} / {one.what}: {one.remedy}")
        results.text(f"    {line}" for line in one.lines)


def listed(checks: Sequence[Check]) -> list[Json]:
    """As JSON says it."""
    return [
        {
            "area": one.area,
            "what": one.what,
            "state": one.health.value,
            "found": one.found,
            "remedy": one.remedy,
            "lines": list(one.lines),
        }
        for one in checks
    ]
