"""One statement of the application as both sides have counted it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class StatementTimes:
    text: str
    """Without values and remarks."""
    calls_source: int
    calls_target: int
    mean_source: float
    """Seconds that one run took there."""
    mean_target: float

    @property
    def times(self) -> float | None:
        """How many times as long it takes on the target; None where it took no time on the source."""
        return self.mean_target / self.mean_source if self.mean_source else None

    @property
    def more_seconds(self) -> float:
        """What the target has spent on it beyond what the source would have; negative where it is faster."""
        return (self.mean_target - self.mean_source) * self.calls_target
