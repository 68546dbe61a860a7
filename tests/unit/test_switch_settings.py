"""[switch] names one thing, and what belongs to it alone."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from migrate.switch_section import SwitchSection


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({"command": ("./switch", "--fleet", "shop"), "seconds": 5}, "traffic (command ./switch)"),
        ({"parameter": "/shop/db", "value": "{host}:{port}"}, "parameter /shop/db"),
        ({"record": "db.shop.internal", "zone": "Z0123456789", "ttl_seconds": 5}, "record db.shop.internal"),
    ],
)
def test_what_is_switched_is_named(keys: dict[str, Any], what: str) -> None:
    assert SwitchSection(**keys).what == what


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"seconds": 5},
        {"command": ("./switch",), "parameter": "/shop/db"},
        {"command": ("./switch",), "value": "{host}"},
        {"parameter": "/shop/db", "seconds": 5},
        {"parameter": "/shop/db", "value": "aurora"},
        {"parameter": "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/db"},
        {"parameter": "shop/db"},
        {"record": "db.shop.internal"},
        {"record": "db.shop.internal", "zone": "Z0123456789", "value": "{host}"},
        {"record": "db.shop.internal", "zone": "Z0123456789", "ttl_seconds": 300},
    ],
)
def test_what_would_not_switch_is_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SwitchSection(**keys)


def test_a_value_is_filled_with_the_side_it_stands_for() -> None:
    section = SwitchSection(parameter="/shop/db", value='{"url": "postgresql://{host}:{port}/{database}"}')
    assert section.filled("new", 5433, "shop") == '{"url": "postgresql://new:5433/shop"}'
