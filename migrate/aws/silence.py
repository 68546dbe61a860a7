"""An endpoint that never answered is given up within seconds; one that did is waited for, because outages pass.

What never answered is mostly a wrong region or endpoint, a sandbox that is down, or a network without a way to AWS:
botocore would ask it `ATTEMPTS` times, and a poller after that for hours.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError

UNREACHED = (EndpointConnectionError, ConnectTimeoutError)
"""The request never reached AWS. After any other failure of the connection it may have been carried out."""
REFUSALS = 2
"""How often a connection may be refused, or a name not be found; a timeout was long enough."""


class NoAnswer(EndpointConnectionError):  # type: ignore[misc]
    """The request reached nobody, nor did one before it."""

    fmt = "{endpoint_url} does not answer"


class Patience:
    """Watches one client. Throttling, errors of the service and whatever follows a first answer are botocore's.

    `answered` holds the endpoints that gave one, to any client of the session: services may share an endpoint.
    """

    def __init__(self, client: Any, answered: set[str]) -> None:
        self._url, self._answered = client.meta.endpoint_url, answered
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register_first(f"needs-retry.{service}", self._failed)
        client.meta.events.register(f"response-received.{service}", self._received)

    def _received(self, exception: Exception | None = None, **_: Any) -> None:
        if exception is None:
            self._answered.add(self._url)

    def _failed(self, attempts: int, caught_exception: Exception | None = None, **_: Any) -> None:
        """Raises NoAnswer where asking again is of no use."""
        if self._url in self._answered or not isinstance(caught_exception, UNREACHED):
            return
        if attempts >= REFUSALS or isinstance(caught_exception, ConnectTimeoutError):
            raise NoAnswer(endpoint_url=self._url) from caught_exception
