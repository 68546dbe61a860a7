"""What changed since an earlier readiness report, told from its JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from migrate.errors import UsageError
from migrate.model.readiness import Change, ReadinessReport
from migrate.report.documents import document


def read(path: Path) -> Mapping[str, Any]:
    """Raises UsageError for a file that is no readiness report in JSON."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise _refused(path, type(problem).__name__) from None
    if not isinstance(found, dict) or found.get("report") != "readiness":
        raise _refused(path, "another document")
    return found


def compared(report: ReadinessReport, path: Path) -> ReadinessReport:
    """The report with what changed. Raises UsageError for a file that is no such report, or another migration's."""
    earlier = read(path)
    if earlier.get("migration") != report.migration:
        raise UsageError(
            f"{path} is of the migration {earlier.get('migration')}, this is {report.migration}",
            code="CFG-081",
            hint="Name an earlier report of the same migration.",
        )
    try:
        changes = tuple(_changes(earlier, document(report, at=report.at)))
        since = datetime.fromisoformat(str(earlier["at"]))
    except (KeyError, TypeError, ValueError) as problem:
        raise _refused(path, type(problem).__name__) from None
    return replace(report, changes=changes, since=since)


def _refused(path: Path, why: str) -> UsageError:
    return UsageError(
        f"{path} is no readiness report in JSON ({why})",
        code="CFG-083",
        hint="Make one with: aurora-migrate report --format json --output FILE",
    )


def _changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for name in ("decision", "owner", "route"):
        yield from _differing(name, str(then[name]), str(now[name]))
    yield from _keyed("stage", _by(then["stages"], "stage", "state"), _by(now["stages"], "stage", "state"))
    yield from _keyed("gate", _gates(then), _gates(now))
    yield from _keyed("in the way:", _in_the_way(then), _in_the_way(now))
    yield from _keyed("work", _work(then), _work(now))
    yield from _keyed("table", _tables(then), _tables(now))
    yield from _keyed("measured", _measured(then), _measured(now))
    yield from _differing("rehearsals", _rehearsals(then), _rehearsals(now))
    yield from _differing("way back", str(then["way_back"]["state"]), str(now["way_back"]["state"]))
    yield from _keyed("approval", _consents(then), _consents(now))
    yield from _keyed("waiver", _by(then["waived"], "code", "by"), _by(now["waived"], "code", "by"))
    yield from _keyed("unproven:", dict.fromkeys(then["unproven"], "yes"), dict.fromkeys(now["unproven"], "yes"))


def _differing(subject: str, before: str, now: str) -> Iterator[Change]:
    if before != now:
        yield Change(subject, before, now)


def _keyed(kind: str, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
    """An empty text is "was not there", or "is not there any more"."""
    for key in [*then, *(key for key in now if key not in then)]:
        yield from _differing(f"{kind} {key}", then.get(key, ""), now.get(key, ""))


def _by(rows: list[dict[str, Any]], key: str, value: str) -> dict[str, str]:
    return {str(row[key]): str(row[value]) for row in rows}


def _in_the_way(told: Mapping[str, Any]) -> dict[str, str]:
    """Beside the gates, which are told already."""
    return {what: why for what, why in _by(told["blockers"], "what", "why").items() if not what.startswith("gate ")}


def _gates(told: Mapping[str, Any]) -> dict[str, str]:
    return {f"{row['gate']} ({row['moment']})": row["standing"] for row in told["gates"]}


def _work(told: Mapping[str, Any]) -> dict[str, str]:
    return {f"{row['code']} {row['title']}": f"{row['count']} found, {row['hours']:g} h" for row in told["work"]}


def _tables(told: Mapping[str, Any]) -> dict[str, str]:
    return {row["table"]: row["validation"] for row in told["risk"]["rows"] if row["validation"] != "match"}


def _measured(told: Mapping[str, Any]) -> dict[str, str]:
    found = {row["name"]: row["measured"] for row in told["predictions"]}
    return {name: f"{one['seconds']:.2f} s ({one['basis']})" for name, one in found.items() if one}


def _rehearsals(told: Mapping[str, Any]) -> str:
    found = told["rehearsals"]
    return f"{sum(one['passed'] for one in found)} of {len(found)} passed"


def _consents(told: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"of {row['what']} by {row['by']} at {row['given_at'][:16]}": "stands" if row["stands"] else row["why"]
        for row in told["consents"]
    }
