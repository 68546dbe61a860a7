"""The verdict on each method: whatever excludes it rules it out, of the rest the one with least against it is taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from checks.fit.answer import Fit, MethodFit, OutOfScope, Reason, Verdict, Weight, WrongTarget
from checks.fit.facts import FitFacts, Hosting, Wishes
from checks.fit.questions import QUESTIONS, downtime_minutes, wrong
from checks.fit.table import methods, source_of
from checks.route import Engine

_SHOWN_FIRST = (Weight.EXCLUDES, Weight.UNKNOWN, Weight.AGAINST, Weight.FOR)


def judge(facts: FitFacts) -> Fit:
    """Every method with its reasons. Nothing is scored: the order is by the number of reasons against, then as listed
    in data/methods.toml, from the simplest on."""
    return Fit(
        methods=_methods(facts),
        assumed=tuple(_assumed(facts.wishes, facts)),
        otherwise=tuple(_otherwise(facts)),
        wrong_target=tuple(_wrong(facts)),
        out_of_scope=tuple(OutOfScope(row["name"], row["says"], source_of(row)) for row in methods()["out_of_scope"]),
    )


def _methods(facts: FitFacts) -> tuple[MethodFit, ...]:
    judged = [_method(row, facts) for row in methods()["method"]]
    order = [Verdict.POSSIBLE, Verdict.UNCERTAIN, Verdict.RULED_OUT]
    judged.sort(key=lambda one: (order.index(one.verdict), _count(one, Weight.AGAINST)))
    first, *others = judged
    if first.verdict is Verdict.POSSIBLE:
        first = dataclasses.replace(first, verdict=Verdict.RECOMMENDED)
    return (first, *others)


def _method(row: dict[str, Any], facts: FitFacts) -> MethodFit:
    reasons = sorted(_reasons(row["key"], facts), key=lambda reason: _SHOWN_FIRST.index(reason.weight))
    weights = {reason.weight for reason in reasons}
    verdict = Verdict.POSSIBLE
    if Weight.EXCLUDES in weights:
        verdict = Verdict.RULED_OUT
    elif Weight.UNKNOWN in weights:
        verdict = Verdict.UNCERTAIN
    return MethodFit(row["key"], row["name"], row["what"], verdict, tuple(reasons))


def _reasons(method: str, facts: FitFacts) -> Iterator[Reason]:
    for row in methods()["criterion"]:
        if method not in row["methods"]:
            continue
        so, observed = QUESTIONS[row["key"]](facts, method)
        told = f"{row['says']} ({observed})" if observed else row["says"]
        if so:
            yield Reason(Weight(row["effect"]), told, source_of(row))
        elif so is None and row["effect"] == Weight.EXCLUDES:
            yield Reason(Weight.UNKNOWN, f"out if {told}", source_of(row))


def _count(method: MethodFit, weight: Weight) -> int:
    return sum(1 for reason in method.reasons if reason.weight is weight)


def _assumed(wishes: Wishes, facts: FitFacts) -> Iterator[str]:
    if wishes.downtime_minutes is None:
        yield f"the application may stand still for {downtime_minutes(facts):g} minutes"
    if wishes.way_back is None:
        yield "a way back after the switch is wanted"


def _otherwise(facts: FitFacts) -> Iterator[str]:
    """One wish changed at a time, where that changes the answer."""
    wishes, taken = facts.wishes, _best(facts)
    changes: list[tuple[str, Wishes]] = []
    if wishes.way_back is not False:
        changes.append(("without a way back", dataclasses.replace(wishes, way_back=False)))
    else:
        changes.append(("with a way back", dataclasses.replace(wishes, way_back=True)))
    if wishes.hosting is None and facts.route.source is not Engine.MARIADB:
        on_rds = dataclasses.replace(wishes, hosting=Hosting.RDS, way_back=False)
        changes.append(("without a way back, from RDS", on_rds))
    day = dataclasses.replace(wishes, downtime_minutes=24 * 60.0, way_back=False)
    changes.append(("without a way back, with a day of downtime", day))
    for words, changed in changes:
        best = _best(dataclasses.replace(facts, wishes=changed))
        if best != taken:
            yield f"{words}: {best or 'no method'}"


def _best(facts: FitFacts) -> str | None:
    first = _methods(facts)[0]
    return first.name if first.verdict is Verdict.RECOMMENDED else None


def _wrong(facts: FitFacts) -> Iterator[WrongTarget]:
    for row in methods()["wrong"]:
        so, observed = wrong(facts, row["key"], row["codes"])
        if so:
            yield WrongTarget(row["key"], f"{row['says']} ({observed})", row["instead"], source_of(row))
