"""What was executed on which version: one line of JSON for each, the newest last."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "results.jsonl"
Row = dict[str, Any]


def add(row: Row, file: Path = FILE) -> None:
    """In place of the row of the same release."""
    kept = [one for one in read(file) if (one["engine"], one["name"]) != (row["engine"], row["name"])]
    lines = [json.dumps(one, sort_keys=True) + "\n" for one in [*kept, row]]
    file.write_text("".join(lines), encoding="utf-8")


def read(file: Path = FILE) -> list[Row]:
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
