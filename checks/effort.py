"""Hours of work behind the findings, so told that everybody can check the sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checks.data import load
from checks.finding import Finding, Severity
from checks.rule import STAGES

ESTIMATE = "estimate"
YOURS = "your rate"


@dataclass(frozen=True)
class Rate:
    """Hours for the first finding of a rule, and for each further one."""

    first: float
    further: float
    basis: str = ESTIMATE
    """`estimate` for a default of the package, `your rate` for one of the settings."""


@dataclass(frozen=True)
class EffortRow:
    """The work for one rule before one stage: first + (findings - 1) * further = hours."""

    stage: str
    code: str
    severity: Severity
    findings: int
    rate: Rate
    hours: float


def stage_of(finding: Finding) -> str:
    """The stage before which its work is due: the one it blocks, or the last."""
    return finding.blocks or STAGES[-1]


def estimate(findings: Iterable[Finding], own: Mapping[str, Rate] | None = None) -> tuple[EffortRow, ...]:
    """Work for the open findings, in order of stages and codes; what costs nothing is left out.

    `own` are rates by code prefix or severity that go before those of the package.
    """
    defaults = _defaults()
    counts = Counter((stage_of(f), f.code, f.severity) for f in findings if f.open)
    rows = []
    for (stage, code, severity), count in counts.items():
        rate = _rate(code, severity, own or {}) or _rate(code, severity, defaults)
        if rate is None or (severity is Severity.NOTICE and rate.basis == ESTIMATE):
            continue
        hours = round(rate.first + (count - 1) * rate.further, 2)
        if hours:
            rows.append(EffortRow(stage, code, severity, count, rate, hours))
    return tuple(sorted(rows, key=lambda row: (STAGES.index(row.stage), list(Severity).index(row.severity), row.code)))


def _rate(code: str, severity: Severity, rates: Mapping[str, Rate]) -> Rate | None:
    """By the longest prefix of the code, else by severity."""
    prefixes = [prefix for prefix in rates if code.startswith(prefix)]
    return rates[max(prefixes, key=len)] if prefixes else rates.get(severity.value)


def _defaults() -> dict[str, Rate]:
    document = load("effort")
    rows = {**document["severity"], **document["code"]}
    return {name: Rate(row["first"], row["further"]) for name, row in rows.items()}
