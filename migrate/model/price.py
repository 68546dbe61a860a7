"""Prices as AWS's Price List says them, and what a cluster costs by them. No price is without SKU and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True)
class Product:
    """One product of the Price List with its on-demand price; `usd` is None where that is tiered, or not in USD."""

    service: str
    sku: str
    family: str
    attributes: Mapping[str, str]
    unit: str
    usd: Decimal | None
    published: str
    """Date of AWS's publication, as AWS writes it."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Product:
        """From one entry of `PriceList`, parsed. Raises ValueError where it has another shape."""
        try:
            product = document["product"]
            attributes = {str(key): str(value) for key, value in product["attributes"].items()}
            offers = document.get("terms", {}).get("OnDemand", {}).values()
            dimensions = [one for offer in offers for one in offer["priceDimensions"].values()]
            single = dimensions[0] if len(dimensions) == 1 else {}
            price = single.get("pricePerUnit", {}).get("USD")
            return cls(
                service=str(document.get("serviceCode") or attributes.get("servicecode", "")),
                sku=str(product["sku"]),
                family=str(product.get("productFamily", "")),
                attributes=attributes,
                unit=str(single.get("unit", "")),
                usd=None if price is None else Decimal(price),
                published=str(document.get("publicationDate", "")),
            )
        except (KeyError, TypeError, AttributeError, InvalidOperation) as problem:
            raise ValueError(f"an entry is no product of AWS's Price List: {problem!r}") from None

    def has(self, terms: Mapping[str, str]) -> bool:
        """Whether every attribute is as `terms` say; `productFamily` is one of them."""
        known = {**self.attributes, "productFamily": self.family}
        return all(known.get(name) == value for name, value in terms.items())


@dataclass(frozen=True)
class Amount:
    """How much of a unit, in a month or in the whole migration: from `least` to `most`."""

    least: Decimal
    most: Decimal
    basis: str
    """How it was reckoned: `2 instances, 730 hours`."""


@dataclass(frozen=True)
class CostLine:
    """One item. `unpriced` says why it has no product, and so no price; without an amount the price stands alone."""

    item: str
    amount: Amount | None = None
    product: Product | None = None
    unpriced: str = ""
    candidates: tuple[str, ...] = ()
    """SKUs that would have fitted, where not exactly one did."""

    @property
    def cost(self) -> tuple[Decimal, Decimal] | None:
        """Least and most in USD; None where it cannot be reckoned."""
        if self.product is None or self.product.usd is None or self.amount is None:
            return None
        return self.product.usd * self.amount.least, self.product.usd * self.amount.most


@dataclass(frozen=True)
class CostReport:
    """`monthly` as long as the target stands, `migration` once. Dates: of AWS's publication beside each product, of the
    question in `asked_at`."""

    region: str
    asked_at: str
    source: str
    days: int
    monthly: tuple[CostLine, ...]
    migration: tuple[CostLine, ...]
