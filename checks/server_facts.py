"""Facts about a live server and the database as a whole, apart from what stands in it."""

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
    """An open transaction that has written, or (with `gid`) a prepared one, in any database of the server.

    In the MySQL family `pid` is the connection's id, `gid` what XA COMMIT takes, and a prepared one has no user and an
    age of 0: the server tells neither.
    """

    user: str
    seconds: int
    database: str | None = None
    pid: int | None = None
    gid: str | None = None


FOREVER = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class BinaryLog:
    """The binary log of the MySQL family; what its settings say stands in Catalog.settings."""

    enabled: bool
    file: str | None = None
    """File and position of its end."""
    position: int | None = None
    only_schemas: tuple[str, ...] = ()
    """--binlog-do-db: changes of other databases are not in it."""
    ignored_schemas: tuple[str, ...] = ()
    """--binlog-ignore-db."""
    kept_seconds: int | None = None
    """How long the server keeps its files: 0 is not at all (RDS without a retention), FOREVER until they are purged by
    hand; None is unknown."""
    kept_by: str | None = None
    """What says so: `binlog_expire_logs_seconds`, `expire_logs_days` or RDS's `binlog retention hours`."""


@dataclass(frozen=True, kw_only=True)
class ServerState:
    """A live server at this moment; None is what the user may not read or the engine does not have."""

    standby: bool | None = None
    """A hot standby (PostgreSQL); a replica with a source that is set up (MySQL family)."""
    slots: tuple[ReplicationSlot, ...] | None = None
    prepared: tuple[Transaction, ...] | None = None
    writers: tuple[Transaction, ...] | None = None
    """Open transactions with a transaction id (PostgreSQL): a new slot waits for them; all open ones (MySQL family)."""
    frozen_age: int | None = None
    """Age in transactions of the database's oldest row that is not frozen."""
    public_creates: bool | None = None
    """Whether everybody may create objects in the schema public."""
    custom_settings: tuple[str, ...] | None = None
    """Settings of the configuration files that neither the server nor an extension defines (`shop.tenant`)."""
    binary_log: BinaryLog | None = None
    user: str | None = None
    """The account of this session; `user@host` in the MySQL family."""
    privileges: tuple[str, ...] | None = None
    """MySQL family: global privileges of that account and of its active roles, upper case, sorted."""
    odd_sessions: tuple[str, ...] | None = None
    """MySQL family: settings of the binary log that a session has changed for itself, as `binlog_format=STATEMENT`."""
    plugins: tuple[str, ...] | None = None
    """MySQL family: active plugins that are not built in."""


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
