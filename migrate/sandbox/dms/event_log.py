"""Events as DescribeEvents lists them, and the same in EventBridge's shape in a file (dms.md §16)."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from migrate.sandbox.dms.arns import Arns
from migrate.sandbox.dms.faults import invalid_value
from migrate.sandbox.dms.paging import page

TASK, INSTANCE = "replication-task", "replication-instance"


class Happening(Enum):
    """Source type, category, event type, id (dms.md §16); the event types not quoted there are an assumption."""

    TASK_CREATED = (TASK, "creation", "REPLICATION_TASK_CREATED", "DMS-EVENT-0074")
    TASK_DELETED = (TASK, "deletion", "REPLICATION_TASK_DELETED", "DMS-EVENT-0073")
    TASK_MODIFIED = (TASK, "configuration change", "REPLICATION_TASK_MODIFIED", "DMS-EVENT-0080")
    TASK_STARTED = (TASK, "state change", "REPLICATION_TASK_STARTED", "DMS-EVENT-0069")
    TASK_STOPPED = (TASK, "state change", "REPLICATION_TASK_STOPPED", "DMS-EVENT-0079")
    TASK_RELOAD = (TASK, "state change", "TABLES_RELOAD_REQUESTED", "DMS-EVENT-0081")
    TASK_FAILED = (TASK, "failure", "REPLICATION_TASK_FAILED", "DMS-EVENT-0078")
    INSTANCE_CREATED = (INSTANCE, "creation", "REPLICATION_INSTANCE_CREATED", "DMS-EVENT-0005")
    INSTANCE_LOW_STORAGE = (INSTANCE, "low storage", "REPLICATION_INSTANCE_LOW_STORAGE", "DMS-EVENT-0007")
    INSTANCE_DELETED = (INSTANCE, "deletion", "REPLICATION_INSTANCE_DELETED", "DMS-EVENT-0003")

    @property
    def source_type(self) -> str:
        return self.value[0]

    @property
    def category(self) -> str:
        return self.value[1]


@dataclass(frozen=True)
class Event:
    """One line of the log."""

    happening: Happening
    identifier: str
    message: str
    at: float


class EventLog:
    """Oldest first. `file` takes one JSON line per event."""

    def __init__(self, arns: Arns, file: Path) -> None:
        self._arns = arns
        self._file = file
        self._events: list[Event] = []

    def add(self, happening: Happening, identifier: str, arn: str, message: str) -> None:
        """Note that something happened now. `message` carries no secret."""
        event = Event(happening, identifier, message, time.time())
        self._events.append(event)
        with self._file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(self._for_event_bridge(event, arn)) + "\n")

    def describe(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """DescribeEvents. `Duration` is in minutes (unsourced in dms.md §16); without any bounds all are listed."""
        found = [event for event in self._events if self._wanted(event, payload)]
        return page("Events", [self._view(event) for event in found], payload)

    def _wanted(self, event: Event, payload: Mapping[str, Any]) -> bool:
        identifiers = {payload["SourceIdentifier"]} if "SourceIdentifier" in payload else None
        for one in payload.get("Filters", ()):
            if one["Name"] != "replication-instance-id":
                raise invalid_value(f"Unknown filter {one['Name']}; valid is replication-instance-id.")
            if event.happening.source_type != INSTANCE or event.identifier not in one["Values"]:
                return False
        since = payload.get("StartTime", time.time() - 60.0 * payload["Duration"] if "Duration" in payload else 0.0)
        return (
            (identifiers is None or event.identifier in identifiers)
            and payload.get("SourceType", event.happening.source_type) == event.happening.source_type
            and event.happening.category in payload.get("EventCategories", [event.happening.category])
            and since <= event.at <= payload.get("EndTime", event.at)
        )

    @staticmethod
    def _view(event: Event) -> dict[str, Any]:
        return {
            "SourceIdentifier": event.identifier,
            "SourceType": event.happening.source_type,
            "Message": event.message,
            "EventCategories": [event.happening.category],
            "Date": event.at,
        }

    def _for_event_bridge(self, event: Event, arn: str) -> dict[str, Any]:
        source_type, category, event_type, event_id = event.happening.value
        noun = "Task" if source_type == TASK else "Instance"
        return {
            "id": str(uuid.uuid4()),
            "source": "aws.dms",
            "detail-type": f"DMS Replication {noun} State Change",
            "account": self._arns.account,
            "region": self._arns.region,
            "time": event.at,
            "resources": [arn],
            "detail": {
                "type": f"REPLICATION_{noun.upper()}",
                "category": category.title().replace(" ", ""),
                "eventType": event_type,
                "eventId": event_id,
                "resourceLink": arn,
                "detailMessage": event.message,
            },
        }
