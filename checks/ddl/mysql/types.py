"""Column types, spelled as SHOW CREATE TABLE spells them, without the display width that MySQL 8.0.19 dropped."""

from __future__ import annotations

from dataclasses import dataclass

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.mysql.charsets import bytes_per_character
from checks.ddl.mysql.cursor import MySqlCursor

_INTEGERS = {
    "tinyint": "tinyint",
    "int1": "tinyint",
    "smallint": "smallint",
    "int2": "smallint",
    "mediumint": "mediumint",
    "int3": "mediumint",
    "middleint": "mediumint",
    "int": "int",
    "integer": "int",
    "int4": "int",
    "bigint": "bigint",
    "int8": "bigint",
}
_ZEROFILL_WIDTH = {"tinyint": 3, "smallint": 5, "mediumint": 8, "int": 10, "bigint": 20}
_DECIMALS = ("decimal", "numeric", "dec", "fixed")
_DOUBLES = ("double", "float8", "real")
_TEXTS = {"tinytext": 255, "text": 65535, "mediumtext": 16777215, "longtext": 4294967295}
_BLOBS = {"tinyblob": 255, "blob": 65535, "mediumblob": 16777215, "longblob": 4294967295}
_BYTES_OF = {
    "char": "binary",
    "varchar": "varbinary",
    "tinytext": "tinyblob",
    "text": "blob",
    "mediumtext": "mediumblob",
    "longtext": "longblob",
}
_TEMPORAL = ("time", "datetime", "timestamp")
_PLAIN = (
    *("date", "json", "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring"),
    *("multipolygon", "tinyblob", "mediumblob", "longblob", "tinytext", "mediumtext", "longtext"),
    *("uuid", "inet4", "inet6", "xmltype"),
)
_ESCAPES = str.maketrans({"\0": "\\0", "\n": "\\n", "\r": "\\r", "\\": "\\\\", "'": "''"})
TEXTUAL = frozenset({"char", "varchar", *_TEXTS, "enum", "set"})
"""First words of the types that have a charset."""


@dataclass
class ReadType:
    """A type and what is written beside it."""

    base: str
    """First word of the spelling: `bigint`, `varchar`."""
    modifier: str = ""
    """In brackets, with them: `(12,2)`."""
    values: tuple[str, ...] = ()
    """Of an enum or set."""
    unsigned: bool = False
    zerofill: bool = False
    charset: str | None = None
    collation: str | None = None
    binary: bool = False
    """BINARY beside a text type: its charset's `_bin` collation."""
    serial: bool = False
    json: bool = False
    """MariaDB's JSON, a text with a check."""
    compressed: bool = False
    length: int | None = None
    """Of TEXT(n) and BLOB(n), which choose the type."""
    widths: bool = False
    """Whether the server keeps the display width of an unsigned `tinyint(1)`, too."""

    @property
    def textual(self) -> bool:
        return self.base in TEXTUAL

    def spelled(self) -> str:
        """The type as SHOW CREATE TABLE prints it."""
        base, modifier = self.base, self.modifier
        if self.length is not None:
            base = _for_length(base, self.length * (bytes_per_character(self.charset) if base == "text" else 1))
        if base in ("enum", "set"):
            quoted = ",".join(f"'{value.translate(_ESCAPES)}'" for value in self.values)
            return f"{base}({quoted})"
        if base in _ZEROFILL_WIDTH:
            if self.zerofill:
                modifier = modifier or f"({_ZEROFILL_WIDTH[base]})"
            elif not (base == "tinyint" and modifier == "(1)" and (self.widths or not self.unsigned)):
                modifier = ""
        unsigned = " unsigned" if self.unsigned or self.zerofill else ""
        return base + modifier + unsigned + (" zerofill" if self.zerofill else "")

    @property
    def padded_width(self) -> int:
        """How many digits ZEROFILL shows of an integer; 0 without it."""
        if not self.zerofill:
            return 0
        return int(self.modifier.strip("()") or _ZEROFILL_WIDTH.get(self.base, 0))

    def become_bytes(self) -> None:
        """What CHARACTER SET binary makes of a text type."""
        self.base = _BYTES_OF.get(self.base, self.base)
        self.charset = self.collation = None


def read_type(cursor: MySqlCursor) -> ReadType:
    """Pass over a type with its sign, charset and collation."""
    read = _read_base(cursor)
    while _read_attribute(cursor, read):
        continue
    if read.charset == "binary":
        read.become_bytes()
    return read


