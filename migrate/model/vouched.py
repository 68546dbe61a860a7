"""Kept reports of rehearsals, and whether a journal vouches for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from migrate.model.trend import KeptRehearsal


class Vouched(StrEnum):
    """Whether the file is, byte by byte, the one whose digest its rehearsal journaled."""

    HOLDS = "digest holds"
    BROKEN = "broken"
    UNKNOWN = "cannot be told"
    """No journal that is at hand names a digest of it."""


@dataclass(frozen=True, kw_only=True)
class VouchedRehearsal(KeptRehearsal):
    vouched: Vouched
    vouched_because: str

    @property
    def counts(self) -> bool:
        """Whether it may be believed at all: one that somebody changed predicts and proves nothing."""
        return self.vouched is not Vouched.BROKEN

    @property
    def stands(self) -> bool:
        """It passed, as far as anybody can tell."""
        return self.passed and self.counts
