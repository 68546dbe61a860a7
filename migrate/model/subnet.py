"""Where a cluster may stand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Subnet:
    """`public`: its route table leads to an internet gateway."""

    id: str
    vpc_id: str
    zone: str
    public: bool
