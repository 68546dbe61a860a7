"""Prices from a file of the Price List's shape: an operator's own, or one saved by `provision cost --save`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from migrate.errors import UsageError
from migrate.model.price import Product


class SavedPrices:
    """Implements ports.prices.Prices over `{"queried_at": …, "PriceList": [product or JSON text of one, …]}`."""

    def __init__(self, source: str, asked_at: str, products: Sequence[Product]) -> None:
        self.source, self.asked_at, self._products = source, asked_at, products

    def products(self, service: str, terms: Mapping[str, str]) -> Sequence[Product]:
        return [one for one in self._products if one.service in ("", service) and one.has(terms)]


def read(path: Path) -> SavedPrices:
    """Raises UsageError PRV-050 for a file that cannot be read, PRV-051 for one of another shape."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"{path} cannot be read: {problem}", code="PRV-050", hint="Check the path and its rights."
        ) from None
    except json.JSONDecodeError as problem:
        raise UsageError(f"{path} is not JSON: {problem}", code="PRV-051", hint=_SHAPE) from None
    try:
        rows: list[Any] = document["PriceList"]
        products = [Product.read(json.loads(row) if isinstance(row, str) else row) for row in rows]
        asked_at = str(document.get("queried_at") or "a time that the file does not tell")
    except (KeyError, TypeError, ValueError) as problem:
        raise UsageError(f"{path} is no saved price list: {problem}", code="PRV-051", hint=_SHAPE) from None
    return SavedPrices(str(path), asked_at, products)


def save(path: Path, asked_at: str, answered: Sequence[Mapping[str, Any]]) -> None:
    path.write_text(json.dumps({"queried_at": asked_at, "PriceList": list(answered)}, indent=1), encoding="utf-8")


_SHAPE = (
    'It takes {"queried_at": …, "PriceList": […]} as `aws pricing get-products` answers, or as `provision cost --save` '
    "writes it."
)
