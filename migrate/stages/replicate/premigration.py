"""DMS's own assessment of the task, before it is started: what it found failed stops the start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import SaysNo
from migrate.events import Noted, Progressed
from migrate.model.json import Facts
from migrate.model.premigration import ENDED, PremigrationReport
from migrate.stages.replicate.step import ReplicateStep, TaskStep
from migrate.stages.replicate.world import ReplicateRequest, ReplicateWorld

REMEDIES = {
    "unsupported-data-types-in-source": "leave these columns' tables to another way ([[tasks]] exclude)",
    "table-with-lob-but-without-primary-key-or-unique-constraint": "give these tables a primary key",
    "table-with-no-primary-key-or-unique-constraint": "give these tables a primary key",
    "full-lob-not-nullable-at-target": "let these columns be NULL on the target during the load",
    "postgres-check-dbversion": "use a version that DMS supports, or another way",
    "postgres-check-maxwalsenders": "raise max_wal_senders and restart the source",
    "postgres-check-ddl-event-trigger": "have a superuser create DMS's event trigger",
    "postgres-check-wal-level": "set wal_level = logical (RDS: rds.logical_replication = 1) and restart the source",
    "postgres-check-max-replication-slots": "raise max_replication_slots, or drop slots that nobody reads",
}
"""By the name of the individual assessment; others are sent to their result."""


@dataclass(frozen=True)
class AssessTask(TaskStep):
    """Warnings are said and do not stop. Broken off, it waits for the run that goes on; refused, it assesses anew."""

    name: ClassVar[str] = "dms/assess"

    @classmethod
    def build(cls, request: ReplicateRequest) -> tuple[ReplicateStep, ...]:
        return super().build(request) if request.premigration else ()

    @property
    def title(self) -> str:
        return f"have DMS assess the task before the load ({self.task})"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        task = self.of(world)
        if world.premigration is None:
            return {}

        def progress(seen: PremigrationReport) -> None:
            world.emit(Progressed(f"assessment ({self.task})", len(seen.names(*ENDED)), len(seen.checks), "checks"))

        report = world.premigration.assess(task.identifier, progress)
        failed, warnings = report.names("failed"), report.names("warning")
        for name in warnings:
            world.emit(Noted(f"DMS's assessment warns: {_advised(name, report)}", warning=True))
        if failed:
            raise SaysNo(
                f"DMS's assessment failed {len(failed)} of {len(report.checks)} checks:"
                f" {'; '.join(_advised(name, report) for name in failed)}{_said(report)}",
                code="REP-040",
                hint=f"Mend these (details: {report.place}), or name what you accept in"
                " replication.premigration_exclude; then: aurora-migrate replicate start",
                retryable=True,
            )
        if report.status not in ("passed", "warning"):
            raise SaysNo(
                f"DMS's assessment did not come to a verdict: {report.status}{_said(report)}",
                code="REP-041",
                hint="Check the endpoints, the bucket and the role, then: aurora-migrate replicate start",
                retryable=True,
            )
        return {"run": report.name, "checks": len(report.checks), "warnings": warnings}


def _advised(name: str, report: PremigrationReport) -> str:
    return f"{name} ({REMEDIES.get(name, f'read its result in {report.place}')})"


def _said(report: PremigrationReport) -> str:
    return f". DMS says: {report.message}" if report.message else ""
