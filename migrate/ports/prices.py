"""AWS's Price List, asked or saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from migrate.model.price import Product


class Prices(Protocol):
    @property
    def source(self) -> str:
        """Where they come from, as a person says it."""

    @property
    def asked_at(self) -> str:
        """When AWS was asked, ISO 8601 in UTC."""

    def products(self, service: str, terms: Mapping[str, str]) -> Sequence[Product]:
        """Every product of a service code with these attributes. Raises AwsError when AWS refuses."""
