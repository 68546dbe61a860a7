"""Asks every rule about a cluster: one that this toolkit made, or one that was there before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.model.posture import AuditFinding, Posture
from migrate.stages.provision.audit_rules import RULES, Rule


def audit(posture: Posture, rules: Sequence[Rule] = RULES) -> list[AuditFinding]:
    """What the cluster does not keep, worst first."""
    order = {"blocker": 0, "warning": 1, "notice": 2}
    found = [finding for rule in rules for finding in _ask(rule, posture)]
    return sorted(found, key=lambda one: (order[one.severity.value], one.code, one.object))


def _ask(rule: Rule, posture: Posture) -> Iterator[AuditFinding]:
    for hit in rule.find(posture):
        yield AuditFinding(
            code=rule.code,
            slug=rule.slug,
            severity=rule.severity,
            object=hit.object,
            message=hit.message,
            remedy=rule.remedy,
            command=rule.command.format(
                cluster=posture.cluster,
                object=hit.object,
                group=posture.parameter_group,
                port=posture.port,
                value=hit.value,
            ),
            source=rule.source,
        )
