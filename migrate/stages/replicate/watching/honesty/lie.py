"""What a lie is made of, and how one is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from checks.finding import Severity
from migrate.model.feed_status import FeedStatus, HonestyFinding
from migrate.model.watching import FeedLook, Look

SETTLING_SECONDS = 300.0
"""CloudWatch and DMS's statistics tell of a task some minutes after it began."""
NAMED = 5
"""So many tables are named in a sentence; all of them stand in `objects`."""


@dataclass(frozen=True)
class Subject:
    """One feed at one moment, with the look before it where there was one."""

    feed: FeedLook
    status: FeedStatus
    look: Look
    before: FeedLook | None
    lag_limit: float

    @property
    def settled(self) -> bool:
        """Whether the task's last start is long enough ago to be told of; True where nobody says when that was."""
        began = None if self.feed.terms is None else self.feed.terms.started_at
        return began is None or (self.look.at - began).total_seconds() >= SETTLING_SECONDS


@dataclass(frozen=True)
class Seen:
    text: str
    objects: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Lie:
    code: str
    slug: str
    severity: Severity
    """A blocker closes the gate `replication-honest`."""
    find: Callable[[Subject], Iterator[Seen]]
    why: str
    remedy: str
    source: str

    def told(self, subject: Subject) -> Iterator[HonestyFinding]:
        for seen in self.find(subject):
            yield HonestyFinding(
                code=self.code,
                slug=self.slug,
                severity=self.severity,
                task=subject.feed.identifier,
                seen=seen.text,
                why=self.why,
                remedy=self.remedy,
                source=self.source,
                objects=seen.objects,
            )


def listed(text: str, objects: Iterable[object]) -> Iterator[Seen]:
    """One sighting for all objects, none where there is none. `{tables}` (how many) and `{names}` are filled in."""
    found = tuple(str(one) for one in objects)
    if found:
        more = f" and {len(found) - NAMED:,} more" if len(found) > NAMED else ""
        tables = "1 table" if len(found) == 1 else f"{len(found):,} tables"
        yield Seen(text.format(tables=tables, names=", ".join(found[:NAMED]) + more), found)
