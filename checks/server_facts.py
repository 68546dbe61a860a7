"""Facts about a live PostgreSQL server and the database as a whole, apart from what stands in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ReplicationSlot:
    name: str
    logical: bool = True
    active: bool = False
    status: str | None = None
    """`reserved`, `extended`, `unreserved` or `lost`; None before PostgreSQL 13."""
    retained: int | None = None
    """Bytes of WAL that it keeps."""


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """An open transaction that has written, or (with `gid`) a prepared one, in any database of the server."""

    user: str
    seconds: int
    database: str | None = None
    pid: int | None = None
    gid: str | None = None


@dataclass(frozen=True, kw_only=True)
class ServerState:
    """A live PostgreSQL server at this moment; None is what the user may not read or the version does not tell."""

    standby: bool | None = None
    slots: tuple[ReplicationSlot, ...] | None = None
    prepared: tuple[Transaction, ...] | None = None
    writers: tuple[Transaction, ...] | None = None
    """Open transactions with a transaction id: a new slot waits for them."""
    frozen_age: int | None = None
    """Age in transactions of the database's oldest row that is not frozen."""
    public_creates: bool | None = None
    """Whether everybody may create objects in the schema public."""
    custom_settings: tuple[str, ...] | None = None
    """Settings of the configuration files that neither the server nor an extension defines (`shop.tenant`)."""


@dataclass(frozen=True, kw_only=True)
class Locale:
    """How the database sorts text; None is what the version does not tell."""

    provider: str | None = None
    """`libc`, `icu` or `builtin`."""
    name: str | None = None
    recorded: str | None = None
    """Version of the collation when the database was made."""
    actual: str | None = None
    """Version that the library has now."""
