"""The events of a stack, each told once, oldest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from migrate.aws.errors import aws_errors
from migrate.model.cluster import StackEvent

CONSEQUENCE = "cancelled"
"""In the reason of resources that failed only because another one had failed before."""


class StackEvents:
    """Remembers what it has seen; AWS answers newest first and repeats itself."""

    def __init__(self, client: Any, stack_id: str) -> None:
        self._client, self._stack_id = client, stack_id
        self._seen: set[str] = set()
        self.failed: StackEvent | None = None
        """The first resource that failed of itself."""
        self.told = 0

    def skip(self) -> None:
        """Take everything up to now as seen."""
        self._seen |= {event.id for event in self._fetch()}

    def tell(self, on_event: Callable[[StackEvent], None]) -> None:
        """Hand on what is new."""
        for event in fresh(self._fetch(), self._seen):
            if self.failed is None and event.status.endswith("_FAILED") and CONSEQUENCE not in event.reason.lower():
                self.failed = event
            self.told += 1
            on_event(event)

    def _fetch(self) -> list[StackEvent]:
        """Newest first, as AWS says them."""
        found: list[StackEvent] = []
        with aws_errors("read the stack's events"):
            for page in self._client.get_paginator("describe_stack_events").paginate(StackName=self._stack_id):
                found += [_event(row) for row in page["StackEvents"]]
        return found


def fresh(newest_first: Iterable[StackEvent], seen: set[str]) -> list[StackEvent]:
    """Those not in `seen`, oldest first, each once; adds them to `seen`."""
    found: list[StackEvent] = []
    for event in newest_first:
        if event.id not in seen:
            seen.add(event.id)
            found.append(event)
    return found[::-1]


def _event(row: dict[str, Any]) -> StackEvent:
    return StackEvent(
        id=row["EventId"],
        logical_id=row.get("LogicalResourceId", ""),
        status=row.get("ResourceStatus", ""),
        reason=row.get("ResourceStatusReason", ""),
    )
