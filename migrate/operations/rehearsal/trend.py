"""Compares the newest rehearsal with the earlier ones under the same terms. Every answer names its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from migrate.errors import UsageError
from migrate.model.rehearsal import FaultOutcome
from migrate.model.trend import Check, FaultOnRecord, FaultRow, KeptRehearsal, RehearsalHistory, Trend, TrendLimits
from migrate.operations.rehearsal import kept

BETTER_FIRST = (FaultOutcome.RIDDEN_OUT, FaultOutcome.GONE_ON, FaultOutcome.ENDED, FaultOutcome.NOT_MET)


def history(folder: Path, limits: TrendLimits) -> RehearsalHistory:
    """Every kept report below `folder`. Raises UsageError where there is none."""
    found, unread = kept.below(folder)
    if not found:
        told = f"; {unread[0]}" if unread else ""
        raise UsageError(
            f"there is no report of a rehearsal in {folder}{told}",
            code="REH-021",
            hint="Run one: aurora-migrate rehearse postgres/ledger; or name the folder that holds them.",
        )
    return RehearsalHistory(folder=str(folder), limits=limits, trends=trends(found, limits), unread=unread)


def trends(found: Sequence[KeptRehearsal], limits: TrendLimits) -> tuple[Trend, ...]:
    """One for each set of terms, the one with the newest rehearsal first."""
    made = [Trend(rehearsals=tuple(group), checks=tuple(_checks(group, limits))) for group in alike(found)]
    return tuple(sorted(made, key=lambda trend: trend.newest.started_at, reverse=True))


def alike(found: Sequence[KeptRehearsal]) -> list[list[KeptRehearsal]]:
    """Those under the same terms together, oldest first: only like is compared with like."""
    groups: dict[tuple[str, ...], list[KeptRehearsal]] = {}
    for one in sorted(found, key=lambda one: (one.started_at, one.file)):
        groups.setdefault(one.terms, []).append(one)
    return list(groups.values())


def fault_table(found: Sequence[KeptRehearsal]) -> tuple[FaultRow, ...]:
    """What became of each fault at each moment. Where a rehearsal met several, its ledger speaks for all of them."""
    met: dict[tuple[str, str], list[tuple[str, KeptRehearsal]]] = {}
    for one in found:
        for fault in one.faults:
            met.setdefault((fault.when, fault.name), []).append((fault.outcome, one))
    return tuple(_row(when, fault, runs) for (when, fault), runs in met.items())


def _row(when: str, fault: str, runs: Sequence[tuple[str, KeptRehearsal]]) -> FaultRow:
    outcomes = [outcome for outcome, _ in runs]
    open_ = [one.both_open for _, one in runs]
    return FaultRow(
        when=when,
        fault=fault,
        runs=len(runs),
        outcomes=tuple((outcome, outcomes.count(outcome)) for outcome in dict.fromkeys(outcomes)),
        lost=_worst([one.lost for _, one in runs]),
        duplicated=_worst([one.duplicated for _, one in runs]),
        both_open=True if True in open_ else None if None in open_ else False,
    )


def _worst(counts: Sequence[int | None]) -> int | None:
    """The highest; None where one was not judged and the others found nothing."""
    highest = max((count for count in counts if count is not None), default=0)
    return highest if highest or None not in counts else None


def _checks(group: Sequence[KeptRehearsal], limits: TrendLimits) -> Iterator[Check]:
    *earlier, newest = group
    yield Check("verdict", newest.passed, newest.reason or "passed")
    yield _count("lost", newest.lost)
    yield _count("duplicated", newest.duplicated)
    yield _longer("freeze", [one.freeze_seconds for one in earlier], newest.freeze_seconds, limits)
    yield _longer("write gap", [one.write_gap_seconds for one in earlier], newest.write_gap_seconds, limits)
    yield _detection(earlier, newest, limits)


def _count(name: str, count: int | None) -> Check:
    return Check(name, None if count is None else count == 0, "not judged" if count is None else f"{count:,}")


def _longer(name: str, earlier: Sequence[float | None], now: float | None, limits: TrendLimits) -> Check:
    known = [seconds for seconds in earlier if seconds is not None]
    if len(known) < limits.least:
        told = f"{now:.2f} s; " if now is not None else ""
        return Check(name, None, f"{told}{len(known)} earlier on record, {limits.least} are needed to compare")
    middle = median(known)
    most = max(middle * limits.factor, middle + limits.slack)
    allowed = f"allowed are {limits.factor:g} times that or {limits.slack:g} s more"
    basis = f"the median of {len(known)} is {middle:.2f} s; {allowed}"
    if now is None:
        return Check(name, False, f"not measured any more; {basis}")
    return Check(name, now <= most, f"{now:.2f} s {'≤' if now <= most else '>'} {most:.2f} s ({basis})")


def _detection(earlier: Sequence[KeptRehearsal], newest: KeptRehearsal, limits: TrendLimits) -> Check:
    """Whether the newest saw as much as the earlier ones, and got over each fault as well as most of them did."""
    if len(earlier) < limits.least:
        return Check("detection", None, f"{len(earlier)} earlier on record, {limits.least} are needed to compare")
    worse = []
    usual = median(one.unseen for one in earlier)
    if newest.unseen > usual:
        worse.append(f"{newest.unseen} invariants could not be judged, of the earlier ones {usual:g}")
    for fault in newest.faults:
        ranks = sorted(_rank(f.outcome) for one in earlier for f in one.faults if _at(f) == _at(fault))
        if ranks and _rank(fault.outcome) > ranks[(len(ranks) - 1) // 2]:
            worse.append(f"{fault.name}@{fault.when}: {fault.outcome}, before: {_outcome(ranks)}")
    told = "; ".join(worse) or f"as before: {newest.unseen} invariants unseen, {len(newest.faults)} faults met"
    return Check("detection", not worse, told)


def _at(fault: FaultOnRecord) -> tuple[str, str]:
    return fault.name, fault.when


def _rank(outcome: str) -> int:
    known = [one.value for one in BETTER_FIRST]
    return known.index(outcome) if outcome in known else len(known)


def _outcome(ranks: Sequence[int]) -> str:
    rank = ranks[(len(ranks) - 1) // 2]
    return BETTER_FIRST[rank].value if rank < len(BETTER_FIRST) else "other"
