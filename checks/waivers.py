"""Waivers: somebody answers for a finding, for a reason and for a time."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fnmatch import fnmatchcase

from checks.finding import Finding


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """Covers the findings of one rule whose object's name matches a pattern (`public.audit_*`, case-sensitive)."""

    code: str
    object: str
    owner: str
    reason: str
    expires: datetime.date
    """The last day on which it holds."""

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is of this rule and about a matching object."""
        return finding.code == self.code and fnmatchcase(finding.object.name, self.object)

    def expired(self, today: datetime.date) -> bool:
        return today > self.expires

    @property
    def by(self) -> str:
        """Owner, reason and last day, as a report shows them."""
        return f"{self.owner}: {self.reason} (until {self.expires.isoformat()})"
