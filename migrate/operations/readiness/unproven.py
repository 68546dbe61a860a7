"""What nobody has seen yet, in plain words. Silence is no proof, so silence is told."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.model.readiness import GateStanding, Prediction, Risk, Standing, WayBack
from migrate.model.rehearsal import LIVE
from migrate.model.trend import KeptRehearsal
from migrate.model.vouched import Vouched, VouchedRehearsal
from migrate.operations.drill import FAILOVER
from migrate.operations.readiness.findings import noted
from migrate.operations.readiness.record import Record
from migrate.operations.restore_drill import RESTORE


def unproven(
    record: Record,
    gates: tuple[GateStanding, ...],
    predictions: tuple[Prediction, ...],
    risk: Risk,
    rehearsals: tuple[VouchedRehearsal, ...],
    way_back: WayBack,
    *,
    route: str,
    local: bool,
) -> tuple[str, ...]:
    """`local` is whether AWS is answered by another endpoint than AWS's own."""
    believed = tuple(one for one in rehearsals if one.counts)
    return (
        *_changed(rehearsals),
        *_aws(believed, local),
        *(_rehearsed(believed, route) if believed or not rehearsals else ()),
        *_return(believed, way_back),
        *_failed_over(record),
        *_restored(record),
        *_rows(record, risk),
        *_rules(record),
        *_asked(gates),
        *_unvouched(rehearsals),
        *(f"How long the {one.name} takes was never measured here." for one in predictions if one.measured is None),
    )


def _changed(rehearsals: tuple[VouchedRehearsal, ...]) -> Iterator[str]:
    changed = {one.file for one in rehearsals if not one.counts}
    if changed:
        yield f"Reports of rehearsals that are not as they were written count for nothing here: {_listed(changed)}."


def _unvouched(rehearsals: tuple[VouchedRehearsal, ...]) -> Iterator[str]:
    unvouched = {one.file for one in rehearsals if one.vouched is Vouched.UNKNOWN}
    if unvouched:
        yield f"No journal at hand says whether the reports of these rehearsals were changed: {_listed(unvouched)}."


def _aws(rehearsals: tuple[KeptRehearsal, ...], local: bool) -> Iterator[str]:
    if local:
        yield (
            "This migration was run against a local sandbox, not against AWS: permissions, networks, quotas and the"
            " speed of the real services were no part of it."
        )
    elif rehearsals and all(one.profile != LIVE for one in rehearsals):
        yield "The rehearsals ran in a local sandbox: what only AWS can show, they did not show."


def _rehearsed(rehearsals: tuple[KeptRehearsal, ...], route: str) -> Iterator[str]:
    if not rehearsals:
        yield "Nothing was rehearsed: no report of a rehearsal is kept."
        return
    if not any(one.passed for one in rehearsals):
        yield "No rehearsal has passed."
    if all(one.route != route for one in rehearsals):
        others = _listed({one.route for one in rehearsals})
        yield f"No rehearsal went the way of this migration, {route}; they went {others}."
    if moved := {one.sample for one in rehearsals if one.profile != LIVE}:
        yield (
            f"The rehearsals{_some(rehearsals)} moved samples ({_listed(moved)}), with the samples' own"
            " applications: your data and your application's statements were not among them."
        )
    if own := {one.sample for one in rehearsals if one.profile == LIVE and one.acknowledged is None}:
        yield f"No ledger of writes was kept in the rehearsals on {_listed(own)}: rows were compared, answers were not."
    if all(one.profile == "instant" for one in rehearsals):
        yield 'No rehearsal kept the pace of AWS: every one had the timing profile "instant".'
    if not any(one.faults for one in rehearsals):
        yield "No fault was met in a rehearsal: what a broken link or a restart does to this plan is not known."


def _some(rehearsals: tuple[KeptRehearsal, ...]) -> str:
    return " in a sandbox" if any(one.profile == LIVE for one in rehearsals) else ""


def _return(rehearsals: tuple[KeptRehearsal, ...], way_back: WayBack) -> Iterator[str]:
    if way_back.rolled_back:
        return
    if any(one.rollback for one in rehearsals):
        yield "A rollback was exercised in rehearsals only, never with this migration's databases."
    else:
        yield "No rollback was ever exercised."
    if way_back.probed_at is None:
        yield "No marker has come back from the target yet: the way back was not probed."


def _failed_over(record: Record) -> Iterator[str]:
    if record.latest(FAILOVER) is None:
        yield "The target was never failed over on purpose: how long it is away then, nobody has measured."


def _restored(record: Record) -> Iterator[str]:
    if record.latest(RESTORE) is None:
        yield "No restore of the target was measured: how long one takes, and how much it gives back, nobody knows."


def _rows(record: Record, risk: Risk) -> Iterator[str]:
    validation = record.latest("validation")
    if validation is None:
        yield "No row was compared: there is no validation on record."
        return
    unknown = [row.table for row in risk.rows if row.validation == "unknown"]
    if unknown:
        yield f"Whether {len(unknown)} tables are equal could not be told: {_listed(set(unknown))}."
    if validation.facts.get("verdict") != "match":
        yield "The last validation does not say that source and target are equal."


def _rules(record: Record) -> Iterator[str]:
    seen = noted(record)
    if not seen:
        yield "What the assessment found is not on record: run aurora-migrate assess with this version."
        return
    if seen.get("unread"):
        yield f"{seen['unread']} statements of the schema were not understood, and judged by no rule."
    if seen.get("crashed"):
        yield f"Rules that crashed said nothing: {_listed(set(seen['crashed']))}."


def _asked(gates: tuple[GateStanding, ...]) -> Iterator[str]:
    never = [one.gate for one in gates if one.standing is Standing.NOT_ASKED and one.moment.value == "preflight"]
    if never:
        names = ", ".join(never)
        yield f"{len(never)} gates were never asked; the cutover asks them before it freezes anything: {names}."


def _listed(names: set[str], most: int = 5) -> str:
    ordered = sorted(names)
    more = f" and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(ordered[:most]) + more
