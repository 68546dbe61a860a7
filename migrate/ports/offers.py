"""What RDS sells in this region."""

from __future__ import annotations

from datetime import date
from typing import Protocol


class Offers(Protocol):
    def zones(self, engine: str, version: str, instance_class: str) -> frozenset[str]:
        """Availability zones with this class for this version, spelled as RDS does; empty where it is not sold.

        Raises AwsError.
        """

    def support_ends(self, engine: str, version: str) -> date | None:
        """Last day of standard support of the version's major, after which only Extended Support has it; None where RDS
        does not say. Raises AwsError."""
