"""Serves the control room until somebody stops it."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from dataclasses import dataclass, field

import uvicorn

from migrate.errors import UsageError
from migrate.web.app import application
from migrate.web.looking import Looking


@dataclass
class Place:
    """A socket that is bound, and the address that lets in whoever knows it."""

    listening: socket.socket
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def host(self) -> str:
        name: str = self.listening.getsockname()[0]
        return f"[{name}]" if ":" in name else name

    @property
    def port(self) -> int:
        number: int = self.listening.getsockname()[1]
        return number

    @property
    def loopback(self) -> bool:
        return ipaddress.ip_address(self.host.strip("[]")).is_loopback

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/{self.token}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names under which it may be called; any, where it listens beyond loopback."""
        names = (self.host, "localhost") if self.loopback else ()
        return tuple(f"{name}:{self.port}" for name in names)


def bind(address: str, port: int) -> Place:
    """Raises UsageError where the address is none of this machine's, or the port is taken."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return Place(socket.create_server((address, port), family=family))
    except (OSError, OverflowError) as problem:
        raise UsageError(
            f"cannot listen on {address} port {port}: {getattr(problem, 'strerror', None) or problem}",
            code="CFG-092",
            hint="Take another --port, 0 for a free one, and an address of this machine with --listen.",
        ) from None


def serve(place: Place, looking: Looking) -> None:
    """Until SIGINT or SIGTERM, which then do what they did before."""
    app = application(looking, place.token, place.hosts)
    # The address with its token would stand in uvicorn's access log.
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=1
    )
    uvicorn.Server(config).run(sockets=[place.listening])
