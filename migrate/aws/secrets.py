"""Secrets Manager, for the secrets that the migration itself makes."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from migrate.aws.errors import aws_errors, code_of
from migrate.aws.session import AwsSession
from migrate.errors import AwsError

OWNER_TAG = "aurora-migrate:managed"


class SecretsManagerSecrets:
    """Implements `ports.cloud.Secrets`. A secret that this program did not make is read, never changed or deleted."""

    def __init__(self, session: AwsSession) -> None:
        self._client = session.client("secretsmanager")

    def ensure(self, name: str, value: dict[str, str]) -> str:
        """Create the secret or give it this value; returns its ARN."""
        text = json.dumps(value, sort_keys=True)
        with aws_errors(f"create the secret {name}"):
            try:
                answer = self._client.create_secret(
                    Name=name, SecretString=text, Tags=[{"Key": OWNER_TAG, "Value": "true"}]
                )
                return str(answer["ARN"])
            except ClientError as problem:
                if code_of(problem) != "ResourceExistsException":
                    raise
        arn = self._own(name)
        if self.read(name) != value:
            with aws_errors(f"update the secret {name}"):
                self._client.put_secret_value(SecretId=arn, SecretString=text)
        return arn

    def read(self, name: str) -> dict[str, str]:
        """Current value. Raises AwsError: AWS-ResourceNotFoundException where there is none, AWS-SECRET-FORM where it
        is not a JSON object."""
        with aws_errors(f"read the secret {name}"):
            text = self._client.get_secret_value(SecretId=name).get("SecretString", "")
        return parse(name, text)

    def delete(self, name: str) -> None:
        """Delete at once, without a recovery window: the account it opens is locked by then. Idempotent."""
        try:
            arn = self._own(name)
        except AwsError as problem:
            if problem.code == "AWS-ResourceNotFoundException":
                return
            raise
        with aws_errors(f"delete the secret {name}"):
            self._client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)

    def _own(self, name: str) -> str:
        with aws_errors(f"describe the secret {name}"):
            found = self._client.describe_secret(SecretId=name)
        if {"Key": OWNER_TAG, "Value": "true"} not in found.get("Tags", []):
            raise AwsError(
                f"the secret {name} exists and was not made by aurora-migrate",
                code="AWS-NOT-OURS",
                hint="Choose another name, or remove that secret yourself.",
            )
        return str(found["ARN"])


def parse(name: str, text: str) -> dict[str, str]:
    """A secret's JSON object with every value as text. The text itself never enters an error."""
    return {key: "" if item is None else str(item) for key, item in parse_object(name, text).items()}


def parse_object(name: str, text: str) -> dict[str, Any]:
    """A secret's JSON object as it is. Raises AwsError(AWS-SECRET-FORM)."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise AwsError(
            f"the secret {name} does not hold a JSON object",
            code="AWS-SECRET-FORM",
            hint="Store an object with username, password, host, port and dbname.",
        )
    return value
