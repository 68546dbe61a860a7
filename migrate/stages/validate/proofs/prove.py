"""All proofs beside the rows, and the verdict on the whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from migrate.errors import Interrupted, MigrateError
from migrate.model.validation import Proof, ValidationReport, Verdict
from migrate.stages.validate.proofs import constraints, dms_validation, row_counts, schema, sequences, temporal
from migrate.stages.validate.proofs.subject import Subject


def prove(subject: Subject) -> tuple[Proof, ...]:
    """Every proof that applies. One that a server refuses is unknown, with the reason, and decides as it would have."""
    asked: list[tuple[str, Callable[[Subject], Proof], bool]] = [
        (row_counts.NAME, row_counts.prove, False),
        (schema.NAME, schema.prove, True),
        (constraints.NAME, constraints.prove, True),
        (temporal.NAME, temporal.prove, False),
    ]
    if subject.only is None:
        asked.append((sequences.NAME, sequences.prove, not subject.raised_later))
    if subject.statistics is not None:
        asked.append((dms_validation.NAME, dms_validation.prove, False))
    return tuple(_asked(subject, *one) for one in asked)


def _asked(subject: Subject, name: str, ask: Callable[[Subject], Proof], decides: bool) -> Proof:
    try:
        return ask(subject)
    except Interrupted:
        raise
    except MigrateError as error:
        return Proof(name=name, verdict=Verdict.UNKNOWN, reason=str(error), decides=decides)


def beside(report: ValidationReport, proofs: tuple[Proof, ...]) -> ValidationReport:
    """The report with its proofs: one that decides and differs, or is unknown, weighs as a table would."""
    verdicts = {report.verdict} | {proof.verdict for proof in proofs if proof.decides}
    worst = next((v for v in (Verdict.DIFFERS, Verdict.UNKNOWN) if v in verdicts), Verdict.MATCH)
    return replace(report, verdict=worst, proofs=proofs)
