"""Audit: is a cluster fit to be a migration's target? Asked of one that was there before as of one's own."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.model.posture import AuditFinding
from migrate.stages.provision.audit import audit
from migrate.wiring.session import Session


@dataclass(frozen=True)
class Audited:
    cluster: str
    findings: tuple[AuditFinding, ...]

    @property
    def fit(self) -> bool:
        return not any(one.severity.value == "blocker" for one in self.findings)


def of_cluster(session: Session, cluster: str = "") -> Audited:
    """`cluster` empty: the stack's. Nothing is changed."""
    name = cluster or session.settings.target.stack
    return Audited(name, tuple(audit(session.posture.read(name))))
