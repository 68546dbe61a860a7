"""How long a handover took when it was last done, as the measure of the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """Seconds by step, and where they were measured. A prediction that names no basis would be a guess."""

    basis: str
    """Readable: `cutover-1 of 2026-11-28 01:10 UTC`."""
    steps: Mapping[str, float]
    """By step, as the journal names it: `drain:default`."""
    freeze_seconds: float
    """From the intent to fence until the arriving side was open."""

    @property
    def seconds(self) -> float:
        """The whole of it, as far as steps that took time were measured."""
        return round(sum(self.steps.values()), 3)

    def of(self, step: str) -> float | None:
        """Of the same step, else the longest of its kind: another migration's tasks have other names."""
        if step in self.steps:
            return self.steps[step]
        kind = step.partition(":")[0]
        return max((took for name, took in self.steps.items() if name.partition(":")[0] == kind), default=None)
