"""A cost report as text and as JSON. Every number stands beside its SKU, unit and date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from migrate.model.json import Json
from migrate.model.price import CostLine, CostReport

HEADINGS = ("item", "amount", "price", "SKU", "published", "USD")


def rows(lines: Iterable[CostLine]) -> Iterator[tuple[str, ...]]:
    for line in lines:
        amount = line.amount.basis if line.amount else ""
        if line.product is None or line.product.usd is None:
            yield line.item, amount, f"not priced: {line.unpriced}", ", ".join(line.candidates), "", ""
            continue
        product = line.product
        price = f"{product.usd.normalize():f} USD/{product.unit}" if product.usd is not None else ""
        yield line.item, amount, price, product.sku, product.published[:10], _money(line.cost) or "amount not given"


def summary(lines: Sequence[CostLine]) -> str:
    """A sum of what has a price, and how much of the bill it is silent about."""
    costs = [line.cost for line in lines if line.cost is not None]
    silent = [line.item for line in lines if line.cost is None]
    least, most = sum((one[0] for one in costs), Decimal(0)), sum((one[1] for one in costs), Decimal(0))
    told = f"{_money((least, most))} USD for {len(costs)} of {len(lines)} items" if costs else "not priced"
    return f"{told}; without {', '.join(silent)}" if silent else told


def document(report: CostReport) -> dict[str, Json]:
    return {
        "region": report.region,
        "source": report.source,
        "asked_at": report.asked_at,
        "days": report.days,
        "monthly": [_line(one) for one in report.monthly],
        "migration": [_line(one) for one in report.migration],
    }


def _line(line: CostLine) -> dict[str, Json]:
    product, amount, cost = line.product, line.amount, line.cost
    return {
        "item": line.item,
        "amount": {"least": str(amount.least), "most": str(amount.most), "basis": amount.basis} if amount else None,
        "price": {
            "sku": product.sku,
            "unit": product.unit,
            "usd": str(product.usd),
            "published": product.published,
            "usagetype": product.attributes.get("usagetype", ""),
        }
        if product
        else None,
        "unpriced": line.unpriced,
        "candidates": list(line.candidates),
        "usd": {"least": f"{cost[0]:.2f}", "most": f"{cost[1]:.2f}"} if cost else None,
    }


def _money(cost: tuple[Decimal, Decimal] | None) -> str:
    if cost is None:
        return ""
    least, most = cost
    return f"{least:,.2f}" if least == most else f"{least:,.2f} to {most:,.2f}"
