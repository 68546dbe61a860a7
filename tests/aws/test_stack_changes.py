"""A change set in words: what differs, not what is alike."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrate.aws.stack_changes import changes


def told(name: str, before: str | None, after: str | None, **detail: Any) -> str:
    target = {"Attribute": "Properties", "Name": name, "Path": f"/Properties/{name}"}
    values = {key: value for key, value in (("BeforeValue", before), ("AfterValue", after)) if value is not None}
    change = {
        "Action": "Modify",
        "LogicalResourceId": "It",
        "ResourceType": "AWS::RDS::DBCluster",
        "Details": [{"Target": {**target, **values}, **detail}],
    }
    [one] = changes([{"ResourceChange": change}])
    [why] = one.why
    return why


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("14", "30", "P 14 → 30"),
        (None, "30", "P none → 30"),
        (json.dumps(["a", "b"]), json.dumps(["a", "b", "c"]), "P + c"),
        (json.dumps(["a", "b"]), json.dumps(["b", "c"]), "P + c, - a"),
        (json.dumps(["a", "b"]), json.dumps(["b", "a"]), 'P ["a", "b"] → ["b", "a"]'),
        ("x" * 70, "y", f"P {'x' * 59}… → y"),
    ],
)
def test_a_property_is_told_by_what_differs(before: str | None, after: str, why: str) -> None:
    assert told("P", before, after) == why


def test_what_follows_another_resource_is_told_with_its_name() -> None:
    assert told("P", None, None, ChangeSource="ResourceAttribute", CausingEntity="Key.Arn") == "P follows Key"
