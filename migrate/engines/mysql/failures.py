"""What a server's refusal means, said as the toolkit's own errors.

Refusals are told apart by the server's error number (the client's own are 2000 to 2999). Words that may quote a row or
a statement are cut out of the message.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass

import pymysql

from migrate.engines.failures import (
    FULL,
    LOST,
    NO_SUCH_OBJECT,
    NOT_ADMITTED,
    NOT_PERMITTED,
    NOT_READY,
    READ_ONLY,
    SLOT_LOST,
    STATEMENT_FAILED,
    TIMED_OUT,
    TLS_REFUSED,
    TRY_AGAIN,
    UNKNOWN_DATABASE,
    UNREACHABLE,
    WRONG_CREDENTIALS,
    failure,
    no_room,
)
from migrate.errors import SourceError, TargetError
from migrate.model.database import Side

UNKNOWN_PLUGIN = 109
PACKET_TOO_SMALL = 114
FENCED = 122
NO_LOG = 132
LOG_TOO_SHORT = 133

PERMISSION_NUMBERS = frozenset((1044, 1045, 1142, 1143, 1227, 1370, 1410, 1419, 1698))
NOT_OFFERED = frozenset((1049, 1054, 1064, 1109, 1146, 1193, 1235, 1286, 1305, 1347, 1356))
"""Unknown database, column, syntax, table, variable, feature, engine, routine; a view that is broken."""
NO_DATABASE_OR_TABLE = frozenset((1049, 1146))
ABSENT = frozenset((1049, 1051, 1054, 1091, 1109, 1146, 1305, 1360, 1539))
BUSY = frozenset((1205, 1206, 1213, 1317, 1614, 3572))
GONE = frozenset((0, 1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 2014, 2055, 4031))
"""0 is the driver's own: the connection was closed."""
OVER_PACKET = frozenset((1153, 1236, 1301))
OVER_TIME = frozenset((1969, 3024))
"""The statement ran longer than max_statement_time (MariaDB) or max_execution_time (MySQL) lets it."""
NO_ROOM_NUMBERS = frozenset((1021, 1114))
"""The disk, and a table that may not grow."""
EXPIRED = frozenset((1820, 1862))
"""The password: some servers admit the user, and refuse whatever it asks."""
TLS_NUMBERS = frozenset((2026, 3159))

_GRANTS = "Run: aurora-migrate doctor, which prints the GRANTs."


@dataclass(frozen=True)
class _Meaning:
    numbers: frozenset[int]
    number: int
    what: str
    hint: str
    retryable: bool = False


_AT_CONNECT = (
    _Meaning(
        frozenset((1045, 1698, 3118, 4151)),
        WRONG_CREDENTIALS,
        "the user name or the password is wrong, or the account is locked",
        "Check the user, the secret it is read from, and that the account admits this host and logs in by a password.",
    ),
    _Meaning(
        EXPIRED,
        WRONG_CREDENTIALS,
        "the password has expired",
        "Give the user a new password, and the secret with it.",
    ),
    _Meaning(
        TLS_NUMBERS,
        TLS_REFUSED,
        "TLS could not be agreed on",
        "Check that the server speaks TLS, that ca_file holds its authority and that its certificate names this host.",
    ),
    _Meaning(
        frozenset((1049,)),
        UNKNOWN_DATABASE,
        "there is no such database",
        "Check the database name; on most servers it is case-sensitive.",
    ),
    _Meaning(
        frozenset((1044, 1129, 1130)),
        NOT_ADMITTED,
        "the server does not admit this user to this database, or this host at all",
        "Grant the user a privilege on the database, or make its account for this host; after too many failed logins"
        " an administrator runs FLUSH HOSTS.",
    ),
    _Meaning(
        frozenset((1040, 1041, 1203, 1226)),
        FULL,
        "the server has no connection left",
        "Raise max_connections or the user's limit, or close idle sessions.",
        retryable=True,
    ),
    _Meaning(
        frozenset((1053, 1077, 1079, 3032, 3168)),
        NOT_READY,
        "the server is starting, stopping or offline",
        "Wait until it is up.",
        retryable=True,
    ),
)


def number_of(error: BaseException) -> int:
    """The server's or the driver's number of an error; 0 where it has none."""
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def reason_of(error: BaseException) -> str:
    """What the server says, without the values that it may quote."""
    said = str(error.args[1]) if len(error.args) > 1 else str(error)
    said = " ".join(said.split())
    return re.sub(r"(entry|value:?|near|string) '.*'(?= for | at line | from |$)", r"\1 '…'", said)[:300]


