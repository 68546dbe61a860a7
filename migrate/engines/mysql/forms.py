"""What a column's values look like in the row hash, in words: equal words on both sides mean comparable hashes.

Types of one kind print alike whatever their width, so that a wider or narrower column is compared by its values. Text
counts as utf8mb4 whatever its character set, an enum or set by its labels, MariaDB's uuid and inet as the text they
become on the way to Aurora. A longer value's own hash stands for it, so that a `text` and a `longtext` are not alike.
"""

from __future__ import annotations

from migrate.engines.mysql.keys import Kind, Shape, ShapeColumn
from migrate.engines.mysql.server_version import ServerVersion

_FAMILY_FREE = ("_bin", "_general_ci")
"""Ends of the names of collations that sort alike in MySQL and MariaDB; so do those of one-byte character sets."""
_ONE_BYTE = frozenset((
    "latin1", "latin2", "latin5", "latin7", "ascii", "cp1250", "cp1251", "cp1256", "cp1257", "cp850", "cp852", "cp866",
    "koi8r", "koi8u", "greek", "hebrew", "hp8", "dec8", "swe7", "armscii8", "geostd8", "keybcs2", "macce", "macroman",
))  # fmt: skip


def form(column: ShapeColumn) -> str:
    match column.kind:
        case Kind.INTEGER:
            return "year" if column.type == "year" else "integer"
        case Kind.DECIMAL:
            return f"decimal(*,{column.digits})"
        case Kind.TEMPORAL:
            # A timestamp is read in UTC, and prints like a datetime.
            type_ = "datetime" if column.type == "timestamp" else column.type
            return f"{type_}({column.digits})" if column.digits else type_
        case Kind.FLOAT:
            return column.type
        case Kind.TEXT | Kind.OTHER:
            return "long text" if column.long else "text"
        case Kind.BYTES:
            return "long bytes" if column.long else "bytes"
        case Kind.BIT | Kind.JSON | Kind.GEOMETRY as kind:
            return kind.name.lower()


def key_order(shape: Shape, server: ServerVersion, where: str) -> str:
    """What the native order of the key hangs on: collations, and which columns an index does not sort as they compare.

    Collations made of Unicode's tables are each family's own: of the same name they need not sort alike. A key that no
    index sorts at all has an order that is nobody else's, `where` in it, so that it is compared by bytes.
    """
    family = "MariaDB" if server.mariadb else "MySQL"
    told = []
    for column in shape.key:
        if not sorts_natively(shape, column):
            told.append(f"{column.name}: none" if column is not shape.key[0] else f"{column.name}: none, at {where}")
            break
        if not column.sorts_alike:
            collation = (column.collation or "").replace("utf8mb3_", "utf8_")
            alike = collation.endswith(_FAMILY_FREE) or column.charset in _ONE_BYTE
            told.append(f"{column.name}: {collation}{'' if alike else f' of {family}'}")
    return ", ".join(told)


def sorts_natively(shape: Shape, column: ShapeColumn) -> bool:
    """Whether the key's index sorts this column as the server compares it, and a value's text names its place."""
    if column.name in shape.prefixed:
        return False
    return column.sorts_alike or (column.kind is Kind.TEXT and not column.labelled)
