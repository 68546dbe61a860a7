"""Tags of every resource."""

from __future__ import annotations

from typing import Any

from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.faults import invalid_value, not_found

MOST = 50
"""Tags per resource (assumption: AWS's usual limit)."""


class Tags:
    """AddTagsToResource, ListTagsForResource, RemoveTagsFromResource."""

    def __init__(self, context: Context) -> None:
        self._store = context.store

    def handlers(self) -> dict[str, Handler]:
        return {
            "AddTagsToResource": self._add,
            "ListTagsForResource": self._list,
            "RemoveTagsFromResource": self._remove,
        }

    def _add(self, payload: dict[str, Any]) -> dict[str, Any]:
        arn = self._existing(payload["ResourceArn"])
        merged = self._store.tags.get(arn, {}) | read_tags(payload)
        if len(merged) > MOST:
            raise invalid_value(f"A resource takes at most {MOST} tags.")
        self._store.tags[arn] = merged
        return {}

    def _remove(self, payload: dict[str, Any]) -> dict[str, Any]:
        tags = self._store.tags.get(self._existing(payload["ResourceArn"]), {})
        for key in payload["TagKeys"]:
            tags.pop(key, None)
        return {}

    def _list(self, payload: dict[str, Any]) -> dict[str, Any]:
        """One ARN or a list of them, never both (botocore's text)."""
        if ("ResourceArn" in payload) == ("ResourceArnList" in payload):
            raise invalid_value("Specify either ResourceArn or ResourceArnList.")
        arns = payload.get("ResourceArnList") or [payload["ResourceArn"]]
        return {
            "TagList": [
                {"Key": key, "Value": value, "ResourceArn": arn}
                for arn in arns
                for key, value in self._store.tags.get(self._existing(arn), {}).items()
            ]
        }

    def _existing(self, arn: str) -> str:
        if not self._store.exists(arn):
            raise not_found(f"Resource {arn} not found.")
        return arn


def read_tags(payload: dict[str, Any]) -> dict[str, str]:
    """The `Tags` of a request. Raises InvalidParameterValueException for a reserved or empty key."""
    tags: dict[str, str] = {}
    for one in payload.get("Tags", ()):
        key = one.get("Key", "")
        if not 1 <= len(key) <= 128 or key.lower().startswith(("aws:", "dms:")):
            raise invalid_value("A tag key takes 1 to 128 characters and must not start with aws: or dms:.")
        tags[key] = one.get("Value", "")
    return tags
