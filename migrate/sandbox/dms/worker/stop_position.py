"""CdcStopPosition: `server_time:` or `commit_time:` and a moment in UTC (dms.md §9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from migrate.sandbox.dms.worker.errors import TaskFailedError


@dataclass(frozen=True)
class StopPosition:
    """Where a task stops by itself; `at` is epoch seconds."""

    kind: str
    at: float

    @classmethod
    def parse(cls, text: str | None) -> StopPosition | None:
        """Read the API's form. Raises TaskFailedError for another one."""
        if not text:
            return None
        kind, _, moment = text.partition(":")
        try:
            at = datetime.fromisoformat(moment.strip())
        except ValueError:
            at = None
        if kind not in {"server_time", "commit_time"} or at is None:
            raise TaskFailedError(f"Invalid CDC stop position '{text}'.")
        return cls(kind, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())

    def passed(self, commit: float) -> str | None:
        """The stop reason when a transaction committed after the moment; that transaction is not applied."""
        if commit <= self.at:
            return None
        return "STOPPED_AT_COMMIT_TIME" if self.kind == "commit_time" else "STOPPED_AT_SERVER_TIME"

    def passed_by_clock(self, now: float) -> str | None:
        """The stop reason when the source's clock passed the moment; only `server_time` looks at the clock."""
        return "STOPPED_AT_SERVER_TIME" if self.kind == "server_time" and now > self.at else None
