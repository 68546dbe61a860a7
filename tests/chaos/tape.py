"""The runner's journal, read from outside while it is written; and the lock that keeps it from being written."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One line of the journal, as far as it says where a run stands."""

    seq: int
    run: str
    kind: str
    step: str

    def says(self, kind: str, step: str) -> bool:
        """Whether it is of that kind and of that step, whichever task the step is for."""
        return self.kind == kind and self.step.partition(":")[0] == step


class Tape:
    """Reads the journal of a state file. The file's write-ahead log lets it read at any time."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10, isolation_level=None)

    def since(self, seq: int) -> list[Entry]:
        """Entries after that number."""
        question = "SELECT seq, run, kind, step FROM aurora_migrate_journal WHERE seq > ? ORDER BY seq"
        return [Entry(*row) for row in self._database.execute(question, [seq])]

    def head(self) -> int:
        found: int = self._database.execute("SELECT coalesce(max(seq), 0) FROM aurora_migrate_journal").fetchone()[0]
        return found

    def open_run(self) -> str | None:
        """The handover or finalize that was begun and has not ended."""
        standing: dict[str, bool] = {}
        for entry in self.since(0):
            if entry.run.startswith(("cutover-", "rollback-", "finalize-")) and entry.kind in ("planned", "outcome"):
                standing[entry.run] = entry.kind == "planned"
        return next((run for run, is_open in standing.items() if is_open), None)

    def close(self) -> None:
        self._database.close()


class Hold:
    """SQLite's write lock on the state file. Who holds it decides how far a runner gets: it waits up to 30 s for it."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file, timeout=0, isolation_level=None)
        self.held = False

    def take(self) -> None:
        """Returns once it is held; whoever writes just now finishes its entry first."""
        while not self.try_to_take():
            time.sleep(0.0002)

    def try_to_take(self) -> bool:
        if not self.held:
            with contextlib.suppress(sqlite3.OperationalError):
                self._database.execute("BEGIN IMMEDIATE")
                self.held = True
        return self.held

    def release(self) -> None:
        if self.held:
            self._database.execute("ROLLBACK")
            self.held = False

    def close(self) -> None:
        self.release()
        self._database.close()
