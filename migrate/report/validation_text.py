"""A validation for people, in 80 columns: what needs looking at first, what is well in one line, the verdict last."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from migrate.model.validation import (
    Difference,
    DifferenceKind,
    Proof,
    TableResult,
    ValidationReport,
    ValuePair,
    Verdict,
)
from migrate.model.visible import visible

WIDTH = 80
MATCHING_MAX = 20
"""Tables that match are listed one by one up to so many."""
TABLES_MAX = 40
"""Tables that do not match are listed up to so many of each verdict."""
ROWS_MAX = 10
"""Differences that are shown of one table."""
DETAILS_MAX = 5
MASK = "•••"
MARK = {Verdict.MATCH: "ok", Verdict.DIFFERS: "differs", Verdict.UNKNOWN: "unknown"}
KIND = {
    DifferenceKind.MISSING_ON_TARGET: "missing on the target",
    DifferenceKind.MISSING_ON_SOURCE: "missing on the source",
    DifferenceKind.CHANGED: "changed",
}
ALL = "--format json names all that were kept"


def lines(report: ValidationReport) -> Iterator[str]:
    """The whole text, line by line."""
    yield from _tables(report.tables)
    for table in [table for table in report.tables if table.differences][:TABLES_MAX]:
        yield ""
        yield from _differences(table)
    if report.proofs:
        yield ""
        yield "beside the rows"
        for proof in report.proofs:
            yield from _proof(proof)
    yield ""
    yield from _verdict(report)


# --- tables -----------------------------------------------------------------------------------------------------------


def _tables(tables: Sequence[TableResult]) -> Iterator[str]:
    if not tables:
        return
    yield f"{'table':<39} {'verdict':<8} {'source rows':>15} {'target rows':>15}"
    for verdict in (Verdict.DIFFERS, Verdict.UNKNOWN):
        found = [table for table in tables if table.verdict is verdict]
        for table in found[:TABLES_MAX]:
            yield from _table(table)
        if len(found) > TABLES_MAX:
            yield f"  … and {len(found) - TABLES_MAX:,} more tables: {verdict.value}. {ALL}."
    matching = [table for table in tables if table.verdict is Verdict.MATCH]
    if len(matching) <= MATCHING_MAX:
        for table in matching:
            yield from _table(table)
        return
    rows = (sum(table.source_rows for table in matching), sum(table.target_rows for table in matching))
    more = len(matching) < len(tables)
    yield _row(f"{len(matching):,} {'other ' if more else ''}tables", Verdict.MATCH, *rows)
    yield from _arrived(matching)


def _table(table: TableResult) -> Iterator[str]:
    name = visible(str(table.table))
    if _wide(name) > 39:
        yield name
        name = ""
    yield _row(name, table.verdict, table.source_rows, table.target_rows)
    if table.reason:
        yield from _wrapped(table.reason, "    ")
    elif table.verdict is Verdict.MATCH:
        yield from _arrived([table])


def _arrived(matching: Sequence[TableResult]) -> Iterator[str]:
    """Why the counts of what matches are not the same."""
    count = sum(table.under_way for table in matching if table.source_rows != table.target_rows)
    if count:
        were = "change was" if count == 1 else "changes were"
        yield f"    {count:,} {were} still under way when the rows were counted"


def _row(name: str, verdict: Verdict, source: int, target: int) -> str:
    return f"{name}{' ' * (39 - _wide(name))} {verdict.value:<8} {source:>15,} {target:>15,}"


# --- rows that differ -------------------------------------------------------------------------------------------------


def _differences(table: TableResult) -> Iterator[str]:
    count = len(table.differences)
    yield f"{visible(str(table.table))}: {count:,} {'row differs' if count == 1 else 'rows differ'}"
    for one in sorted(table.differences, key=_as_people_count)[:ROWS_MAX]:
        yield from _difference(one, table.key_columns)
    if count > ROWS_MAX:
        yield f"  … and {count - ROWS_MAX:,} more. {ALL}."


def _as_people_count(one: Difference) -> list[tuple[bool, int, str]]:
    """9 before 10; numbers before words."""
    return [
        (not number, int(text) if number else 0, text)
        for text in (value or "" for value in one.key)
        for number in [text.removeprefix("-").isdecimal()]
    ]


def _difference(one: Difference, columns: Sequence[str]) -> Iterator[str]:
    key = ", ".join("NULL" if value is None else visible(value) for value in one.key)
    where = f"{', '.join(visible(column) for column in columns)} = {key}" if columns else f"no key; row hash {key}"
    yield _cut(f"  {KIND[one.kind]}: {where}", WIDTH)
    pairs: Iterable[ValuePair] = one.values
    if not one.values:
        yield from _masked(one)
        return
    names = max(min(max(_wide(visible(pair.column)) for pair in one.values), 20), len("column"))
    room = (WIDTH - 4 - names - 5) // 2
    yield f"    {'column':<{names}}  {'source':<{room}} | target"
    for pair in pairs:
        here, there = (_padded(_said(value), room) for value in (pair.source, pair.target))
        if one.kind is DifferenceKind.MISSING_ON_SOURCE:
            here = " " * room
        if one.kind is DifferenceKind.MISSING_ON_TARGET:
            there = ""
        yield f"    {_padded(visible(pair.column), names)}  {here} | {there}".rstrip()


def _masked(one: Difference) -> Iterator[str]:
    for column in one.columns:
        yield _cut(f"    {visible(column)}  {MASK} | {MASK}", WIDTH)


def _said(value: str | None) -> str:
    return "NULL" if value is None else f"'{visible(value)}'"


# --- proofs and verdict -----------------------------------------------------------------------------------------------


def _proof(proof: Proof) -> Iterator[str]:
    mark = MARK[proof.verdict] if proof.decides or proof.verdict is Verdict.MATCH else "note"
    first, *rest = _wrapped(proof.reason, " " * 26)
    yield f"  {proof.name:<15} {mark:<8}{first[26:]}"
    yield from rest
    if proof.verdict is Verdict.MATCH:
        return
    for detail in proof.details[:DETAILS_MAX]:
        yield from _wrapped(detail, " " * 6, "    - ")
    if len(proof.details) > DETAILS_MAX:
        yield f"    … and {len(proof.details) - DETAILS_MAX:,} more. {ALL}."


def _verdict(report: ValidationReport) -> Iterator[str]:
    if report.scope == "tables":
        yield from _wrapped("Only some tables were compared: this is no evidence for a cutover.", "")
    counts = {verdict: sum(table.verdict is verdict for table in report.tables) for verdict in Verdict}
    told = [f"{counts[verdict]:,} {word}" for verdict, word in _WORDS if counts[verdict]]
    yield f"tables: {', '.join(told) or 'none'}"
    if reason := report.facts.get("reason"):
        yield f"reason: {visible(str(reason))}"
    against = [proof.name for proof in report.proofs if proof.decides and proof.verdict is not Verdict.MATCH]
    if against:
        yield f"beside the rows: {', '.join(against)}"
    yield f"verdict: {report.verdict.value}, {report.rows:,} rows in {report.seconds:.1f} s"


_WORDS = ((Verdict.DIFFERS, "differ"), (Verdict.UNKNOWN, "unknown"), (Verdict.MATCH, "match"))


# --- text that fits ---------------------------------------------------------------------------------------------------


def _wrapped(text: str, indent: str, first: str | None = None) -> list[str]:
    return textwrap.wrap(
        visible(text),
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=True,
        break_on_hyphens=False,
    ) or [indent]


def _wide(text: str) -> int:
    """Columns that a terminal needs for it."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cut(text: str, room: int) -> str:
    if _wide(text) <= room:
        return text
    kept, width = [], 1
    for character in text:
        width += _wide(character)
        if width > room:
            break
        kept.append(character)
    return f"{''.join(kept)}…"


def _padded(text: str, room: int) -> str:
    cut = _cut(text, room)
    return cut + " " * (room - _wide(cut))
