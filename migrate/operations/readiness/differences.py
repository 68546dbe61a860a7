"""What two readiness reports tell differently, subject by subject, from their JSON documents.

Whatever a row holds is compared field by field unless it is named under `apart`: a field that is added later is
compared, too. Only what both documents have is: an older one lacks some.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from migrate.model.readiness import Change

Row = Mapping[str, Any]
Document = Mapping[str, Any]
NOT_ON_RECORD = "not on record"
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)[\d.]*Z")


@dataclass(frozen=True)
class Subject:
    """Rows of one kind. The `headline` says that one came or went; empty: another subject says so."""

    kind: str
    rows: Callable[[Document], Iterable[Row]]
    key: Callable[[Row], str]
    headline: Callable[[Row], str]
    apart: frozenset[str] = field(default_factory=frozenset)
    """Fields that key or headline tell, that follow from others, or that time alone moves."""


def changes(then: Document, now: Document) -> Iterator[Change]:
    """Raises KeyError, TypeError or ValueError for what is no readiness report."""
    for name in ("decision", "owner", "route"):
        yield from _differing(name, str(then[name]), str(now[name]))
    yield from _differing("next", then["next_command"], now["next_command"])
    yield from _differing("rehearsals", _passed(then), _passed(now))
    for subject in SUBJECTS:
        yield from _rows(subject, then, now)
    yield from _tables(then, now)


def _differing(subject: str, before: str, now: str) -> Iterator[Change]:
    if before != now:
        yield Change(subject, before, now)


def _rows(subject: Subject, then: Document, now: Document) -> Iterator[Change]:
    """An empty text is "was not there", or "is not there any more"."""
    before, after = (_keyed(subject.rows(document), subject.key) for document in (then, now))
    for key in [*before, *(key for key in after if key not in before)]:
        name = f"{subject.kind} {key}".strip()
        one, other = before.get(key), after.get(key)
        headlines = [subject.headline(row) if row is not None else "" for row in (one, other)]
        if headlines[0] != headlines[1]:
            yield Change(name, *headlines)
        elif one is not None and other is not None:
            for told in sorted((one.keys() & other.keys()) - subject.apart):
                yield from _differing(f"{name}, {told.replace('_', ' ')}", text(one[told]), text(other[told]))


def _keyed(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, Row]:
    """Two rows may have one name: none of them hides another."""
    found: dict[str, Row] = {}
    for row in rows:
        name, number = key(row), 1
        while (unique := name if number == 1 else f"{name} ({number})") in found:
            number += 1
        found[unique] = row
    return found


def text(value: Any) -> str:
    """As a person reads it."""
    match value:
        case None:
            return NOT_ON_RECORD
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.10g}"
        case list():
            return ", ".join(text(one) for one in value) or "none"
        case dict():
            return ", ".join(f"{name}: {text(one)}" for name, one in value.items()) or "none"
        case _:
            return _INSTANT.sub(r"\1 \2 UTC", str(value))


# --- rows of each kind ------------------------------------------------------------------------------------------------


def _listed(name: str) -> Callable[[Document], list[Row]]:
    return lambda document: list(document[name])


def _gates(document: Document) -> list[Row]:
    """What the record itself answers is told where the record is; its reasons hold ages."""
    return [row if row["asked_by"] else {**row, "reason": ""} for row in document["gates"]]


def _in_the_way(document: Document) -> list[Row]:
    return [row for row in document["blockers"] if not _is_gate(row)]


def _shut(document: Document) -> list[Row]:
    return [row for row in document["blockers"] if _is_gate(row)]


def _is_gate(row: Row) -> bool:
    return str(row["what"]).startswith("gate ")


def _figures(which: str) -> Callable[[Document], list[Row]]:
    return lambda document: [{"name": row["name"], **row[which]} for row in document["predictions"] if row[which]]


def _prices(document: Document) -> list[Row]:
    price = document["price"]
    return [{"name": name, "price": text(told)} for name, told in price["lines"].items()] if price else []


def _priced(document: Document) -> list[Row]:
    return [{"name": "as of", "price": document["price"]["priced_at"]}] if document["price"] else []


def _unproven(document: Document) -> list[Row]:
    return [{"line": line} for line in document["unproven"]]


def _rehearsed(row: Row) -> str:
    frozen = row["freeze_seconds"]
    verdict = "passed" if row["passed"] else "failed"
    return f"{row['sample']}: {verdict}, freeze {NOT_ON_RECORD if frozen is None else f'{frozen:.2f} s'}"


def _place(file: str) -> str:
    """A kept report is known by its folder."""
    return file.removesuffix("/rehearsal.json")


SUBJECTS = (
    Subject(
        "stage",
        _listed("stages"),
        key=lambda row: str(row["stage"]),
        headline=lambda row: str(row["state"]),
        apart=frozenset({"stage", "state"}),
    ),
    Subject(
        "gate",
        _gates,
        key=lambda row: f"{row['gate']} ({row['moment']})",
        headline=lambda row: str(row["standing"]),
        apart=frozenset({"gate", "moment", "standing", "observed", "hint", "asked_at", "counts_until"}),
    ),
    Subject(
        "in the way:",
        _in_the_way,
        key=lambda row: str(row["what"]),
        headline=lambda row: str(row["why"]),
        apart=frozenset({"what", "why"}),
    ),
    Subject(
        "in the way:",
        _shut,
        key=lambda row: str(row["what"]),
        headline=lambda row: "",
        apart=frozenset({"what", "why", "next"}),
    ),
    Subject(
        "work",
        _listed("work"),
        key=lambda row: f"{row['code']} {row['title']}",
        headline=lambda row: f"{row['count']} found, {row['hours']:g} h",
        apart=frozenset({"code", "title", "count", "hours"}),
    ),
    *(
        Subject(
            word,
            _figures(which),
            key=lambda row: str(row["name"]),
            headline=lambda row: f"{row['seconds']:.2f} s ({row['basis']})",
            apart=frozenset({"name", "seconds", "basis"}),
        )
        for word, which in (("predicted", "predicted"), ("allowed", "limit"), ("measured", "measured"))
    ),
    Subject(
        "rehearsal",
        _listed("rehearsals"),
        key=lambda row: _place(str(row["file"])),
        headline=_rehearsed,
        apart=frozenset({"file", "sample", "passed", "freeze_seconds"}),
    ),
    Subject(
        "error of the",
        _listed("steps"),
        key=lambda row: f"{row['name']} of {_place(str(row['file']))}",
        headline=lambda row: f"predicted {row['predicted']:.2f} s, measured {row['measured']:.2f} s",
        apart=frozenset({"file", "name", "predicted", "measured", "error"}),
    ),
    Subject(
        "failover drill",
        _listed("drills"),
        key=lambda row: text(row["at"]),
        headline=lambda row: f"{row['outage_seconds']:.2f} s without a row, {row['lost']} gone",
        apart=frozenset({"at", "outage_seconds", "lost"}),
    ),
    Subject(
        "restore drill",
        _listed("restores"),
        key=lambda row: text(row["at"]),
        headline=lambda row: f"{row['recovery_seconds']:.2f} s until it answered, {row['missing']} missing",
        apart=frozenset({"at", "recovery_seconds", "missing"}),
    ),
    Subject(
        "way back",
        lambda document: [document["way_back"]],
        key=lambda row: "",
        headline=lambda row: str(row["state"]),
        apart=frozenset({"state"}),
    ),
    Subject(
        "approval",
        _listed("consents"),
        key=lambda row: f"of {row['what']} by {row['by']} at {row['given_at'][:16]}",
        headline=lambda row: "stands" if row["stands"] else str(row["why"]),
        apart=frozenset({"what", "by", "stands", "why"}),
    ),
    Subject(
        "waiver",
        _listed("waived"),
        key=lambda row: f"{row['code']}, {row['by']}",
        headline=lambda row: f"{row['count']} found{', expired' if row.get('expired') else ''}",
        apart=frozenset({"code", "by", "count", "expired"}),
    ),
    *(
        Subject(
            "price,",
            rows,
            key=lambda row: str(row["name"]),
            headline=lambda row: text(row["price"]),
            apart=frozenset({"name", "price"}),
        )
        for rows in (_prices, _priced)
    ),
    Subject("unproven:", _unproven, lambda row: str(row["line"]), lambda row: "yes", frozenset({"line"})),
)


# --- what is told as a sum --------------------------------------------------------------------------------------------


def _passed(document: Document) -> str:
    found = document["rehearsals"]
    return f"{sum(one['passed'] for one in found)} of {len(found)} passed"


def _tables(then: Document, now: Document) -> Iterator[Change]:
    """Sizes move all the time: of the tables that both name they are told as sums, not table by table."""
    before, after = (_keyed(document["risk"]["rows"], lambda row: str(row["table"])) for document in (then, now))
    for key in [*before, *(key for key in after if key not in before)]:
        told = [_risk(rows[key]) if key in rows else "" for rows in (before, after)]
        yield from _differing(f"table {key}", *told)
    both = [key for key in before if key in after]
    for name in ("rows", "bytes"):
        sums = [text(sum(rows[key][name] or 0 for key in both)) for rows in (before, after)]
        yield from _differing(f"{name} of the tables at risk", *sums)
    for name, words in (("tables", "tables assessed"), ("left_out", "tables at risk that are not listed")):
        yield from _differing(words, text(then["risk"][name]), text(now["risk"][name]))


def _risk(row: Row) -> str:
    stages = [f"{stage}: {_counts(counts)}" for stage, counts in row["stages"].items()]
    return "; ".join([str(row["validation"]), *stages])


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number) or "nothing"
