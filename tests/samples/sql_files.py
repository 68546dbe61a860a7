"""Runs SQL files as the mysql client does: DELIMITER understood, user variables set beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pymysql
from pymysql.cursors import Cursor


def statements(text: str) -> Iterator[str]:
    """Statements of a file whose every statement ends with the delimiter at a line's end."""
    delimiter, lines = ";", list[str]()
    for line in text.splitlines():
        if line.upper().startswith("DELIMITER "):
            delimiter = line.split()[1]
            continue
        if not lines and (not line.strip() or line.startswith("--")):
            continue
        lines.append(line)
        if line.endswith(delimiter):
            yield "\n".join(lines).removesuffix(delimiter)
            lines.clear()
    assert not lines, f"a statement without its end: {lines}"


def run_file(connection: pymysql.Connection[Cursor], file: Path, variables: Mapping[str, str]) -> None:
    with connection.cursor() as cursor:
        for name, value in variables.items():
            cursor.execute(f"SET @{name} = %s", (value,))
        for statement in statements(file.read_text(encoding="utf-8")):
            cursor.execute(statement)
