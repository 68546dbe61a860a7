"""Assessments of tables, for every pair of engines: names from dms.md §17, severity assumed where it is silent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate.sandbox.dms.assessments.look import Look
from migrate.sandbox.dms.assessments.verdict import SKIPPED, Verdict, failed_by, warned_by
from migrate.sandbox.dms.worker.tables import Table


def lob_without_key(look: Look) -> Verdict:
    """LOBs are looked up by the row's key (dms.md §5.3)."""
    found = (_name(one) for one, _ in look.pairs if _keyless(one) and any(column.is_lob for column in one.columns))
    return failed_by(found, "tables with LOB columns and neither primary key nor unique constraint")


def no_key(look: Look) -> Verdict:
    """Loaded all the same; their UPDATE and DELETE are not replicated (dms.md §12)."""
    found = (_name(one) for one, _ in look.pairs if _keyless(one))
    return warned_by(found, "tables with neither primary key nor unique constraint")


def target_key(look: Look) -> Verdict:
    """Every change of a table without a key is a full scan of the target (dms.md §12, recipe step 3)."""
    if not look.captures:
        return SKIPPED
    found = (_name(here) for there, here in look.pairs if here is not None and _keyless(here) and not _keyless(there))
    return failed_by(found, "tables of the target without the key that the source has")


def full_lob_not_null(look: Look) -> Verdict:
    """In full LOB mode rows come with NULL first, their LOBs later (dms.md §5.3)."""
    if not look.settings.flag("TargetMetadata", "FullLobMode"):
        return SKIPPED
    return failed_by(_lobs_not_null(look), "LOB columns that are NOT NULL on the target")


def validation_keys(look: Look) -> Verdict:
    """DMS validates rows by a key that is no LOB (dms.md §13). The name is an assumption."""
    if not look.settings.flag("ValidationSettings", "EnableValidation"):
        return SKIPPED
    found = [_name(one) for one, _ in look.pairs if _keyless(one) or _lob_in_key(one)]
    return warned_by(found, "tables that DMS cannot validate, for want of a key that is no LOB")


def batch_apply(look: Look) -> Verdict:
    """Batch apply needs a key on the source (dms.md §5.2). The name is an assumption."""
    if not look.captures or not look.settings.flag("TargetMetadata", "BatchApplyEnabled"):
        return SKIPPED
    return failed_by((_name(one) for one, _ in look.pairs if _keyless(one)), "batch apply on tables without a key")


TABLES = {
    "table-with-lob-but-without-primary-key-or-unique-constraint": lob_without_key,
    "table-with-no-primary-key-or-unique-constraint": no_key,
    "target-table-has-unique-key-or-primary-key-for-cdc": target_key,
    "full-lob-not-nullable-at-target": full_lob_not_null,
    "validation-needs-primary-key": validation_keys,
    "batch-apply-needs-primary-key": batch_apply,
}


def _name(table: Table[Any]) -> str:
    return f"{table.schema}.{table.name}"


def _keyless(table: Table[Any]) -> bool:
    return not table.key and not table.identity


def _lob_in_key(table: Table[Any]) -> bool:
    columns = [table.column(name) for name in table.key]
    return any(column.is_lob for column in columns if column is not None)


def _lobs_not_null(look: Look) -> Iterator[str]:
    for source, target in look.pairs:
        for column in source.columns:
            here = target.column(column.name) if target is not None else None
            if column.is_lob and here is not None and here.not_null:
                yield f"{_name(source)}.{column.name}"
