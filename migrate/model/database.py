"""How to reach a database, and who answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from checks.route import Engine, Version


@dataclass(frozen=True)
class FencingNumber:
    """Of the lease under which a process acts. Only numbers of one `line` follow one another."""

    line: str
    """Of hexadecimal digits; another one for each journal."""
    number: int


Fencing = Callable[[], FencingNumber | None]
"""What this process acts under on a database now; None where it does not act."""


def unfenced() -> None:
    """A process that only reads has no number."""


Position = NewType("Position", str)
"""A place in a database's log. Opaque: only the engine may look inside."""


class Tls(StrEnum):
    VERIFY_FULL = "verify-full"
    """Encrypted, certificate and host name checked. The default."""
    VERIFY_CA = "verify-ca"
    REQUIRE = "require"
    DISABLE = "disable"
    """Allowed on loopback only."""


@dataclass(frozen=True)
class Credentials:
    """A user name and its password. The password never shows in repr, and the record never enters the journal."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Address:
    """Where a database listens and how it is spoken to."""

    engine: Engine
    host: str
    port: int
    database: str
    tls: Tls = Tls.VERIFY_FULL
    ca_file: str | None = None


class Side(StrEnum):
    """Which of the two databases; errors and exit codes follow it."""

    SOURCE = "source"
    TARGET = "target"

    @property
    def other(self) -> Side:
        return Side.TARGET if self is Side.SOURCE else Side.SOURCE


@dataclass(frozen=True)
class Identity:
    """Who answered: enough to notice that a failover or a wrong address brought us to another server."""

    server: str
    """PostgreSQL: system identifier and timeline; MySQL: server_uuid."""
    version: Version
    database: str
    writable: bool
