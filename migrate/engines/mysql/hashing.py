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
from migrate.model.validation import Key

COARSE_CHUNKS = 8
"""Most chunks of a table whose key needs a collation: each costs a scan of its own, for no index sorts that way."""
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


def checksum(shape: Shape, condition: str) -> str:
    """Query: number of rows and sum of their hashes, at or above OVERFLOW where one could not be hashed."""
    number = f"IFNULL(CAST({row_hash(shape.columns)} AS UNSIGNED), {OVERFLOW})"
    return f"SELECT COUNT(*), COALESCE(SUM({number}), 0) FROM {shape.source}{condition}"


def hashes(shape: Shape, condition: str) -> str:
    """Query: key columns as text, then the hash; without a key the hash and how many rows have it."""
    if not shape.key:
        return f"SELECT {row_hash(shape.columns)} AS hash, COUNT(*) FROM {shape.source}{condition} GROUP BY hash"
    return f"SELECT {_printed(shape.key)}, {row_hash(shape.columns)} FROM {shape.source}{condition}"


def hashes_of(shape: Shape) -> str:
    """Query: as `hashes`, of the rows whose key is in the list that is the one parameter.

    The server compares as the key's collation does, so that the index serves: who asks must still compare the text.
    """
    return hashes(shape, f" WHERE {_matched(shape.key)} IN %s")


def column_hashes(shape: Shape) -> str:
    """Query: key columns as text, then one hash for each column, in the shape's order, as `hashes_of` finds rows."""
    single = ", ".join(row_hash([column]) for column in shape.columns)
    return f"SELECT {_printed(shape.key)}, {single} FROM {shape.source} WHERE {_matched(shape.key)} IN %s"


def keys_where(shape: Shape, columns: Sequence[ShapeColumn]) -> str:
    """Query: the key, as text, of rows whose `columns` have one of the values in the list that is the one parameter."""
    return f"SELECT {_printed(shape.key)} FROM {shape.source} WHERE {_matched(columns)} IN %s"


def wanted(shape: Shape, keys: Sequence[Key]) -> list[Any]:
    """The keys as the parameter of `hashes_of`, without those that no row of this table can have."""
    found: list[Any] = []
    for key in keys:
        try:
            values = tuple(column.parameter(text or "") for column, text in zip(shape.key, key, strict=True))
        except (ValueError, ArithmeticError):
            continue
        found.append(values if len(values) > 1 else values[0])
    return found


def ordered_key(shape: Shape) -> tuple[ShapeColumn, ...]:
    """Key columns that chunk boundaries use: the leading ones that sort alike everywhere, or all, as bytes of text."""
    for place, column in enumerate(shape.key):
        if not column.sorts_alike:
            return shape.key[:place] or shape.key
    return shape.key


def next_boundary(shape: Shape, low: Key | None, every: int) -> tuple[str, list[Any]]:
    """Query, with its parameters: the key, as text, of the `every`-th row behind `low`; for a key that sorts alike."""
    key = ordered_key(shape)
    behind, parameters = condition(shape, low, None)
    order = ", ".join(identifier(column.name) for column in key)
    return (
        f"SELECT {_printed(key)} FROM {shape.in_key_order}{behind} ORDER BY {order} LIMIT 1 OFFSET {int(every) - 1}",
        parameters,
    )


def sampled_keys(shape: Shape, part: float) -> str:
    """Query: the keys, as text, of a random part of the rows, in the order of their bytes."""
    key = ordered_key(shape)
    order = ", ".join(_sortable(column) for column in key)
    return f"SELECT {_printed(key)} FROM {shape.source} WHERE RAND(1) < {part:.9f} ORDER BY {order}"


def condition(shape: Shape, low: Key | None, high: Key | None) -> tuple[str, list[Any]]:
    """WHERE clause, with its parameters, of `low < key <= high`.

    Spelled out column by column: MySQL finds no range of an index in a comparison of rows.
    """
    clauses: list[str] = []
    parameters: list[Any] = []
    for bound, sign in ((low, ">"), (high, "<")):
        if bound is not None:
            clause, values = _beyond(ordered_key(shape)[: len(bound)], bound, sign)
            clauses.append(clause)
            parameters += values
    return (f" WHERE {' AND '.join(clauses)}" if clauses else ""), parameters


def _beyond(columns: Sequence[ShapeColumn], bound: Key, sign: str) -> tuple[str, list[Any]]:
    """`columns > bound`, or `columns <= bound` for the sign `<`."""
    names = [_sortable(column) for column in columns]
    marker = [("%s" if column.sorts_alike else "CAST(%s AS BINARY)") for column in columns]
    values = [
        column.parameter(text or "") if column.sorts_alike else text
        for column, text in zip(columns, bound, strict=True)
    ]
    last = len(columns) - 1
    alternatives: list[str] = []
    parameters: list[Any] = []
    for place in range(last + 1):
        compare = "<=" if sign == "<" and place == last else sign
        terms = [f"{names[n]} = {marker[n]}" for n in range(place)] + [f"{names[place]} {compare} {marker[place]}"]
        alternatives.append(" AND ".join(terms))
        parameters += values[: place + 1]
    if last == 0:
        return alternatives[0], parameters
    return f"({' OR '.join(alternatives)})", parameters


def _printed(columns: Sequence[ShapeColumn]) -> str:
    return ", ".join(column.printed() for column in columns)


def _matched(columns: Sequence[ShapeColumn]) -> str:
    names = [column.compared() for column in columns]
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


def _sortable(column: ShapeColumn) -> str:
    return identifier(column.name) if column.sorts_alike else f"CAST({column.printed()} AS BINARY)"


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
