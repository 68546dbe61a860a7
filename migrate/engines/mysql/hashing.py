"""SQL that hashes rows on the server, the same on both sides for equal rows, from MySQL 5.7 and MariaDB 10.5 on.

A row's hash is the first 64 bits of SHA2-256 (non-linear; MD5 and SHA1 are gone from MySQL 9.6, mysql-compatibility.md
§3.10) over the row's values, columns in name order so that the physical order does not matter. Every value ends where
it says, so that no two rows make one text: numbers and times with a comma, text and bytes after their length, a float
as the eight bytes that a point's WKB holds of it, what may be long as its own hash. Text counts as utf8mb4, so that a
converted column is equal. A table's digest is the plain sum of its rows' hashes, beside the number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrate.engines.mysql.keys import Kind, Shape, ShapeColumn
from migrate.engines.mysql.quoting import identifier
from migrate.engines.mysql.ranges import where
from migrate.model.validation import Key

HASH, PART = "`aurora migrate hash`", "`aurora migrate part`"
"""Names that no column has: one of the same name would be grouped by."""
Numbered = tuple[int, str, Sequence[Any]]
"""Number of a chunk, with its condition and the parameters of that."""

OVERFLOW = 10**40
"""Added for a row that the server could not put together, because it is larger than max_allowed_packet: NULL would be
left out of the sum in silence. No sum of 64-bit hashes gets there."""

_UNICODE = frozenset(("utf8mb4", "utf8mb3", "utf8", "ascii"))
"""Their bytes are utf8mb4's."""
_LOSSLESS = frozenset(("latin1", "ucs2", "utf16", "utf16le", "utf32"))
_NULL = "'~'"


def row_hash(columns: Sequence[ShapeColumn]) -> str:
    """Expression: the 64-bit hash of a row's `columns` as unsigned decimal text; NULL where the row is too large."""
    values = ", ".join(_value(column) for column in sorted(columns, key=lambda column: column.name))
    return f"CONV(LEFT(SHA2(CONCAT({values}), 256), 16), 16, 10)"


def checksums(shape: Shape, chunks: Sequence[Numbered], *, one_scan: bool) -> tuple[list[str], list[Any]]:
    """Queries, with the parameters of all, that give number of the chunk, rows, and sum of their hashes, at or above
    OVERFLOW where one could not be hashed. In one scan, for ranges that no index serves, an empty one is absent."""
    total = f"COUNT(*), COALESCE(SUM(IFNULL(CAST({row_hash(shape.columns)} AS UNSIGNED), {OVERFLOW})), 0)"
    parameters = [value for _, _, values in chunks for value in values]
    if not one_scan or len(chunks) == 1 or not all(condition for _, condition, _ in chunks):
        return [f"SELECT {number}, {total} FROM {shape.source}{where(c)}" for number, c, _ in chunks], parameters
    # The conditions are asked twice, which is nothing beside the hash of a row that is not wanted.
    whens = " ".join(f"WHEN {condition} THEN {number}" for number, condition, _ in chunks)
    wanted = " OR ".join(f"({condition})" for _, condition, _ in chunks)
    query = f"SELECT CASE {whens} END AS {PART}, {total} FROM {shape.source} WHERE {wanted} GROUP BY {PART}"
    return [query], parameters * 2


def hashes(shape: Shape, condition: str) -> str:
    """Query: key columns as text, then the hash; without a key the hash and how many rows have it."""
    if not shape.key:
        hashed = f"{row_hash(shape.columns)} AS {HASH}"
        return f"SELECT {hashed}, COUNT(*) FROM {shape.source}{where(condition)} GROUP BY {HASH}"
    return f"SELECT {printed(shape.key)}, {row_hash(shape.columns)} FROM {shape.source}{where(condition)}"


