"""What was tried so far: a file of JSON lines, one for each case, that shards append to and go on from."""

from __future__ import annotations

import json
from pathlib import Path

from tests.chaos.trial import Result


class Results:
    """The results file of one engine."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)

    def add(self, result: Result, conditions: dict[str, str]) -> None:
        told = {**result.facts(), **conditions}
        if result.kept:
            del told["detail"]
        line = json.dumps(told, sort_keys=True)
        with self._file.open("a", encoding="utf-8") as out:
            out.write(line + "\n")

    def all(self) -> list[dict[str, object]]:
        if not self._file.exists():
            return []
        return [json.loads(line) for line in self._file.read_text(encoding="utf-8").splitlines() if line.strip()]

    def latest(self) -> dict[str, dict[str, object]]:
        """The last conclusive result of each case; those whose point was missed say nothing."""
        return {str(row["case"]): row for row in self.all() if not str(row["outcome"]).startswith("missed")}

    def done(self) -> set[str]:
        """Cases that came to a conclusion: they are not played again."""
        return set(self.latest())