def refused(side: Side, where: str, error: Exception) -> SourceError | TargetError:
    """Why no connection came about. `where` is `user@host:port/database`."""
    number, reason = number_of(error), reason_of(error)
    plugin = _plugin(number, error)
    if plugin is not None:
        return failure(side, UNKNOWN_PLUGIN, f"{where}: {plugin[0]}", hint=plugin[1])
    if isinstance(getattr(error, "original_exception", error), ssl.SSLError):
        number = 2026
    meaning = next((meaning for meaning in _AT_CONNECT if number in meaning.numbers), None)
    if meaning is None:
        hint = "Check host, port, security groups and whether the server runs."
        message = f"{where}: the server cannot be reached ({reason})"
        return failure(side, UNREACHABLE, message, hint=hint, retryable=True)
    message = f"{where}: {meaning.what} ({reason})"
    return failure(side, meaning.number, message, hint=meaning.hint, retryable=meaning.retryable)


def failed(side: Side, where: str, error: pymysql.MySQLError) -> SourceError | TargetError:
    """Why a statement did not run."""
    number, reason = number_of(error), reason_of(error)
    message = f"{where}: {reason}"
    if number in (1290, 1792, 1836) and re.search(r"read[-_ ]only", reason, re.IGNORECASE):
        hint = "This is a reader, or the server was set read-only: use the writer's endpoint."
        return failure(side, READ_ONLY, message, hint=hint)
    if number in EXPIRED:
        return refused(side, where, error)
    if number in PERMISSION_NUMBERS:
        return failure(side, NOT_PERMITTED, message, hint=_grant(reason))
    if number in ABSENT:
        return failure(side, NO_SUCH_OBJECT, message, hint="Was the schema changed since the assessment?")
    if number == 1236 and "same server" in reason:
        hint = "Another reader of the log took the same id: try again with a new one."
        return failure(side, TRY_AGAIN, message, hint=hint, retryable=True)
    if number == 1236 and re.search(r"server.id (is 0|was not set)", reason):
        return failure(side, NO_LOG, message, hint="Give the server an id that no other member has (server_id).")
    if number == 1236 and "max_allowed_packet" not in reason:
        hint = "Keep the log longer (binlog_expire_logs_seconds; on RDS mysql.rds_set_configuration)."
        return failure(side, SLOT_LOST, f"{message} What changed since is unknown.", hint=hint)
    if number in (1381, 1665):
        hint = "Set log_bin, and binlog_format = ROW (on Aurora and RDS in the parameter group, with backups on)."
        return failure(side, NO_LOG, message, hint=hint)
    if number in NO_ROOM_NUMBERS:
        return no_room(side, message)
    if number in BUSY:
        return failure(side, TRY_AGAIN, message, hint="Try again.", retryable=True)
    if number in OVER_TIME:
        return failure(side, TIMED_OUT, message, hint="Ask for less at once, or allow more time.", retryable=True)
    if number in OVER_PACKET:
        hint = "Raise max_allowed_packet on the server (at most 1 GiB); it counts for new connections."
        return failure(side, PACKET_TOO_SMALL, message, hint=hint)
    if number in GONE:
        hint = "Check the network and the server; the call may have had its effect."
        text = f"{where}: the connection was lost ({reason or 'closed'})"
        return failure(side, LOST, text, hint=hint, retryable=True)
    return failure(side, STATEMENT_FAILED, f"{message} [{number}]")


def _plugin(number: int, error: Exception) -> tuple[str, str] | None:
    """What to say when the driver cannot log in the way the account wants (mysql-compatibility.md §3.7)."""
    said = str(error)
    if isinstance(error, RuntimeError) and (package := re.search(r"'(\w+)' package is required", said)):
        return (
            f"this account's way to log in needs the Python package {package[1]}",
            f"Install {package[1]} beside aurora-migrate, or give the toolkit an account of another plugin.",
        )
    if number not in (1251, 2059) and "auth method" not in said:
        return None
    found = re.search(r"plugin '(?:b')?([\w.]+)", said)
    name = found[1] if found else "unknown"
    return (
        f"the account logs in by the plugin {name}, which the driver does not know",
        "Give the toolkit an account of its own, IDENTIFIED WITH caching_sha2_password (MySQL 8) or"
        " mysql_native_password (MySQL 5.7, MariaDB).",
    )


def _grant(reason: str) -> str:
    """The GRANT that the server asks for, as far as its words name it."""
    if needed := re.search(r"at least one of\) the (.+?) privilege", reason):
        wanted = [name.strip() for name in re.split(r",|\bor\b", needed[1]) if name.strip() not in ("", "SUPER")]
        if wanted:
            return f"GRANT {wanted[0]} ON *.* to the toolkit's user. {_GRANTS}"
        return f"The server asks for SUPER, which no managed service gives. {_GRANTS}"
    if denied := re.search(r"([\w ,]+?) command denied to user .* for (?:table|column|routine) (.+)$", reason):
        return f"GRANT {denied[1]} ON {denied[2]} to the toolkit's user. {_GRANTS}"
    return f"Grant the toolkit's user what is missing. {_GRANTS}"
