"""SQL that makes rows on another server as they are here.

Each statement stands for itself, whatever the client's character set: text says its own, bytes are hexadecimal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.engines.mysql import hashing
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.keys import Kind, Shape, ShapeColumn
from migrate.engines.mysql.quoting import identifier, qualified
from migrate.model.validation import Key

SESSION = (
    "SET time_zone = '+00:00',"
    " sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION,ALLOW_INVALID_DATES'"
)
"""A point in time is told in UTC; a zero date and a zero in an AUTO_INCREMENT column are taken as they are."""


def statements(connection: Connection, shape: Shape, keys: Sequence[Key]) -> Iterator[str | None]:
    """First the deletions of rows that are not here, then an INSERT that updates for every row that is; None for a row
    that is too large to be told.

    Generated columns are left to the other server. Rows that another unique key holds apart are not untangled.
    """
    columns = [column for column in shape.columns if not column.generated]
    wanted, asked = hashing.wanted(shape, keys), set(keys)
    literals = ", ', ', ".join(_literal(column) for column in columns)
    values = f"CONCAT({literals})"  # NULL where one is: the server gives no text that is larger than a packet
    rows = connection.rows(hashing.of_keys(shape, [values]), [wanted]) if wanted else []
    found = {tuple(key): text for *key, text in rows if tuple(key) in asked}
    for key in keys:
        if key not in found:
            yield f"DELETE FROM {qualified(shape.table)} WHERE {_match(connection, shape, key)}"
    names = [identifier(column.name) for column in columns]
    updated = ", ".join(f"{name} = VALUES({name})" for name in names)
    into = f"INSERT INTO {qualified(shape.table)} ({', '.join(names)})"
    for text in found.values():
        yield None if text is None else f"{into} VALUES ({text}) ON DUPLICATE KEY UPDATE {updated}"


def _literal(column: ShapeColumn) -> str:
    """Expression: the value as a literal."""
    name, text = identifier(column.name), column.printed()
    match column.kind:
        case Kind.INTEGER | Kind.DECIMAL | Kind.BIT:
            literal = text
        case Kind.FLOAT:
            literal = f"CONCAT({text}, IF(LOCATE('e', {text}), '', 'e0'))"
        case Kind.TEMPORAL:
            literal = f"CONCAT('''', {text}, '''')"
        case Kind.BYTES | Kind.GEOMETRY:
            literal = f"CONCAT('x''', {text}, '''')"
        case _:
            literal = _text(text)
    return f"IF({name} IS NULL, 'NULL', {literal})"


def _text(text: str) -> str:
    """Readable where a quote is all that must be doubled; else hexadecimal, for what a backslash means is a setting."""
    odd = " + ".join(f"LOCATE({character}, {text})" for character in ("'\\\\'", "CHAR(0)", "CHAR(26)"))
    quoted = f"CONCAT('''', REPLACE({text}, '''', ''''''), '''')"
    return f"CONCAT('_utf8mb4', IF({odd}, CONCAT(' x''', HEX({text}), ''''), {quoted}))"


def _match(connection: Connection, shape: Shape, key: Key) -> str:
    """Condition: the row of this key; told exactly where a collation would take another for it."""
    terms = []
    for column, text in zip(shape.key, key, strict=True):
        name = identifier(column.name)
        if column.kind is Kind.TEXT or column.kind is Kind.OTHER:
            raw = (text or "").encode().hex()
            terms.append(f"{name} = _utf8mb4 x'{raw}' AND CAST(CONVERT({name} USING utf8mb4) AS BINARY) = x'{raw}'")
        elif column.kind is Kind.BYTES:
            terms.append(f"{name} = x'{text}'")
        elif column.kind is Kind.TEMPORAL:
            terms.append(f"{name} = {connection.escape(text)}")
        else:
            terms.append(f"{name} = {column.parameter(text or '')}")
    return " AND ".join(terms)
