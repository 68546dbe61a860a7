"""Who may read a secret by its own policy. What IAM's policies of the account allow stands elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from migrate.aws.errors import aws_errors
from migrate.aws.identity import account
from migrate.aws.policy_reading import listed, statements
from migrate.aws.session import AwsSession

READING = ("secretsmanager:*", "secretsmanager:get*", "secretsmanager:getsecretvalue", "*")


class PolicyReaders:
    """Implements ports.telemetry.SecretReaders."""

    def __init__(self, session: AwsSession) -> None:
        self._session, self._client = session, session.client("secretsmanager")

    def strangers(self, secret: str) -> Sequence[str]:
        with aws_errors(f"read the policy of the secret {secret}"):
            text = self._client.get_resource_policy(SecretId=secret).get("ResourcePolicy")
        if not text:
            return ()
        _, own = account(self._session)
        return [one for one in _principals(json.loads(text)) if one == "*" or own not in one]


def _principals(policy: dict[str, Any]) -> Iterator[str]:
    for statement in statements(policy):
        actions = listed(statement.get("Action", "*"))
        if statement.get("Effect") != "Allow" or not any(one.lower() in READING for one in actions):
            continue
        principal = statement.get("Principal", {})
        yield from listed(principal if isinstance(principal, str) else principal.get("AWS", []))