def _read_base(cursor: MySqlCursor) -> ReadType:
    word = _word(cursor)
    if word in _INTEGERS:
        widths = cursor.mode.mariadb or not cursor.mode.since(8, 0, 19)
        return ReadType(_INTEGERS[word], _numbers(cursor), widths=widths)
    if word in ("bool", "boolean"):
        return ReadType("tinyint", "(1)")
    if word == "serial":
        return ReadType("bigint", unsigned=True, serial=True)
    if word in _DECIMALS or (word == "number" and cursor.mode.mariadb):
        modifier = _numbers(cursor)
        if word == "number" and not modifier:
            return ReadType("double")
        return ReadType("decimal", (modifier or "(10,0)") if "," in modifier or not modifier else modifier[:-1] + ",0)")
    if word == "float" or word == "float4" or word in _DOUBLES:
        return _floating(cursor, word)
    if word in _TEMPORAL:
        modifier = _numbers(cursor)
        return ReadType(word, "" if modifier == "(0)" else modifier)
    if word == "year":
        _numbers(cursor)
        return ReadType("year")
    if word == "bit":
        return ReadType("bit", _numbers(cursor) or "(1)")
    if word == "vector":
        return ReadType("vector", _numbers(cursor) or "(2048)")
    if word in ("enum", "set"):
        return ReadType(word, values=tuple(value.rstrip(" ") for value in cursor.strings_in_parentheses()))
    if word in ("geometrycollection", "geomcollection"):
        return ReadType("geomcollection")
    if word == "json" and cursor.mode.mariadb:
        return ReadType("longtext", charset="utf8mb4", collation="utf8mb4_bin", json=True)
    if word in _PLAIN:
        return ReadType(word)
    return _read_text(cursor, word)


def _word(cursor: MySqlCursor) -> str:
    """The first word of a type. MariaDB says with a schema whose meaning of the word it is; Oracle has its own."""
    word = cursor.keyword()
    oracle = cursor.mode.oracle
    if word in ("mariadb_schema", "oracle_schema") and cursor.accept_mark("."):
        oracle = word == "oracle_schema"
        word = cursor.keyword()
    return {"date": "datetime", "blob": "longblob"}.get(word, word) if oracle else word


def _read_text(cursor: MySqlCursor, word: str) -> ReadType:
    national = word in ("national", "nchar", "nvarchar")
    if word == "national":
        word = cursor.keyword()
    if word in ("nchar", "character"):
        word = "char"
    if word in ("char", "varchar", "varcharacter", "nvarchar", "varchar2"):
        varying = word != "char" or cursor.accept_any("varying", "varchar") is not None
        length = _numbers(cursor) or ("" if varying else "(1)")
        return ReadType("varchar" if varying else "char", length, charset="utf8mb3" if national else None)
    if word in ("binary", "varbinary", "raw"):
        length = _numbers(cursor) or ("(1)" if word == "binary" else "")
        return ReadType("varbinary" if word == "raw" else word, length)
    if word in ("text", "blob"):
        return ReadType(word, length=cursor.length())
    if word == "long":
        if cursor.accept("varbinary"):
            return ReadType("mediumblob")
        if not cursor.accept_any("varchar", "varcharacter") and cursor.accept_any("char", "character"):
            cursor.expect("varying")
        return ReadType("mediumtext")
    if word == "clob" and cursor.mode.mariadb:
        return ReadType("longtext")
    raise NotUnderstoodError(f"{word!r} is not a known type")


def _floating(cursor: MySqlCursor, word: str) -> ReadType:
    if word == "double":
        cursor.accept("precision")
    modifier = _numbers(cursor)
    single = word in ("float", "float4") or (word == "real" and cursor.mode.real_as_float)
    if "," not in modifier and modifier:
        single, modifier = single and int(modifier.strip("()")) <= 24, ""
    return ReadType("float" if single else "double", modifier)


def _numbers(cursor: MySqlCursor) -> str:
    if not cursor.at_mark("("):
        return ""
    return "(" + ",".join(part.strip() for part in cursor.group_text().split(",")) + ")"


def _read_attribute(cursor: MySqlCursor, read: ReadType) -> bool:
    if cursor.accept("unsigned"):
        read.unsigned = True
    elif cursor.accept("zerofill"):
        read.zerofill = True
    elif cursor.accept("signed"):
        pass
    elif cursor.accept("character", "set") or cursor.accept("charset") or cursor.accept("char", "set"):
        read.charset = _charset(cursor.word_or_string())
    elif read.textual and cursor.accept("collate"):
        read.collation = cursor.word_or_string().lower()
    elif read.textual and cursor.accept("ascii"):
        read.charset = "latin1"
    elif read.textual and cursor.accept("unicode"):
        read.charset = "ucs2"
    elif read.textual and cursor.accept("byte"):
        read.charset = "binary"
    elif read.textual and cursor.accept("binary"):
        read.binary = True
    elif cursor.mode.mariadb and cursor.accept("compressed"):
        read.compressed = True
        if cursor.accept_mark("="):
            cursor.next()
    else:
        return False
    return True


def _charset(name: str) -> str:
    name = name.lower()
    return "utf8mb3" if name == "utf8" else name


def _for_length(base: str, wanted: int) -> str:
    sizes = _TEXTS if base == "text" else _BLOBS
    return next((name for name, size in sizes.items() if wanted <= size), base)
