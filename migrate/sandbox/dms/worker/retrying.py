"""When a recoverable error is tried again: RecoverableError* of ErrorBehavior (dms.md §5.2, §8)."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.sandbox.dms.worker.errors import RecoverableError, TaskFailedError
from migrate.sandbox.dms.worker.spec import Settings


@dataclass
class Retries:
    """Counts attempts; the interval doubles with throttling up to its maximum."""

    settings: Settings
    attempts: int = 0

    def succeeded(self) -> None:
        """The task got going again, so the count starts anew (assumption)."""
        self.attempts = 0

    def seconds(self, error: RecoverableError) -> float:
        """How long to wait before the next attempt. Raises TaskFailedError when there shall be none."""
        count = self.settings.number("ErrorBehavior", "RecoverableErrorCount", -1)
        interval = float(self.settings.number("ErrorBehavior", "RecoverableErrorInterval", 5))
        ceiling = float(self.settings.number("ErrorBehavior", "RecoverableErrorThrottlingMax", 1800))
        if 0 <= count <= self.attempts:
            raise TaskFailedError(str(error), reason="RECOVERABLE_ERROR", level="RECOVERABLE")
        throttled = self.settings.flag("ErrorBehavior", "RecoverableErrorThrottling", True)
        wanted = interval * 2.0 ** min(self.attempts, 30) if throttled else interval
        ends = self.settings.flag("ErrorBehavior", "RecoverableErrorStopRetryAfterThrottlingMax", False)
        if throttled and ends and wanted > ceiling:
            raise TaskFailedError(str(error), reason="RECOVERABLE_ERROR", level="RECOVERABLE")
        self.attempts += 1
        return min(wanted, ceiling) if throttled else interval
