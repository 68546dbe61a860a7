"""What AWS tells of a cluster beside RDS: metrics, and who may read a secret. Every method raises AwsError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol


class Telemetry(Protocol):
    def newest(self, cluster: str, names: Sequence[str], now: datetime) -> Mapping[str, datetime]:
        """When each of these metrics of a cluster last came, within the last hour; one without points is absent."""


class SecretReaders(Protocol):
    def strangers(self, secret: str) -> Sequence[str]:
        """Principals that the secret's own policy lets read it and that are everybody, or of another account."""
