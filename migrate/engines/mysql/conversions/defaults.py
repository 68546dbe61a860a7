"""Defaults: MySQL wants every expression but CURRENT_TIMESTAMP within parentheses, and so a text's literal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrate.engines.mysql.sqltext import NAME, STRING, Sql
from migrate.engines.mysql.table_ddl import TableDdl

_LITERAL = rf"(?:NULL\b|[bBxX_]?\w*{STRING}|[-+]?[\d.]+(?:e[-+]?\d+)?|TRUE\b|FALSE\b|0x[0-9a-f]+)"
_NOW = r"(?:current_timestamp|now|localtime|localtimestamp)\b(?:\(\d?\))?"
_LARGE = r"^(?:tiny|medium|long)?(?:text|blob)\b|^(?:json|geometry|point|linestring|polygon)\b"
_SEQUENCE = rf"(?:nextval|lastval|next value for|previous value for)\b ?\(?(?:{NAME}\.)?{NAME}\)?"


def converted(table: TableDdl) -> Iterator[str]:
    for column in table.columns:
        found = column.definition.search(r" DEFAULT (?=\S)")
        if found is None:
            continue
        rest = Sql(column.definition.text[found.end() :])
        before = column.definition.text[: found.start()]
        if sequence := rest.search(rf"^\(?{_SEQUENCE}\)?"):
            column.definition = Sql(before + rest.text[sequence.end() :])
            yield f"{table.name}.{column.name}: without DEFAULT {rest.at(sequence)}, for MySQL has no sequences"
            continue
        literal = rest.search(rf"^{_LITERAL}")
        if literal is not None:
            if column.definition.has(_LARGE) and literal[0].upper() != "NULL":
                text = f"({rest.at(literal)}){rest.text[literal.end() :]}"
                column.definition = Sql(f"{before} DEFAULT {text}")
        elif not rest.has(rf"^{_NOW}") and not rest.mask.startswith("("):
            end = _expression_end(rest)
            column.definition = Sql(f"{before} DEFAULT ({rest.text[:end]}){rest.text[end:]}")


def _expression_end(rest: Sql) -> int:
    """A bare expression is a call: a word and its parentheses."""
    word = re.match(r"\w+", rest.mask)
    end = word.end() if word else 0
    return rest.closing(end) + 1 if rest.mask[end : end + 1] == "(" else end
