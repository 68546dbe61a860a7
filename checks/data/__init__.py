"""Facts about AWS as dated rows with their source. `load` refuses a file whose facts have none."""

from __future__ import annotations

import datetime
import tomllib
from importlib import resources
from typing import Any

from checks.errors import BadDataError


def load(name: str) -> dict[str, Any]:
    """One data file by name without `.toml`. Raises BadDataError where a table has neither its own source and date
    nor those of the file.
    """
    text = resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    require_sources(document, name)
    return document


def require_sources(document: dict[str, Any], name: str) -> None:
    """Check that the file, or else each table of its `columns`, or else each row, says `source` and `as_of`.

    Raises BadDataError with the place that does not.
    """
    if _dated(document):
        return
    columns = document.get("columns", {})
    for key, column in columns.items():
        if not _dated(column):
            raise BadDataError(f"{name}.toml: columns.{key} has no source or as_of", code="no-source")
    for key, rows in document.items():
        for row in rows if isinstance(rows, list) else []:
            if not _dated(row) and not (columns and set(row.get("on", {})) <= set(columns) and row.get("on")):
                raise BadDataError(f"{name}.toml: a row of {key} has no source or as_of: {row}", code="no-source")
        if not isinstance(rows, list | dict):
            raise BadDataError(f"{name}.toml: {key} has no source or as_of", code="no-source")
        if isinstance(rows, dict) and key != "columns" and not _dated(rows):
            raise BadDataError(f"{name}.toml: {key} has no source or as_of", code="no-source")


def _dated(table: dict[str, Any]) -> bool:
    source, as_of = table.get("source"), table.get("as_of")
    return isinstance(source, str) and bool(source.strip()) and isinstance(as_of, datetime.date)
