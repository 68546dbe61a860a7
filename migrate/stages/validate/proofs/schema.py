"""Whether both sides hold the same tables, columns and keys."""

from __future__ import annotations

from migrate.model import alike
from migrate.model.validation import Proof, Verdict
from migrate.stages.validate.proofs.subject import Subject

NAME = "schema"


def prove(subject: Subject) -> Proof:
    """As the gate schema-alike asks it. It decides: rows of a table that is on one side only are compared by nobody,
    and a key that is missing lets in tomorrow what equal rows do not show today."""
    found = alike.differences(*subject.catalogs, subject.names, only=subject.only)
    if not found:
        return Proof(name=NAME, verdict=Verdict.MATCH, reason="the same tables, columns and keys")
    return Proof(name=NAME, verdict=Verdict.DIFFERS, reason=f"tables that are not alike: {len(found)}", details=found)
