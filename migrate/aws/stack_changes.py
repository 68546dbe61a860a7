"""What a change set would do, resource by resource, with what leads to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from migrate.model.cluster import ResourceChange
from migrate.model.reboots import AT_REBOOT

LONGEST = 60
"""Characters of a value that are told."""
FATES = {
    "Delete": "it is deleted",
    "Retain": "it stays, outside the stack",
    "RetainExceptOnCreate": "it stays, outside the stack",
    "Snapshot": "it is deleted after a snapshot",
}


def changes(rows: list[dict[str, Any]]) -> tuple[ResourceChange, ...]:
    """From the answer of DescribeChangeSet, in its order."""
    found = [row["ResourceChange"] for row in rows if "ResourceChange" in row]
    return tuple(
        ResourceChange(
            action=change["Action"],
            logical_id=change["LogicalResourceId"],
            type=change["ResourceType"],
            replacement=change.get("Replacement", "False"),
            why=tuple(_why(change)),
        )
        for change in found
    )


def _why(change: dict[str, Any]) -> Iterator[str]:
    if change["Action"] == "Add":
        yield "is not there yet"
    elif change["Action"] == "Remove":
        fate = FATES.get(change.get("PolicyAction", ""), "")
        yield "is no longer asked for" + (f"; {fate}" if fate else "")
    else:
        told = dict.fromkeys(_line(detail) for detail in change.get("Details", []))
        yield from told
        if not told:
            yield from (f"{part} of the resource" for part in change.get("Scope", []))


def _line(detail: dict[str, Any]) -> str:
    """`BackupRetentionPeriod 14 → 30`; for a property that follows another resource, whose."""
    target = detail.get("Target", {})
    path = str(target.get("Path") or "").rpartition("/")[2]
    name = path or str(target.get("Name") or target.get("Attribute", ""))
    if detail.get("ChangeSource") in ("ResourceReference", "ResourceAttribute"):
        cause = str(detail.get("CausingEntity") or "another resource").partition(".")[0]
        return f"{name} follows {cause}"
    before, after = target.get("BeforeValue"), target.get("AfterValue")
    if members := _members(before, after):
        return f"{name} {members}"
    values = "" if before is None and after is None else f" {_short(before)} → {_short(after)}"
    return f"{name}{values}{' (after a reboot)' if name in AT_REBOOT else ''}"


def _members(before: object, after: object) -> str:
    """What comes into a list of texts and what leaves it; empty for anything else."""
    try:
        old, new = (json.loads(str(value)) for value in (before, after))
    except ValueError:
        return ""
    if not isinstance(old, list) or not isinstance(new, list):
        return ""
    told = [f"+ {one}" for one in new if one not in old] + [f"- {one}" for one in old if one not in new]
    return _short(", ".join(told)) if told else ""


def _short(value: object) -> str:
    text = "none" if value in (None, "") else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
