"""The Price List API. It answers in few regions, for all of them, and only for on-demand list prices."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from migrate.aws.errors import aws_errors
from migrate.aws.session import AwsSession
from migrate.clock import Clock
from migrate.errors import AwsError
from migrate.model.price import Product

REGION = "us-east-1"


class PriceList:
    """Implements ports.prices.Prices. `session` must be of REGION. Keeps what AWS answered, to be saved."""

    source = "AWS Price List API"

    def __init__(self, session: AwsSession, clock: Clock) -> None:
        self._client = session.client("pricing")
        self.asked_at = clock.now().isoformat(timespec="seconds")
        self.answered: list[dict[str, Any]] = []

    def products(self, service: str, terms: Mapping[str, str]) -> Sequence[Product]:
        filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in terms.items()]
        with aws_errors(f"ask for prices of {service}"):
            pages = self._client.get_paginator("get_products").paginate(
                ServiceCode=service, Filters=filters, FormatVersion="aws_v1"
            )
            rows = [json.loads(text) for page in pages for text in page["PriceList"]]
        self.answered += [row for row in rows if row not in self.answered]
        try:
            return [Product.read(row) for row in rows]
        except ValueError as problem:
            raise AwsError(
                f"the Price List of {service} cannot be read: {problem}",
                code="AWS-PRICE-FORM",
                hint="Nothing is priced from it.",
            ) from None
