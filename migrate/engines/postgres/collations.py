"""What the order of text hangs on, said so that two servers sort alike where they say the same."""

from __future__ import annotations

from collections.abc import Collection

from migrate.engines.postgres.connection import Connection
from migrate.engines.postgres.queries import query

BYTE_ORDERED = frozenset(("C", "POSIX"))
NONDETERMINISTIC = "nondeterministic"
DATABASE_VERSIONED_FROM = 150000
"""server_version_num of the first version that knows the version of a database's own collation."""
ENCODINGS_LIKE_UTF8 = frozenset(("UTF8", "SQL_ASCII", "LATIN1"))
"""Encodings whose bytes sort as those of the same text in UTF-8 do."""


def orders(connection: Connection, wanted: Collection[int], where: str) -> dict[int, str]:
    """By OID of the collation: its provider, locale, rules and version. Empty for an order by bytes alone.

    A collation whose version the server does not tell is like none but itself: it is named with `where`.
    """
    if not wanted:
        return {}
    version = None
    if connection.info.server_version >= DATABASE_VERSIONED_FROM:
        row = connection.execute(
            "SELECT pg_database_collation_actual_version(oid) FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        version = row[0] if row is not None else None
    found = connection.execute(query("collations"), [list(wanted), version]).fetchall()
    return {row[0]: order(where, *row[1:]) for row in found}


def order(
    where: str,
    provider: str,
    locale: str | None,
    version: str | None,
    deterministic: bool,
    rules: str | None,
    encoding: str,
) -> str:
    """As `orders` says it, from what the server tells of one collation."""
    if provider == "b" or (provider == "c" and locale in BYTE_ORDERED):
        # The built-in provider sorts by code point, whatever its locale (PostgreSQL 17, charset.sgml).
        return "" if encoding in ENCODINGS_LIKE_UTF8 else f"bytes of {encoding}"
    # One locale of libc is spelled en_US.UTF-8 or en_US.utf8.
    named = f"libc {(locale or '').lower().replace('-', '')}" if provider == "c" else f"icu {locale}"
    parts = [named, version or f"of unknown version, at {where}"]
    if not deterministic:
        parts.append(NONDETERMINISTIC)
    if rules:
        parts.append(f"rules {rules}")
    return " ".join(parts)
