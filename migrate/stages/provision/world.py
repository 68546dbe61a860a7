"""What the provision stage asks for, and what its steps act on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from migrate.clock import Clock
from migrate.events import Emit
from migrate.model.cluster import ClusterSpec
from migrate.ports.cloud import Clusters, Stacks


@dataclass(frozen=True, kw_only=True)
class ProvisionRequest:
    """`template` is what `spec` rendered to; the journal keeps its digest instead of the text."""

    run: str
    spec: ClusterSpec
    template: str = field(repr=False)
    birth_template: str = field(default="", repr=False)
    """The same without deletion protection, for the creation alone: CloudFormation cannot roll back a creation whose
    cluster is protected already. Empty: `template` from the first."""
    permitted: tuple[str, ...] = ()
    """Logical ids that may be removed or replaced although they hold data."""

    @property
    def template_digest(self) -> str:
        return hashlib.sha256(self.template.encode()).hexdigest()


@dataclass(frozen=True)
class ProvisionWorld:
    request: ProvisionRequest
    stacks: Stacks
    clusters: Clusters
    emit: Emit
    clock: Clock
