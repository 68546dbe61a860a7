"""The verdict on each table: its candidates looked at again, differences named, everything in doubt called unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from migrate.errors import MigrateError
from migrate.model.json import Json
from migrate.model.validation import Difference, DifferenceKind, TableResult, ValidationReport, Verdict
from migrate.stages.validate.recheck import ROUNDS_MAX, Conviction, Settle, Suspects, watching
from migrate.stages.validate.sides import Sides
from migrate.stages.validate.tally import Tally

NAMED_MAX = 1_000
"""Most differences that one table's result names."""


def decide(sides: Sides, tallies: Sequence[Tally], settle: Settle) -> tuple[tuple[TableResult, ...], int]:
    """A result for each table, and how many rounds of looking again that took. All tables share the rounds."""
    suspects: dict[int, Suspects] = {}
    for number, tally in enumerate(tallies):
        if tally.candidates:
            with tally.problems():
                suspects[number] = Suspects(sides, tally.table, tally.candidates)
    rounds = 0
    while rounds < ROUNDS_MAX and _look_again(tallies, suspects, settle):
        rounds += 1
    results = tuple(_result(sides, tally, suspects.get(number)) for number, tally in enumerate(tallies))
    return results, rounds


def _look_again(tallies: Sequence[Tally], suspects: Mapping[int, Suspects], settle: Settle) -> bool:
    """One round for every table that has an undecided key and no problem. False when there is none left."""
    looking = [(tallies[n], seen) for n, seen in suspects.items() if seen.undecided and not tallies[n].problem]
    if not looking:
        return False
    try:
        with watching(seen for _, seen in looking):
            settle()
    except MigrateError as error:
        for tally, _ in looking:
            tally.problem = f"what seemed to differ could not be looked at again: {error}"
        return False
    for tally, seen in looking:
        with tally.problems():
            seen.look_again()
    return True


def report(
    results: Iterable[TableResult], seconds: float, *, scope: str = "full", facts: dict[str, Json] | None = None
) -> ValidationReport:
    """Sum the tables up: one that differs decides, else one that is unknown does."""
    tables = tuple(results)
    verdicts = {table.verdict for table in tables}
    worst = next((v for v in (Verdict.DIFFERS, Verdict.UNKNOWN) if v in verdicts), Verdict.MATCH)
    return ValidationReport(verdict=worst, tables=tables, seconds=seconds, scope=scope, facts=facts or {})


def _result(sides: Sides, tally: Tally, suspects: Suspects | None) -> TableResult:
    convicted = suspects.convicted if suspects else []
    moving = suspects.undecided if suspects else 0
    named: list[Difference] = []
    with tally.problems():
        for conviction in sorted(convicted, key=lambda conviction: repr(conviction.key))[:NAMED_MAX]:
            named.append(_name(sides, tally, conviction))
    reasons = [tally.problem] if tally.problem else []
    if tally.compared < tally.parts and not tally.problem:
        reasons.append(f"only {tally.compared} of {tally.parts} parts were compared")
    if not tally.complete:
        reasons.append("more rows seem to differ than can be looked at one by one")
    if moving and not tally.problem:
        reasons.append(f"{moving} rows kept changing and could not be compared")
    if len(convicted) > len(named):
        reasons.append(f"{len(named)} of at least {len(convicted)} differences are named")
    verdict = Verdict.DIFFERS if convicted else Verdict.UNKNOWN if reasons else Verdict.MATCH
    return TableResult(
        table=tally.table,
        verdict=verdict,
        source_rows=tally.source_rows,
        target_rows=tally.target_rows,
        chunks=tally.compared,
        differences=tuple(named),
        reason="; ".join(reasons),
    )


def _name(sides: Sides, tally: Tally, conviction: Conviction) -> Difference:
    here, there, key = conviction.source, conviction.target, conviction.key
    if not tally.keyed:
        # The "hash" of a row without a key is the number of rows like it.
        more_here = int(here or 0) > int(there or 0)
        kind = DifferenceKind.MISSING_ON_TARGET if more_here else DifferenceKind.MISSING_ON_SOURCE
        return Difference(tally.table, key, kind)
    if there is None:
        return Difference(tally.table, key, DifferenceKind.MISSING_ON_TARGET)
    if here is None:
        return Difference(tally.table, key, DifferenceKind.MISSING_ON_SOURCE)
    columns, other = sides.both(lambda rows: rows.column_hashes(tally.table, key))
    differing = tuple(name for name, hash_ in columns.items() if other.get(name) != hash_)
    return Difference(tally.table, key, DifferenceKind.CHANGED, differing)
