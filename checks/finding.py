"""What a rule found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from checks.facts import ObjectRef


class Severity(StrEnum):
    """How bad: a blocker stops the stage named in `blocks`, a warning needs work, a notice is to be known."""

    BLOCKER = "blocker"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True)
class Remedy:
    """What to do in words, and the SQL to paste where there is any."""

    text: str
    sql: str | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    code: str
    slug: str
    severity: Severity
    blocks: str | None
    """The stage that cannot run while this is open: provision, replicate, validate or cutover."""
    object: ObjectRef
    message: str
    remedy: Remedy
    source: str
    """Where the fact comes from: a URL or the name of a document."""
    waived_by: str | None = None
    """Owner and reason of the waiver that covers it."""
    waived_until: date | None = None
    """The last day of that waiver."""
    known: bool = False
    """True where an earlier report, the baseline, has it already."""

    @property
    def open(self) -> bool:
        """True where no waiver covers it."""
        return self.waived_by is None
