"""One column's way from source to target: what is selected, how it is loaded, what its literal is.

The target's type may be another one than the source's: MariaDB's JSON is text, its UUID and INET types are text or
bytes on MySQL (mysql-compatibility.md §5 has no rule for them: assumption).
"""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from migrate.sandbox.dms.worker.mysql import quoting
from migrate.sandbox.dms.worker.mysql.catalog import Column
from migrate.sandbox.dms.worker.mysql.values import NO_LABEL

INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "integer", "bigint", "decimal", "numeric", "bit"})
FLOATS = frozenset({"float", "double"})
TEMPORALS = frozenset({"date", "time", "datetime", "timestamp", "year"})
GEOMETRIES = frozenset(
    {
        *{"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"},
        *{"geometrycollection", "geomcollection"},
    }
)
BINARIES = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "vector", *GEOMETRIES})
ADDRESSES = frozenset({"uuid", "inet4", "inet6"})
_PACKED: dict[str, Callable[[str], bytes]] = {
    "uuid": lambda text: uuid.UUID(text).bytes,
    "inet4": lambda text: ipaddress.IPv4Address(text).packed,
    "inet6": lambda text: ipaddress.IPv6Address(text).packed,
}


@dataclass(frozen=True)
class Way:
    """A moved column: `source` there and `target` here, None while the target table is unknown."""

    source: Column
    name: str
    target: Column | None

    @property
    def charset(self) -> str | None:
        """The character set of the values' bytes; None for bytes and numbers."""
        if self.source.type_name == "json" or self.source.type_name in ADDRESSES or self.source.labels:
            return "utf8mb4"
        return self.source.charset

    @property
    def packs(self) -> bool:
        """Whether an address becomes its bytes."""
        return self.source.type_name in ADDRESSES and self.target is not None and self.target.type_name in BINARIES

    @property
    def bits_as_bytes(self) -> bool:
        """Whether a BIT goes to a column of bytes, as DMS makes one."""
        return self.source.type_name == "bit" and self.target is not None and self.target.type_name in BINARIES

    def literal(self) -> quoting.Literal:
        """How a value is written into a statement, as something assigned or compared with the source's meaning."""
        kind = self.source.type_name
        if self.bits_as_bytes:
            size = (self.source.length + 7) // 8
            return lambda value: quoting.binary(int(value).to_bytes(size, "big"))
        if kind in INTEGERS:
            return quoting.number
        if kind in FLOATS or kind in TEMPORALS:
            return quoting.quoted
        if self.packs:
            pack = _PACKED[kind]
            return lambda value: quoting.binary(pack(value.decode()))
        charset = self.charset
        literal = quoting.binary if charset is None else quoting.text(charset)
        if kind == "enum":
            none = b"0" if self.target is not None and self.target.type_name == "enum" else b"''"
            return lambda value: none if value == NO_LABEL else literal(value)
        return literal

    def equal(self, value: bytes) -> bytes:
        """The condition that the target's value is the very same, also where its collation would say so of another."""
        name, literal = quoting.name(self.name), self.literal()(value)
        kind = self.source.type_name
        if kind == "json" and self.target is not None and self.target.type_name == "json":
            return b"%b=CAST(%b AS JSON)" % (name, literal)
        if kind in GEOMETRIES:
            return b"HEX(%b)=HEX(%b)" % (name, literal)
        same = self.target is None or self.target.charset == self.charset
        if kind in INTEGERS or kind in FLOATS or self.source.labels or not same:
            return b"%b=%b" % (name, literal)
        return b"CAST(%b AS BINARY)=CAST(%b AS BINARY)" % (name, literal)

    def selected(self, limit: int | None) -> str:
        """The SELECT's expression; `limit` cuts a LOB to so many characters or bytes.

        A FLOAT is printed with six digits, as the double equal to it with all of them.
        """
        name = quoting.name(self.source.name).decode()
        if self.source.type_name == "float":
            return f"{name} * 1e0"
        if self.source.type_name == "bit" and not self.bits_as_bytes:
            return f"{name} + 0"
        if self.source.type_name == "json":
            name = f"CAST({name} AS CHAR CHARACTER SET utf8mb4)"
        if self.source.labels:
            name = f"CONVERT({name} USING utf8mb4)"
        return name if limit is None else f"LEFT({name}, {limit})"

    def loaded(self, variable: str) -> str | None:
        """The SET expression of LOAD DATA, or None when the bytes of the file are the value."""
        kind = self.source.type_name
        if self.packs:
            if kind == "uuid":
                return f"UNHEX(REPLACE({variable}, '-', ''))"
            return f"INET6_ATON({variable})"
        if self.target is not None and self.target.type_name == "bit":
            return f"CAST({variable} AS UNSIGNED)"
        charset = self.charset
        if charset is None:
            return None
        if self.target is not None and self.target.charset == charset and not self.target.labels:
            return None
        return f"CONVERT({variable} USING {charset})"
