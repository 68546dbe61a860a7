"""One way to AWS: region, profile, endpoint, retries and timeouts are decided here and nowhere else."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config

from migrate import __version__
from migrate.aws.errors import aws_errors
from migrate.aws.silence import Patience
from migrate.errors import AwsError

CONNECT_SECONDS = 5
READ_SECONDS = 60
ATTEMPTS = 8
HASTY_SECONDS = 1
"""For each of connecting and reading: what nobody waits for longer need not go on."""
SANDBOX_KEY = "sandbox"
READING = ("Describe", "Get", "List", "Batch", "Filter", "Simulate")
"""How operations begin that change nothing."""


class AwsSession:
    """Clients by service, made once and shared; botocore clients are thread-safe, making them is not.

    With a loopback `endpoint_url` dummy credentials are used where none are configured; never otherwise. Instance
    metadata is not asked in that case. Raises AwsError for an unknown profile and for an endpoint without TLS that
    is not loopback.
    """

    def __init__(self, region: str, profile: str | None = None, endpoint_url: str | None = None) -> None:
        self.region = region
        self.endpoint_url = endpoint_url
        self.loopback = endpoint_url is not None and is_loopback(endpoint_url)
        if endpoint_url is not None and not self.loopback and urlsplit(endpoint_url).scheme != "https":
            raise AwsError(
                f"the endpoint {endpoint_url} is neither loopback nor https",
                code="AWS-PLAIN-HTTP",
                hint="Requests carry secrets: use an https endpoint.",
            )
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, bool, bool], Any] = {}
        self._credentials: dict[str, str] = {}
        self._answered: set[str] = set()
        self.guard: Callable[[], None] | None = None
        """Called before each request that changes something, and may raise: then the request is not sent."""
        with aws_errors("open an AWS session"):
            core = botocore.session.Session(profile=profile)
            if self.loopback:
                providers = core.get_component("credential_provider")
                providers.remove("iam-role")
                providers.remove("container-role")
                if core.get_credentials() is None:
                    self._credentials = {"aws_access_key_id": SANDBOX_KEY, "aws_secret_access_key": SANDBOX_KEY}
            self._boto = boto3.session.Session(botocore_session=core, region_name=region)

    def client(self, service: str, *, once: bool = False, hasty: bool = False) -> Any:
        """The shared client of `service`. With `once` it never repeats a request, for calls that must not be; a `hasty`
        one does not either, and gives up soon."""
        kind = (service, once or hasty, hasty)
        with self._lock:
            if kind not in self._clients:
                with aws_errors(f"open a client for {service}"):
                    config = self._config(once=once or hasty, hasty=hasty)
                    client = self._boto.client(
                        service, endpoint_url=self.endpoint_url, config=config, **self._credentials
                    )
                    client.meta.events.register("before-send", self._before_sending)
                    if not (once or hasty):
                        Patience(client, self._answered)
                    self._clients[kind] = client
            return self._clients[kind]

    def _before_sending(self, event_name: str, **_: Any) -> None:
        operation = event_name.rpartition(".")[2]
        if self.guard is not None and not operation.startswith(READING):
            self.guard()

    def _config(self, *, once: bool, hasty: bool) -> Config:
        retries = (
            {"mode": "standard", "total_max_attempts": 1} if once else {"mode": "adaptive", "max_attempts": ATTEMPTS}
        )
        return Config(
            retries=retries,
            connect_timeout=HASTY_SECONDS if hasty else CONNECT_SECONDS,
            read_timeout=HASTY_SECONDS if hasty else READ_SECONDS,
            user_agent_extra=f"aurora-migrate/{__version__}",
            proxies={} if self.loopback else None,
        )


def is_loopback(url: str) -> bool:
    """True when the URL's host is `localhost` or a loopback address."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