def of_keys(shape: Shape, expressions: Sequence[str]) -> str:
    """Query: key columns as text, then `expressions`, of the rows whose key is in the list that is the one parameter.

    The server compares as the key's collation does, so that the index serves: who asks must still compare the text.
    """
    wanted = ", ".join([printed(shape.key), *expressions])
    return f"SELECT {wanted} FROM {shape.source} WHERE {_matched(shape.key)} IN %s"


def keys_where(shape: Shape, columns: Sequence[ShapeColumn]) -> str:
    """Query: the key, as text, of rows whose `columns` have one of the values in the list that is the one parameter."""
    return f"SELECT {printed(shape.key)} FROM {shape.source} WHERE {_matched(columns)} IN %s"


def wanted(shape: Shape, keys: Sequence[Key]) -> list[Any]:
    """The keys as the parameter of `of_keys`, without those that no row of this table can have."""
    found: list[Any] = []
    for key in keys:
        try:
            values = tuple(column.parameter(text or "") for column, text in zip(shape.key, key, strict=True))
        except (ValueError, ArithmeticError):
            continue
        found.append(values if len(values) > 1 else values[0])
    return found


def printed(columns: Sequence[ShapeColumn]) -> str:
    return ", ".join(column.printed() for column in columns)


def _matched(columns: Sequence[ShapeColumn]) -> str:
    names = [column.compared() for column in columns]
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


def _value(column: ShapeColumn) -> str:
    """Expression: the column's value, alike on every version, ending where it says."""
    name = identifier(column.name)
    exact = _exact(column)
    if column.kind is not Kind.FLOAT and column.long:
        exact = f"SHA2({exact}, 256)"
    elif column.kind in (Kind.TEXT, Kind.BYTES, Kind.OTHER):
        as_it_is = column.kind is Kind.BYTES or column.charset in _UNICODE
        exact = f"LENGTH({name if as_it_is else exact}), ':', {exact}"
    elif column.kind is not Kind.FLOAT:
        exact = f"{exact}, ','"
    if not column.nullable:
        return exact
    return f"IF({name} IS NULL, {_NULL}, CONCAT({exact}))"


def _exact(column: ShapeColumn) -> str:
    name = identifier(column.name)
    match column.kind:
        case Kind.INTEGER if column.zerofill:
            return f"CAST({name} AS UNSIGNED)"
        case Kind.DECIMAL if column.zerofill:
            return f"({name} + 0)"
        case Kind.BIT:
            return f"CAST({name} AS UNSIGNED)"
        case Kind.FLOAT:
            return f"ST_AsBinary(POINT({name} + 0, 0))"  # no server tells -0 from 0; MariaDB reads it as 0
        case Kind.TEXT:
            return _text(name, column.charset or "utf8mb4")
        case Kind.BYTES | Kind.GEOMETRY:
            return f"CAST({name} AS BINARY)"
        case Kind.JSON:
            # As its text reads: DMS moves the text, in which a DECIMAL's 0.1250 is the DOUBLE 0.125 (dms.md §5.3).
            return f"CAST(CAST(CAST(CAST({name} AS CHAR) AS JSON) AS CHAR) AS BINARY)"
        case Kind.OTHER:
            return f"CAST(CAST({name} AS CHAR) AS BINARY)"
        case _:
            return name


def _text(name: str, charset: str) -> str:
    """Bytes of the text in utf8mb4. What is no character becomes a question mark there: then the raw bytes count."""
    if charset in _UNICODE:
        return f"CAST({name} AS BINARY)"
    converted = f"CAST(CONVERT({name} USING utf8mb4) AS BINARY)"
    if charset in _LOSSLESS:
        return converted
    raw = f"CAST({name} AS BINARY)"
    marks = f"LENGTH({converted}) - LENGTH(REPLACE({converted}, CAST('?' AS BINARY), ''))"
    raw_marks = f"LENGTH({raw}) - LENGTH(REPLACE({raw}, CAST('?' AS BINARY), ''))"
    return f"IF({marks} = {raw_marks}, {converted}, CONCAT('not text ', HEX({raw})))"
