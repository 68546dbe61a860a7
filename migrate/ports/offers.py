"""What RDS sells in this region."""

from __future__ import annotations

from typing import Protocol


class Offers(Protocol):
    def zones(self, engine: str, version: str, instance_class: str) -> frozenset[str]:
        """Availability zones with this class for this version, spelled as RDS does; empty where it is not sold.

        Raises AwsError.
        """
