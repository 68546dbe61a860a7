"""What every part of the control plane shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migrate.sandbox.dms.arns import Arns
from migrate.sandbox.dms.conditions import Conditions
from migrate.sandbox.dms.event_log import EventLog
from migrate.sandbox.dms.schedule import Schedule
from migrate.sandbox.dms.store import Store
from migrate.sandbox.profile import Profile

Handler = Callable[[dict[str, Any]], dict[str, Any]]
"""A request's members in, a response's members out; raises DmsFault. Called with the store's lock held."""

ReadSecret = Callable[[str], dict[str, str]]
ReadSubnet = Callable[[str], tuple[str, str] | None]
"""Subnet id to (VPC id, availability zone); None for a subnet that does not exist."""
PublishMetric = Callable[[str, dict[str, str], float], None]
"""Metric name of namespace AWS/DMS, dimensions, value."""
PublishLine = Callable[[str, str, str], None]
"""Log group, log stream, line."""

DEPROVISION_SECONDS = 3 * 24 * 3600.0
"""How long a standing serverless replication keeps its compute (assumption: the service only tells when)."""


@dataclass(frozen=True)
class Context:
    """One region of one account."""

    arns: Arns
    store: Store
    schedule: Schedule
    events: EventLog
    home: Path
    profile: Profile
    read_secret: ReadSecret
    worker_command: Sequence[str]
    read_subnet: ReadSubnet | None = None
    publish_metric: PublishMetric | None = None
    conditions: Conditions = field(default_factory=Conditions)
    deprovision_seconds: float = DEPROVISION_SECONDS
    quotas: Mapping[str, int] = field(default_factory=dict)
    """Quotas of the account that differ from the usual ones."""
    publish_line: PublishLine | None = None
    closing: list[Callable[[], None]] = field(default_factory=list)
    """Run by close, last one first."""

    def later(self, act: Callable[[], None]) -> None:
        """Run `act` when a transient state ends, with the store's lock held (dms.md §19 item 3)."""

        def locked() -> None:
            with self.store.lock:
                act()

        self.schedule.after(self.profile.transition_seconds, locked)
