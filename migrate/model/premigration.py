"""What DMS's premigration assessment of a task found. Names and literals as in the DMS API."""

from __future__ import annotations

from dataclasses import dataclass

ENDED = frozenset({"passed", "warning", "failed", "error", "skipped", "cancelled"})

TOO_EARLY = frozenset({"target-table-has-unique-key-or-primary-key-for-cdc"})
"""Never asked for: the target gets its keys after the load, and before changes are applied to it."""


@dataclass(frozen=True)
class PremigrationCheck:
    """One individual assessment."""

    name: str
    status: str
    """pending, running, passed, warning, failed, error, skipped or cancelled."""


@dataclass(frozen=True)
class PremigrationReport:
    """One assessment run so far; `place` is where its results lie."""

    name: str
    status: str
    """starting, provisioning, running, passed, warning, failed, error-provisioning, error-executing, cancelling …"""
    checks: tuple[PremigrationCheck, ...]
    message: str
    """AWS's last word about a failure; empty where there was none."""
    place: str

    def names(self, *statuses: str) -> list[str]:
        """The checks in one of these states."""
        return [check.name for check in self.checks if check.status in statuses]
