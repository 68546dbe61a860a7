"""The tag that says which migration made a DMS resource. Without it nothing is adopted, changed or deleted."""

from __future__ import annotations

from typing import Any

from migrate.aws.errors import aws_errors
from migrate.errors import AwsError

TAG = "aurora-migrate:migration"


def tags_of(migration: str) -> list[dict[str, str]]:
    """Tags for a new resource."""
    return [{"Key": TAG, "Value": migration}]


def require_ours(dms: Any, arn: str, name: str, migration: str) -> None:
    """Raises AwsError(AWS-NOT-OURS) unless the resource carries this migration's tag."""
    with aws_errors(f"read the tags of {name}"):
        found = dms.list_tags_for_resource(ResourceArn=arn).get("TagList", [])
    owner = next((tag.get("Value") for tag in found if tag.get("Key") == TAG), None)
    if owner != migration:
        belongs = f"belongs to migration {owner}" if owner else "was not made by aurora-migrate"
        raise AwsError(
            f"the DMS resource {name} exists and {belongs}",
            code="AWS-NOT-OURS",
            hint="Give this migration another name, or remove that resource yourself.",
        )
