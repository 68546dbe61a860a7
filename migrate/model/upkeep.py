"""What AWS may do to the target's cluster by itself, and what it keeps of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

WEEK = timedelta(days=7)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, kw_only=True)
class Upkeep:
    """Backups are no part of it: Aurora's are continuous and do not disturb."""

    maintenance_window: str
    """As RDS writes it, in UTC: `sun:04:00-sun:05:00`; empty where there is none."""
    pending: tuple[str, ...]
    """Maintenance that waits for the next window: `system-update`."""
    status: str
    """The cluster's, `available` when nothing is being done to it."""
    snapshots: tuple[tuple[str, datetime], ...]
    """Manual ones that are available, with the time they were taken."""

    def disturbances(self, start: datetime, span: timedelta) -> tuple[str, ...]:
        """Pending maintenance, where its window touches the time from `start` on; readable."""
        if self.pending and self.maintenance_window and _touches(self.maintenance_window, start, span):
            return (f"maintenance ({', '.join(self.pending)}) in the window {self.maintenance_window} UTC",)
        return ()


def _touches(window: str, start: datetime, span: timedelta) -> bool:
    """Whether a weekly window has a moment in common with `start` … `start + span`."""
    first, _, last = window.partition("-")
    opening, length = _into_the_week(first), (_into_the_week(last) - _into_the_week(first)) % WEEK
    moment = start.astimezone(UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    since_opening = (timedelta(days=moment.weekday()) + (moment - midnight) - opening) % WEEK
    return since_opening < length or since_opening + span > WEEK


def _into_the_week(text: str) -> timedelta:
    """`sun:04:00` → six days and four hours."""
    day, hours, minutes = text.split(":")
    return timedelta(days=_DAYS.index(day), hours=int(hours), minutes=int(minutes))
