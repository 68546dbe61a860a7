"""Whether what one side enforces is enforced by the other one, too."""

from __future__ import annotations

from checks.facts import Catalog, TableName
from migrate.model.validation import Proof, Verdict
from migrate.stages.validate.proofs.subject import Subject

NAME = "constraints"


def prove(subject: Subject) -> Proof:
    """Constraints that are valid on the leaving side and NOT VALID (or NOT ENFORCED) on the other, and indexes that are
    invalid there. It decides: the rows may be equal now, but the database no longer keeps them so."""
    leaving, arriving = subject.catalogs
    here, there = subject.names
    before, after = _enforced(leaving, subject), _enforced(arriving, subject)
    found = tuple(
        f"{table}: {what}"
        for (table, what), valid in sorted(after.items())
        if not valid and before.get((table, what), False)
    )
    if not found:
        return Proof(name=NAME, verdict=Verdict.MATCH, reason=f"whatever is valid on the {here} is on the {there}")
    reason = f"valid on the {here}, not on the {there}: {len(found)}"
    return Proof(name=NAME, verdict=Verdict.DIFFERS, reason=reason, details=found)


def _enforced(catalog: Catalog, subject: Subject) -> dict[tuple[TableName, str], bool]:
    """By table and name, whether it is valid."""
    only = subject.only
    found = {
        (table.name, f"{constraint.kind.value} {constraint.name}"): constraint.validated
        for table in catalog.tables
        for constraint in table.constraints
    }
    found |= {(index.table, f"index {index.name}"): index.valid for index in catalog.indexes}
    return {key: valid for key, valid in found.items() if only is None or key[0] in only}
