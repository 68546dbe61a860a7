"""What an audit asks of the account and of the cluster's key. Who may not ask is told None, not that all is well."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from migrate.aws.errors import code_of
from migrate.aws.policy_reading import listed, statements

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


def trailed(cloudtrail: Any) -> bool | None:
    """Whether some trail of this region, or of all of them, is recording."""
    try:
        trails = cloudtrail.describe_trails(includeShadowTrails=True)["trailList"]
        return any(cloudtrail.get_trail_status(Name=one["TrailARN"])["IsLogging"] for one in trails)
    except ClientError as problem:
        pass_over_denial(problem)
        return None


def key_rotates(kms: Any, key: str) -> bool | None:
    """Whether KMS makes new material for the key by itself."""
    try:
        return bool(kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])
    except ClientError as problem:
        pass_over_denial(problem)
        return None


def key_strangers(kms: Any, key: str) -> Sequence[str]:
    """Actions that the key's policy lets everybody do, without a condition; empty where it may not be read."""
    try:
        policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    except ClientError as problem:
        pass_over_denial(problem)
        return ()
    return sorted(
        action
        for one in statements(policy)
        if one.get("Effect") == "Allow" and not one.get("Condition") and _everybody(one.get("Principal"))
        for action in listed(one.get("Action", []))
    )


def _everybody(principal: object) -> bool:
    return principal == "*" or (isinstance(principal, dict) and "*" in listed(principal.get("AWS", [])))


def pass_over_denial(problem: ClientError) -> None:
    """Raises what is no lack of a right."""
    if code_of(problem) not in DENIED:
        raise problem
