"""Staging labels of secret versions, as AWS moves them. A cutover's compare-and-set rests on these rules.

Source: Secrets Manager API reference, UpdateSecretVersionStage, PutSecretValue, GetSecretValue (boto3's service model):
a label sits on one version at a time; moving one that is attached needs RemoveFromVersionId to name where it is, or the
call fails; with AWSCURRENT, AWSPREVIOUS moves to the version AWSCURRENT left; a value put with other labels leaves
AWSCURRENT alone; a value is read by AWSCURRENT unless something else is asked for. moto 5.2.5 takes the label off
before it looks at MoveToVersionId, and goes on reading the old version by default after the labels moved.
"""

from __future__ import annotations

import threading
from typing import Any

from moto.secretsmanager import urls
from moto.secretsmanager.exceptions import (
    InvalidParameterException,
    OperationNotPermittedOnReplica,
    ResourceNotFoundException,
    SecretNotFoundException,
)
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"


class VersionedSecret(FakeSecret):
    """A secret whose default version is the one that has AWSCURRENT, and nothing else."""

    @property
    def default_version_id(self) -> str | None:
        return self.holder(CURRENT)

    @default_version_id.setter
    def default_version_id(self, _value: str | None) -> None:
        """Nothing to remember: the labels say it."""

    def holder(self, label: str) -> str | None:
        """The id of the version that has `label`."""
        return next((name for name, version in self.versions.items() if label in version["version_stages"]), None)

    def reset_default_version(self, secret_version: dict[str, Any], version_id: str) -> None:
        """Store a version that was put with AWSCURRENT; other labels stay where they are unless it brings them."""
        labels = list(secret_version["version_stages"])
        self.versions[version_id] = {**secret_version, "version_stages": []}
        for label in labels:
            self.move(label, version_id)

    def move(self, label: str, to: str | None) -> None:
        """Take `label` off wherever it is and put it on version `to`, if one is given."""
        before = self.holder(label)
        for version in self.versions.values():
            version["version_stages"] = [word for word in version["version_stages"] if word != label]
        if to is not None:
            self.versions[to]["version_stages"].append(label)
        if label == CURRENT and before is not None and before != to:
            self.move(PREVIOUS, before)


class SandboxSecrets(SecretsManagerBackend):
    """moto's Secrets Manager with AWS's rules for labels; changes are made one at a time."""

    _one_at_a_time = threading.RLock()

    @property
    def _url_module(self) -> Any:
        return urls  # moto looks for it beside the class

    def _add_secret(self, *args: Any, **options: Any) -> tuple[FakeSecret, bool]:
        with self._one_at_a_time:
            secret, new_version = super()._add_secret(*args, **options)
            if type(secret) is FakeSecret:
                secret.__dict__.pop("default_version_id", None)
                secret.__class__ = VersionedSecret
            return secret, new_version

    def put_secret_value(self, secret_id: str, *args: Any, **options: Any) -> str:
        with self._one_at_a_time:
            return str(super().put_secret_value(secret_id, *args, **options))

    def get_secret_value(self, secret_id: str, version_id: str, version_stage: str) -> dict[str, Any]:
        with self._one_at_a_time:
            secret = self.secrets.get(secret_id)
            if (
                isinstance(secret, VersionedSecret)
                and version_stage
                and not version_id
                and not secret.holder(version_stage)
            ):
                raise ResourceNotFoundException(
                    "Secrets Manager can't find the specified secret value for staging label: " + version_stage
                )
            answer: dict[str, Any] = super().get_secret_value(secret_id, version_id, version_stage)
            return {**answer, "VersionStages": list(answer["VersionStages"])}

    def update_secret_version_stage(
        self, secret_id: str, version_stage: str, remove_from_version_id: str | None, move_to_version_id: str | None
    ) -> tuple[str, str]:
        """Move or remove a label; nothing changes when any part of the request is refused."""
        with self._one_at_a_time:
            secret = self.secrets.get(secret_id)
            if secret is None:
                raise SecretNotFoundException()
            if not isinstance(secret, VersionedSecret):
                raise OperationNotPermittedOnReplica()
            for version_id in (remove_from_version_id, move_to_version_id):
                if version_id and version_id not in secret.versions:
                    raise ResourceNotFoundException(
                        f"Secrets Manager can't find the specified secret version: {version_id}"
                    )
            holder = secret.holder(version_stage)
            if remove_from_version_id and remove_from_version_id != holder:
                raise InvalidParameterException(
                    f"Staging label {version_stage} is not attached to version {remove_from_version_id}."
                )
            if not remove_from_version_id and holder is not None and holder != move_to_version_id:
                raise InvalidParameterException(
                    f"The parameter RemoveFromVersionId can't be empty. Staging label {version_stage} is currently "
                    f"attached to version {holder}, so you must explicitly reference that version in "
                    "RemoveFromVersionId."
                )
            secret.move(version_stage, move_to_version_id or None)
            return secret.arn, secret.name
