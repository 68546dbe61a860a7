"""Collations: each string says its own, by a name that MySQL 8.0 has.

Without that the same text means another collation on another server: `CHARSET=utf8mb4` is utf8mb4_general_ci on
MySQL 5.7 and utf8mb4_0900_ai_ci on 8.0 (mysql-compatibility.md §6). Names that MySQL does not have become the nearest
one that treats trailing spaces alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from migrate.engines.mysql.sqltext import Sql
from migrate.engines.mysql.table_ddl import TableDdl

_TYPE = r"^(\w+(?: ?\([^)]*\))?)((?: (?:CHARACTER SET|CHARSET|COLLATE) \w+)*)"
_NOT_IN_MYSQL = re.compile(r"_(?:uca1400|nopad)_|_nopad_?|_croatian_mysql561_ci$|_myanmar_ci$|_thai_520_w2$")
_LANGUAGES = re.compile(
    "icelandic|latvian|romanian|slovenian|polish|estonian|spanish2?|swedish|turkish|czech|danish|lithuanian|slovak"
    "|roman|persian|esperanto|hungarian|sinhala|german2|croatian|vietnamese"
)


def known(collation: str) -> str:
    """The nearest collation that MySQL 8.0 has; the same one where it has it.

    uca1400 without `nopad` pads with spaces, as unicode_520 does; with it, it is nearest to 0900. A tailoring to a
    language goes before padding.
    """
    if not _NOT_IN_MYSQL.search(collation):
        return re.sub(r"^utf8mb3_", "utf8_", collation)  # the name that 8.0.28 has, and later ones take
    charset = charset_of(collation)
    rest = collation.removeprefix(charset).strip("_")
    modern = charset == "utf8mb4"
    language = next((word for word in rest.split("_") if _LANGUAGES.fullmatch(word)), None)
    if rest.endswith("_bin") or rest == "bin":
        nearest = "0900_bin" if modern and "nopad" in rest else "bin"
    elif rest.endswith(("_as_cs", "_ai_cs")):
        nearest = "0900_as_cs" if modern else "bin"
    elif rest.endswith("_as_ci") and modern:
        nearest = "0900_as_ci"
    elif language is not None:
        nearest = f"{language}_ci"
    elif rest.startswith("thai_520"):
        nearest = "unicode_520_ci"
    elif "nopad" in rest and modern:
        nearest = "0900_ai_ci"
    elif "uca1400" in rest or "520" in rest:
        nearest = "unicode_520_ci"
    else:
        nearest = rest.replace("nopad_", "").replace("myanmar", "unicode").replace("croatian_mysql561", "croatian")
    return re.sub(r"^utf8mb3_", "utf8_", f"{charset}_{nearest}")


def charset_of(collation: str) -> str:
    return collation.partition("_")[0]


def clause(collation: str) -> str:
    charset = charset_of(collation)
    return f"CHARACTER SET {'utf8mb3' if charset == 'utf8' else charset} COLLATE {collation}"


def converted(table: TableDdl, own: str | None, columns: Mapping[str, str]) -> Iterator[str]:
    """Say the collation of the table, `own`, and of every column that has another, as `columns` tells them; those that
    a conversion has given one already keep it."""
    default = known(own) if own else None
    if own and default:
        if own != default and not alike(own, default):
            yield f"{table.name}: {own} as {default}"
        table.options = Sql(f"{table.options.text} DEFAULT {clause(default)}")
    for column in table.columns:
        collation = columns.get(column.name)
        if collation is None or column.definition.has(r"\bCHARACTER SET ascii COLLATE ascii_general_ci\b"):
            continue
        wanted = known(collation)
        declared = column.definition.search(_TYPE)
        if declared is not None:
            said = f" {clause(wanted)}" if wanted != default else ""
            text = column.definition.text
            column.definition = Sql(text[: declared.end(1)] + said + text[declared.end(2) :])
        if wanted != collation and not alike(collation, wanted) and collation != own:
            yield f"{table.name}.{column.name}: {collation} as {wanted}"


def in_code(text: str) -> tuple[str, list[str]]:
    """A view's or routine's text with the collations that MySQL has, and what was changed."""
    changed: list[str] = []

    def replace(found: str) -> str:
        word, name = found.rsplit(None, 1)
        nearest = known(name)
        if nearest != name and not alike(name, nearest):
            changed.append(f"{name} as {nearest}")
            return f"{word} {nearest}"
        return found

    return Sql(text).replaced(r"\bCOLLATE\s+\w+", replace).text, changed


def alike(one: str, other: str) -> bool:
    return one.replace("utf8mb3_", "utf8_") == other.replace("utf8mb3_", "utf8_")
