"""Character sets: the collation each one has by default, and how many bytes a character takes at most.

The defaults are those of information_schema.character_sets on MySQL 5.7 to 9.7 and MariaDB 10.5 to 11.8; only
utf8mb4's has changed (MySQL 8.0), and those of MariaDB's Unicode sets (11.5: character_set_collations).
"""

from __future__ import annotations

from checks.ddl.mysql.mode import Mode

_DEFAULTS = {
    "armscii8": "armscii8_general_ci",
    "ascii": "ascii_general_ci",
    "big5": "big5_chinese_ci",
    "binary": "binary",
    "cp1250": "cp1250_general_ci",
    "cp1251": "cp1251_general_ci",
    "cp1256": "cp1256_general_ci",
    "cp1257": "cp1257_general_ci",
    "cp850": "cp850_general_ci",
    "cp852": "cp852_general_ci",
    "cp866": "cp866_general_ci",
    "cp932": "cp932_japanese_ci",
    "dec8": "dec8_swedish_ci",
    "eucjpms": "eucjpms_japanese_ci",
    "euckr": "euckr_korean_ci",
    "gb18030": "gb18030_chinese_ci",
    "gb2312": "gb2312_chinese_ci",
    "gbk": "gbk_chinese_ci",
    "geostd8": "geostd8_general_ci",
    "greek": "greek_general_ci",
    "hebrew": "hebrew_general_ci",
    "hp8": "hp8_english_ci",
    "keybcs2": "keybcs2_general_ci",
    "koi8r": "koi8r_general_ci",
    "koi8u": "koi8u_general_ci",
    "latin1": "latin1_swedish_ci",
    "latin2": "latin2_general_ci",
    "latin5": "latin5_turkish_ci",
    "latin7": "latin7_general_ci",
    "macce": "macce_general_ci",
    "macroman": "macroman_general_ci",
    "sjis": "sjis_japanese_ci",
    "swe7": "swe7_swedish_ci",
    "tis620": "tis620_thai_ci",
    "ucs2": "ucs2_general_ci",
    "ujis": "ujis_japanese_ci",
    "utf16": "utf16_general_ci",
    "utf16le": "utf16le_general_ci",
    "utf32": "utf32_general_ci",
    "utf8mb3": "utf8mb3_general_ci",
}
_UNICODE = ("utf8mb3", "utf8mb4", "ucs2", "utf16", "utf32")
_BYTES = {
    **dict.fromkeys(("utf8mb4", "utf16", "utf16le", "utf32", "gb18030"), 4),
    **dict.fromkeys(("utf8mb3", "ujis", "eucjpms"), 3),
    **dict.fromkeys(("big5", "cp932", "euckr", "gb2312", "gbk", "sjis", "ucs2"), 2),
}
_UCA1400_BY_DEFAULT = (11, 5)


def modern(name: str) -> str:
    """A charset or collation in lower case, with utf8 spelled utf8mb3."""
    name = name.lower()
    if name == "utf8" or name.startswith("utf8_"):
        return "utf8mb3" + name[4:]
    return name


def default_collation(charset: str, mode: Mode) -> str | None:
    """The collation of a charset that is named without one; None where it depends on an unknown version."""
    if mode.mariadb and charset in _UNICODE and mode.since(*_UCA1400_BY_DEFAULT):
        return f"{charset}_uca1400_ai_ci" if mode.version else _stable(charset)
    if charset != "utf8mb4":
        return _stable(charset)
    if mode.version is None:
        return None
    return "utf8mb4_general_ci" if mode.mariadb or not mode.since(8) else "utf8mb4_0900_ai_ci"


def _stable(charset: str) -> str | None:
    return _DEFAULTS.get(charset)


def charset_of(collation: str) -> str | None:
    """The charset a collation belongs to; None for MariaDB's short names (`uca1400_ai_ci`), which fit several."""
    if collation.startswith("uca1400"):
        return None
    return collation.partition("_")[0]


def bytes_per_character(charset: str | None) -> int:
    """The most bytes that one character takes; an unknown charset is taken for a single-byte one."""
    return _BYTES.get(charset or "", 1)
