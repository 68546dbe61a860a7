"""Defaults, spelled as facts spell them: literals quoted and in the server's form, expressions bare and lower case."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.lexer import Kind
from checks.ddl.mysql.cursor import MySqlCursor
from checks.ddl.mysql.lexer import is_bytes
from checks.ddl.mysql.mode import Mode
from checks.ddl.mysql.types import ReadType
from checks.mysql_spelling import quoted_literal, spelled_expression, spelled_now

_NOW = ("current_timestamp", "now", "localtime", "localtimestamp")
_INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "year"})
_DATE_TIME = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?)?\Z")
_COMPACT_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)\Z")
_TIME = re.compile(r"(-?)(\d{1,3}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?\Z")
_MARIADB_ESCAPES = str.maketrans({"\0": "\\0", "\n": "\\n", "\r": "\\r"})


def read_default(cursor: MySqlCursor, read: ReadType) -> str | None:
    """Pass over what follows DEFAULT. Returns None for NULL."""
    if cursor.accept("null"):
        return None
    if now := accept_now(cursor):
        return now
    if cursor.at_mark("("):
        return spelled_expression(cursor.group_text())
    place = cursor.mark_place()
    literal = _literal(cursor)
    if literal is not None and not _goes_on(cursor):
        return _quoted(literal, read, cursor.mode)
    cursor.back_to(place)
    return _expression(cursor)


def accept_now(cursor: MySqlCursor) -> str | None:
    """Pass over CURRENT_TIMESTAMP or a synonym, if it comes next: `current_timestamp(3)`."""
    place = cursor.mark_place()
    if not cursor.accept_any(*_NOW):
        return None
    if cursor.at_mark("("):
        cursor.skip_one()
    return spelled_now("".join(cursor.source_since(place).split()))


def _literal(cursor: MySqlCursor) -> str | None:
    """A literal's value, or its source where it is hexadecimal or bits; None where no literal comes next."""
    if word := cursor.accept_any("true", "false"):
        return "1" if word == "true" else "0"
    token = cursor.peek()
    if token is None:
        raise NotUnderstoodError("the default is missing")
    following = cursor.peek(1)
    introduced = token.kind is Kind.WORD and token.value.startswith("_")
    if introduced and following and following.kind is Kind.STRING:
        cursor.next()
        return cursor.string()
    if token.kind is Kind.WORD and token.value in ("date", "time", "timestamp"):
        if following is None or following.kind is not Kind.STRING:
            return None
        cursor.next()
        return cursor.string()
    if token.kind is Kind.STRING:
        return cursor.string()
    sign = "-" if cursor.accept_mark("-") else ""
    if cursor.accept_mark("+") or sign or token.kind is Kind.NUMBER:
        number = cursor.next()
        return sign + number.value if number.kind is Kind.NUMBER else None
    return None


def _goes_on(cursor: MySqlCursor) -> bool:
    """Whether an operator follows: MariaDB takes expressions without brackets."""
    token = cursor.peek()
    return token is not None and token.kind is Kind.MARK and token.value not in (",", ")")


def _expression(cursor: MySqlCursor) -> str:
    """MariaDB's `DEFAULT uuid()` or `DEFAULT nextval(s)`: a call, or operands joined by operators."""
    place = cursor.mark_place()
    if cursor.accept("next", "value", "for"):
        cursor.dotted()
        return cursor.source_since(place)
    while True:
        cursor.accept_mark("-")
        cursor.skip_one()
        while cursor.at_mark("(") or cursor.accept_mark("."):
            cursor.skip_one()
        if not _goes_on(cursor):
            return cursor.source_since(place)
        cursor.skip_one()


def _quoted(literal: str, read: ReadType, mode: Mode) -> str:
    if is_bytes(literal):
        return _bytes(literal, read)
    if read.base == "bit":
        return f"b'{int(literal):b}'" if literal.isdigit() else quoted_literal(literal)
    stored = quoted_literal(_as_stored(literal, read))
    return stored.translate(_MARIADB_ESCAPES) if mode.mariadb else stored


def _bytes(literal: str, read: ReadType) -> str:
    """A literal in hexadecimal or bits: bits as bits, bytes as text where they are printable."""
    base = 2 if literal[0] in "bB" or literal[1] == "b" else 16
    digits = literal[2:].rstrip("'")
    number = int(digits or "0", base)
    if read.base == "bit":
        return f"b'{number:b}'"
    if read.base in _INTEGERS:
        return quoted_literal(str(number))
    data = bytes.fromhex(digits.zfill(len(digits) + len(digits) % 2)) if base == 16 else b""
    if read.textual:
        return quoted_literal(data.decode("latin-1"))
    if data.isascii() and data.decode().isprintable():
        return quoted_literal(data.decode())
    return f"0x{data.hex()}" if base == 16 else literal


def _as_stored(literal: str, read: ReadType) -> str:
    """A literal as the server converts it to the type of its column, for the forms that need no conversion table."""
    try:
        if read.base in _INTEGERS:
            return str(int(Decimal(literal))).zfill(read.padded_width)
        if read.base == "decimal":
            scale = int(read.modifier.strip("()").partition(",")[2] or 0)
            return str(Decimal(literal).quantize(Decimal(1).scaleb(-scale)))
        if read.base in ("float", "double"):
            return _float(literal, read.modifier)
    except (InvalidOperation, ValueError):
        return literal
    precision = int(read.modifier.strip("()") or 0) if read.base in ("time", "datetime", "timestamp") else 0
    if read.base in ("date", "datetime", "timestamp"):
        return _moment(literal, dated=read.base == "date", precision=precision)
    if read.base == "time" and (found := _TIME.match(literal)):
        sign, hours, minutes, seconds, fraction = found.groups(default="")
        return f"{sign}{int(hours):02}:{int(minutes):02}:{int(seconds or 0):02}" + _fraction(fraction, precision)
    return literal


def _float(literal: str, modifier: str) -> str:
    if modifier:
        return f"{float(literal):.{int(modifier.strip('()').partition(',')[2])}f}"
    value = float(literal)
    return str(int(value)) if value == int(value) and abs(value) < 1e14 else repr(value)


def _moment(literal: str, *, dated: bool, precision: int) -> str:
    found = _DATE_TIME.match(literal) or _COMPACT_DATE.match(literal)
    if not found:
        return literal
    year, month, day, hour, minute, second, fraction = (*found.groups(default=""), "", "", "", "")[:7]
    date = f"{year}-{int(month):02}-{int(day):02}"
    if dated:
        return date
    return f"{date} {int(hour or 0):02}:{int(minute or 0):02}:{int(second or 0):02}" + _fraction(fraction, precision)


def _fraction(digits: str, precision: int) -> str:
    return "." + digits[:precision].ljust(precision, "0") if precision else ""
