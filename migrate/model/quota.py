"""A quota of an AWS account."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quota:
    """`name` as the service spells it; storage counts in GB."""

    name: str
    used: int
    most: int
