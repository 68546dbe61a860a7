"""What a server's refusal means, said as the toolkit's own errors.

A libpq error at connection time carries no SQLSTATE, so it is told apart by its (untranslated) text; a later one by its
SQLSTATE. Only the primary message is repeated: details may quote rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import psycopg
from psycopg import errors as pg

from migrate.engines.failures import (
    FULL,
    LOST,
    NO_SUCH_OBJECT,
    NOT_ADMITTED,
    NOT_PERMITTED,
    NOT_READY,
    READ_ONLY,
    STATEMENT_FAILED,
    TIMED_OUT,
    TLS_REFUSED,
    TOO_LARGE,
    TRY_AGAIN,
    UNKNOWN_DATABASE,
    UNREACHABLE,
    WRONG_CREDENTIALS,
    WRONG_ENGINE,
    failure,
    no_room,
)
from migrate.errors import SourceError, TargetError
from migrate.model.database import Side

SLOT_BUSY = 130
SLOT_TAKEN = 134
NO_SLOT = 135
NO_DUMP_PROGRAM = 140

_TOO_LARGE = "A row is larger than the server can put together in memory: look at that table's largest values."
_NOT_TEXT = "A database in SQL_ASCII takes any bytes for text. Find and mend what is not valid UTF-8."


@dataclass(frozen=True)
class _Meaning:
    pattern: re.Pattern[str]
    number: int
    what: str
    hint: str
    retryable: bool = False


_AWAY = re.compile(
    "Connection refused|closed the connection unexpectedly|the database system is|terminating connection"
    "|could not receive data from server|SSL SYSCALL error|connection has been closed"
)
_AT_CONNECT = (
    _Meaning(
        re.compile("invalid response to SSL negotiation|expected authentication request"),
        WRONG_ENGINE,
        "what answers is no PostgreSQL server",
        "Check the port; a MySQL or MariaDB server is named with mysql:// or mariadb://.",
    ),
    _Meaning(
        re.compile(r"SSL|certificate|no encryption"),
        TLS_REFUSED,
        "TLS could not be agreed on",
        "Check that the server speaks TLS, that ca_file holds its authority and that its certificate names this host.",
    ),
    _Meaning(
        re.compile(
            r"authentication failed|no password supplied|not permitted to log in|role \".*\" does not exist|SCRAM"
        ),
        WRONG_CREDENTIALS,
        "the user name or the password is wrong",
        "Check the user and the secret it is read from.",
    ),
    _Meaning(
        re.compile(r"database \".*\" does not exist"),
        UNKNOWN_DATABASE,
        "there is no such database",
        "Check the database name; it is case-sensitive.",
    ),
    _Meaning(
        re.compile(r"permission denied for database|pg_hba\.conf|not currently accepting connections"),
        NOT_ADMITTED,
        "the server does not admit this user to this database",
        "Grant CONNECT on the database, or allow the host and user in pg_hba.conf.",
    ),
    _Meaning(
        re.compile(r"too many clients|too many connections|remaining connection slots"),
        FULL,
        "the server has no connection left",
        "Raise max_connections or close idle sessions.",
        retryable=True,
    ),
    _Meaning(
        re.compile(r"the database system is|terminating connection|not yet accepting connections"),
        NOT_READY,
        "the server is starting or stopping",
        "Wait until it is up.",
        retryable=True,
    ),
    _Meaning(
        re.compile(""),
        UNREACHABLE,
        "the server cannot be reached",
        "Check host, port, security groups and whether the server runs.",
        retryable=True,
    ),
)


def away(text: str) -> bool:
    """Whether a client program ended because the server was not there, or went away under it."""
    return _AWAY.search(text) is not None


def refused(side: Side, where: str, error: psycopg.Error) -> SourceError | TargetError:
    """Why no connection came about. `where` is `user@host:port/database`."""
    text = " ".join(str(error).split())
    meaning = next(meaning for meaning in _AT_CONNECT if meaning.pattern.search(text))
    reason = re.sub(r"^.*?failed: ", "", text)[:300]
    return failure(
        side, meaning.number, f"{where}: {meaning.what} ({reason})", hint=meaning.hint, retryable=meaning.retryable
    )


def failed(side: Side, where: str, error: psycopg.Error) -> SourceError | TargetError:
    """Why a statement did not run."""
    reason = error.diag.message_primary or " ".join(str(error).split())[:300]
    message = f"{where}: {reason}"
    match error:
        case pg.InsufficientPrivilege():
            hint = "Grant the toolkit's user what is missing. Run: aurora-migrate doctor, which prints the GRANTs."
            return failure(side, NOT_PERMITTED, message, hint=hint)
        case pg.UndefinedTable() | pg.UndefinedObject() | pg.InvalidSchemaName() | pg.UndefinedColumn():
            return failure(side, NO_SUCH_OBJECT, message, hint="Was the schema changed since the assessment?")
        case pg.LockNotAvailable() | pg.SerializationFailure() | pg.DeadlockDetected() | pg.ObjectInUse():
            return failure(side, TRY_AGAIN, message, hint="Try again.", retryable=True)
        case pg.ReadOnlySqlTransaction():
            hint = "This is a reader, or the server was set read-only: use the writer's endpoint."
            return failure(side, READ_ONLY, message, hint=hint)
        case pg.QueryCanceled():
            hint = "Ask for less at once, or allow more time."
            return failure(side, TIMED_OUT, message, hint=hint, retryable=True)
        case pg.OutOfMemory() if "max_locks_per_transaction" in (error.diag.message_hint or ""):
            hint = "Raise max_locks_per_transaction, or ask for fewer tables at once."
            return failure(side, STATEMENT_FAILED, message, hint=hint)
        case pg.OutOfMemory() | pg.ProgramLimitExceeded():
            return failure(side, TOO_LARGE, message, hint=_TOO_LARGE)
        case pg.InternalError_() if "invalid memory alloc request size" in reason:
            return failure(side, TOO_LARGE, message, hint=_TOO_LARGE)
        case pg.CharacterNotInRepertoire() | pg.UntranslatableCharacter():
            # The message quotes bytes of the value.
            reason = f"{where}: a text holds bytes that are not characters of the database's encoding in UTF-8"
            return failure(side, STATEMENT_FAILED, f"{reason} [{error.sqlstate}]", hint=_NOT_TEXT)
        case pg.DiskFull():
            return no_room(side, message)
        case pg.AdminShutdown() | pg.CrashShutdown() | pg.CannotConnectNow():
            return failure(side, LOST, message, hint="Wait until the server is back.", retryable=True)
        case psycopg.OperationalError() if error.sqlstate is None:
            hint = "Check the network and the server; the call may have had its effect."
            return failure(side, LOST, f"{where}: the connection was lost ({reason})", hint=hint, retryable=True)
        case psycopg.InterfaceError():
            return failure(side, LOST, message, hint="Try again.", retryable=True)
        case _:
            return failure(side, STATEMENT_FAILED, f"{message} [{error.sqlstate}]")
