"""Reads the statements that the binary log holds as text: what they may have done to the rows of which tables."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from checks.facts import TableName
from migrate.engines.mysql.binlog import Event, Kind
from migrate.engines.mysql.rowimage import uncompressed_query

_QUOTED = r"(`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\")"
_COMMENT = re.compile(rf"{_QUOTED}|/\*(?!M?!).*?\*/|(?:--\s|#)[^\n]*", re.DOTALL)
_VERSIONED = re.compile(rf"{_QUOTED}|/\*M?!\d*|\*/", re.DOTALL)
_UNREAD = "\ufffd"
_STRING = re.compile(r"(`(?:[^`]|``)*`|\"(?:[^\"\\]|\"\"|\\.)*\")|'(?:[^'\\]|''|\\.)*'", re.DOTALL)
_NAME = re.compile(r"`((?:[^`]|``)+)`|\"((?:[^\"]|\"\")+)\"|([\w$]+)")

_NO_ROWS = re.compile(
    r"(?:BEGIN|START\s+TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE\s+SAVEPOINT"
    r"|XA\s+(?:START|BEGIN|END|PREPARE|ROLLBACK)"
    r"|GRANT|REVOKE|FLUSH|ANALYZE|SET\s+(?:PASSWORD|DEFAULT\s+ROLE|ROLE)"
    r"|(?:CREATE|ALTER|DROP|RENAME)\s+(?:OR\s+REPLACE\s+)?(?:USER|ROLE)"
    r"|(?:CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?(?:(?:ONLINE|OFFLINE|UNIQUE|FULLTEXT|SPATIAL)\s+)?INDEX"
    r"|(?:CREATE|ALTER)\s+(?:DATABASE|SCHEMA)"
    r"|(?:CREATE|ALTER|DROP)\s+(?:OR\s+REPLACE\s+)?"
    r"(?:(?:DEFINER|ALGORITHM)\s*=\s*\S+\s+|SQL\s+SECURITY\s+\w+\s+|AGGREGATE\s+)*"
    r"(?:VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT|SERVER|PACKAGE)"
    r"|(?:CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?TEMPORARY\s+TABLE)\b",
    re.IGNORECASE,
)
_XA_COMMIT = re.compile(r"XA\s+(START|BEGIN|COMMIT)\s+(.+)", re.IGNORECASE | re.DOTALL)
_DROP_DATABASE = re.compile(r"DROP\s+(?:DATABASE|SCHEMA)\b", re.IGNORECASE)
_DEFINES = re.compile(r"(?:CREATE|ALTER|DROP|RENAME|TRUNCATE|OPTIMIZE|REPAIR)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Statement:
    """One statement of the log and the database it ran in."""

    database: str
    text: str
    """Without comments; what stands in a version's comment is text."""

    @classmethod
    def of(cls, event: Event) -> Statement:
        """Read a QUERY event, compressed or not."""
        body = uncompressed_query(event.body) if event.kind == Kind.QUERY_COMPRESSED else event.body
        length, variables = body[8], struct.unpack_from("<H", body, 11)[0]
        start = 13 + variables
        database = body[start : start + length].decode(errors="replace")
        text = body[start + length + 1 :].decode(errors="replace")
        return cls(database, _without(_VERSIONED, _without(_COMMENT, text)).strip())

    @property
    def harmless(self) -> bool:
        """True when no row of any table can have changed by it."""
        return not self.text or _NO_ROWS.match(self.text) is not None

    @property
    def xa(self) -> tuple[str, str] | None:
        """`start` or `commit` and the transaction's id, of a statement of a distributed transaction."""
        found = _XA_COMMIT.match(self.text)
        if found is None:
            return None
        return "commit" if found[1].upper() == "COMMIT" else "start", " ".join(found[2].split())

    def concerns(self, tables: Iterable[TableName]) -> set[TableName]:
        """Tables whose rows it may have changed: those that DDL names, or all for any other statement, and for one that
        is no UTF-8, for the log keeps what a client wrote in its own character set."""
        if _UNREAD in self.text or not _DEFINES.match(self.text):
            return set(tables)
        # A string cannot name a table; a name may stand anywhere, so every word counts as one.
        words = {next(filter(None, groups)).casefold() for groups in _NAME.findall(_without(_STRING, self.text))}
        words = {word.replace("``", "`").replace('""', '"') for word in words}
        database = self.database.casefold()
        if _DROP_DATABASE.match(self.text):
            return {table for table in tables if table.schema.casefold() in words}
        return {
            table
            for table in tables
            if table.name.casefold() in words and table.schema.casefold() in words | {database}
        }


def _without(pattern: re.Pattern[str], text: str) -> str:
    """The text without what the pattern finds outside of quotes."""
    return pattern.sub(lambda found: found[1] or " ", text)
