"""Where the database is: the current version of one secret, read again whenever a connection fails."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

FRESH_SECONDS = 0.1
"""All sessions share one answer for so long: at most ten reads a second, however many sessions reconnect."""


@dataclass(frozen=True)
class Login:
    """What a session connects with. The password never shows in repr."""

    host: str
    port: int
    user: str
    database: str
    ca_file: str | None
    password: str = field(repr=False)


class CurrentSecret:
    """Secrets Manager, AWSCURRENT. Credentials for AWS come from the environment, as for any application."""

    def __init__(self, secret_id: str, *, region: str, endpoint_url: str | None, ca_file: str | None) -> None:
        self._secret_id = secret_id
        self._ca_file = ca_file
        self._client = boto3.client(
            "secretsmanager",
            region_name=region,
            endpoint_url=endpoint_url,
            config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}),
        )
        self._lock = threading.Lock()
        self._login: Login | None = None
        self._read_at = float("-inf")

    def login(self) -> Login:
        """The login of this moment, at most FRESH_SECONDS old. Raises what boto3 raises, or ValueError."""
        with self._lock:
            if self._login is None or time.monotonic() - self._read_at > FRESH_SECONDS:
                answer = self._client.get_secret_value(SecretId=self._secret_id)
                self._login = self._parse(answer["SecretString"])
                self._read_at = time.monotonic()
            return self._login

    def _parse(self, text: str) -> Login:
        try:
            value: dict[str, Any] = json.loads(text)
            return Login(
                host=str(value["host"]),
                port=int(value["port"]),
                user=str(value["username"]),
                password=str(value["password"]),
                database=str(value["dbname"]),
                ca_file=value.get("sslrootcert") or self._ca_file,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"secret {self._secret_id} is not a database login ({type(error).__name__})") from None
