"""The verdict on each table: its candidates looked at again, differences named, everything in doubt called unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from checks.facts import TableName
from migrate.errors import Interrupted, MigrateError
from migrate.model.json import Json
from migrate.model.validation import Difference, DifferenceKind, Key, TableResult, ValidationReport, Verdict
from migrate.ports.database import Rows
from migrate.stages.validate.options import CompareOptions
from migrate.stages.validate.planning import plan
from migrate.stages.validate.recheck import ROUNDS_MAX, Conviction, Settle, Suspects, watching
from migrate.stages.validate.sides import Sides
from migrate.stages.validate.tally import Tally

KEYS_AT_ONCE = 200
"""Rows whose columns are hashed one by one in a question."""


def decide(
    sides: Sides, tallies: Sequence[Tally], settle: Settle, options: CompareOptions
) -> tuple[tuple[TableResult, ...], int]:
    """A result for each table, and how many rounds of looking again that took. All tables share the rounds."""
    suspects: dict[int, Suspects] = {}

    def suspect(number: int) -> None:
        tally = tallies[number]
        with tally.problems():
            seen = Suspects(sides, tally.table, tally.found.candidates, max(1, options.most_differences))
            if options.frozen:
                seen.convict()
            suspects[number] = seen

    doubtful = [n for n, tally in enumerate(tallies) if tally.found.candidates and not tally.problem]
    sides.spread([partial(suspect, number) for number in doubtful])
    rounds = 0
    while rounds < ROUNDS_MAX and _look_again(sides, tallies, suspects, settle):
        rounds += 1
    _see_alterations(sides, tallies)
    results: dict[int, TableResult] = {}

    def conclude(number: int) -> None:
        results[number] = _result(sides, tallies[number], suspects.get(number), options.most_differences)

    for number in range(len(tallies)):
        if number not in suspects:
            conclude(number)
    sides.spread([partial(conclude, number) for number in suspects])
    return tuple(results[number] for number in range(len(tallies))), rounds


def _look_again(sides: Sides, tallies: Sequence[Tally], suspects: Mapping[int, Suspects], settle: Settle) -> bool:
    """One round for every table that has an undecided key and no problem. False when there is none left."""
    looking = [
        (tallies[n], seen)
        for n, seen in suspects.items()
        if seen.undecided and not seen.enough and not tallies[n].problem
    ]
    if not looking:
        return False
    try:
        with watching(seen for _, seen in looking):
            settle()
    except Interrupted:
        raise
    except MigrateError as error:
        for tally, _ in looking:
            tally.problem = f"what seemed to differ could not be looked at again: {error}"
        return False
    sides.spread([partial(_look_at, tally, seen) for tally, seen in looking])
    return True


def _look_at(tally: Tally, seen: Suspects) -> None:
    with tally.problems():
        seen.look_again()


def _see_alterations(sides: Sides, tallies: Sequence[Tally]) -> None:
    """A table that was altered was hashed in two ways: neither equality nor a difference means anything then."""
    read = [tally for tally in tallies if tally.found.chunks]
    if not read:
        return
    after = plan(sides, [tally.table for tally in read])
    for tally in read:
        now = after[tally.table]
        if not now.shapes:
            tally.problem = tally.problem or f"whether it was altered meanwhile cannot be told: {now.problem}"
        elif now.shapes != tally.plan.shapes:
            tally.altered = True
            tally.problem = "the table was altered, emptied or rewritten while it was compared"


def report(
    results: Iterable[TableResult], seconds: float, *, scope: str = "full", facts: dict[str, Json] | None = None
) -> ValidationReport:
    """Sum the tables up: one that differs decides, else one that is unknown does."""
    tables = tuple(results)
    verdicts = {table.verdict for table in tables}
    worst = next((v for v in (Verdict.DIFFERS, Verdict.UNKNOWN) if v in verdicts), Verdict.MATCH)
    return ValidationReport(verdict=worst, tables=tables, seconds=seconds, scope=scope, facts=facts or {})


def _result(sides: Sides, tally: Tally, suspects: Suspects | None, most: int) -> TableResult:
    convicted = suspects.convicted if suspects and not tally.altered else []
    named: list[Difference] = []
    with tally.problems():
        named = _name(sides, tally, sorted(convicted, key=lambda conviction: repr(conviction.key))[:most])
    reasons = _doubts(tally, suspects)
    if convicted and (len(named) < len(convicted) or (suspects and suspects.undecided) or not tally.found.complete):
        found = tally.found
        reasons.append(f"at least {len(convicted)} rows differ, {len(named)} of them are named")
        reasons.append(f"{found.differing} of {found.chunks} ranges differ")
    verdict = Verdict.DIFFERS if convicted else Verdict.UNKNOWN if reasons else Verdict.MATCH
    return TableResult(
        table=tally.table,
        verdict=verdict,
        source_rows=tally.found.source_rows,
        target_rows=tally.found.target_rows,
        chunks=tally.found.chunks,
        key_columns=tally.plan.key,
        differences=tuple(named),
        reason="; ".join(reasons),
        under_way=suspects.cleared if suspects else 0,
        undecided=suspects.open if suspects and _only_moving(tally, suspects) else None,
        unfinished=verdict is Verdict.UNKNOWN and tally.found.complete and not (tally.altered or tally.plan.problem),
        seconds=tally.found.seconds,
        position=tally.position,
    )


def _only_moving(tally: Tally, suspects: Suspects) -> bool:
    """Whether rows that kept changing are all that is in doubt."""
    whole = tally.finished and tally.found.complete and not tally.problem
    return whole and suspects.undecided > 0 and not suspects.convicted


def _doubts(tally: Tally, suspects: Suspects | None) -> list[str]:
    """What keeps the table from being a match, beside rows that differ."""
    if tally.problem:
        return [tally.problem]
    doubts: list[str] = []
    if not tally.finished:
        doubts.append(f"only {tally.counted} of {tally.parts or 'its'} parts were compared")
    if not tally.found.complete:
        doubts.append("more rows seem to differ than can be looked at one by one")
    if suspects and suspects.undecided and not suspects.enough:
        doubts.append(f"{suspects.undecided} rows kept changing and could not be compared")
    return doubts


def _name(sides: Sides, tally: Tally, convictions: Sequence[Conviction]) -> list[Difference]:
    changed = [c.key for c in convictions if c.source is not None and c.target is not None and tally.plan.keyed]
    columns = _unlike_columns(sides, tally, changed)
    return [
        Difference(tally.table, conviction.key, _kind(conviction, tally.plan.keyed), columns.get(conviction.key, ()))
        for conviction in convictions
    ]


def _kind(conviction: Conviction, keyed: bool) -> DifferenceKind:
    here, there = conviction.source, conviction.target
    if not keyed:
        # The "hash" of a row without a key is the number of rows like it.
        more_here = int(here or 0) > int(there or 0)
        return DifferenceKind.MISSING_ON_TARGET if more_here else DifferenceKind.MISSING_ON_SOURCE
    if there is None:
        return DifferenceKind.MISSING_ON_TARGET
    return DifferenceKind.MISSING_ON_SOURCE if here is None else DifferenceKind.CHANGED


def _unlike_columns(sides: Sides, tally: Tally, keys: Sequence[Key]) -> dict[Key, tuple[str, ...]]:
    """By key, the columns that differ."""
    unlike: dict[Key, tuple[str, ...]] = {}
    for start in range(0, len(keys), KEYS_AT_ONCE):
        batch = keys[start : start + KEYS_AT_ONCE]
        here, there = sides.both(partial(_columns_of, tally.table, batch), urgent=True)
        for key in batch:
            others = there.get(key, {})
            unlike[key] = tuple(name for name, hash_ in here.get(key, {}).items() if others.get(name) != hash_)
    return unlike


def _columns_of(table: TableName, keys: Sequence[Key], rows: Rows) -> dict[Key, dict[str, str]]:
    return rows.column_hashes(table, keys)
