"""Sabotage of the shop: take, double or change one thing that was acknowledged, and the judge must say so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrate.sandbox.servers.mysql import MySqlServer
from tests.samples.staged import SHOP

pytestmark = [pytest.mark.server, pytest.mark.slow]

OWN = "origin <> 'seed'"
PLACED = "SET @placed = (SELECT max(id) FROM orders WHERE origin <> 'seed' AND status = 'open' AND coupon_code IS NULL)"

SABOTAGE: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "an event is gone": (
        (f"DELETE FROM event_log WHERE {OWN} ORDER BY event_id LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "an event is there twice": (
        (f"INSERT INTO event_log SELECT * FROM event_log WHERE {OWN} LIMIT 1",),
        {"lost": 0, "duplicated": 1, "contradictions_total": 1},
    ),
    # Order, its items, the stock of each item.
    "an order is gone, its items stay": (
        (PLACED, "DROP TRIGGER orders_give_back", "DELETE FROM orders WHERE id = @placed"),
        {"lost": 1, "duplicated": 0, "contradictions_total": 3},
    ),
    "an order is gone, without a trace in the stock": (
        (PLACED, "DELETE FROM order_items WHERE order_id = @placed", "DELETE FROM orders WHERE id = @placed"),
        {"lost": 1, "duplicated": 0},
    ),
    "an item is gone": (
        (PLACED, "DELETE FROM order_items WHERE order_id = @placed AND line_no = 1"),
        {"lost": 1, "duplicated": 0, "contradictions_total": 3},
    ),
    "an orphaned item": (
        ("INSERT INTO order_items (order_id, line_no, product_id, quantity, unit_price) VALUES (4000000, 1, 1, 1, 1)",),
        {"lost": 0, "duplicated": 0, "contradictions_total": 1},
    ),
    "a trigger that fired on the fed side: stock taken twice": (
        ("UPDATE stock SET on_hand = on_hand - 1 WHERE product_id = 7 AND warehouse = 'MAI'",),
        {"lost": 0, "duplicated": 0, "contradictions_total": 1},
    ),
    "a trigger that fired on the fed side: history written twice": (
        (
            "INSERT INTO price_history (product_id, revision, old_price, new_price, changed_at)"
            " SELECT product_id, price_history.revision, old_price, new_price, changed_at FROM price_history"
            f" JOIN products ON products.id = product_id WHERE {OWN} LIMIT 1",
        ),
        {"lost": 0, "duplicated": 1, "contradictions_total": 2},
    ),
    "a payment is gone": (
        (f"DELETE FROM payments WHERE {OWN} ORDER BY id LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "a payment of another amount": (
        (f"UPDATE payments SET amount = amount + 1 WHERE {OWN} ORDER BY id LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 2},
    ),
    "an update of an order is gone": (
        (f"UPDATE orders SET version = version - 1 WHERE {OWN} AND version > 1 ORDER BY id LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "a bit of an order's flags is gone": (
        (f"UPDATE orders SET flags = flags ^ 128 WHERE {OWN} ORDER BY id LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "a delivery is gone": (
        (f"DELETE FROM deliveries WHERE {OWN} ORDER BY id LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 2},
    ),
    "a change of a price is gone": (
        (f"UPDATE products SET revision = revision - 1 WHERE {OWN} AND revision > 1 LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 2},
    ),
    "a zero date became another": (
        (f"UPDATE products SET discontinued_on = '1970-01-01' WHERE {OWN} LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "a title lost its characters": (
        (f"UPDATE products SET title = 'Ware f?r ?' WHERE {OWN} AND title LIKE '%für%' LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "interests are gone": (
        (f"UPDATE customers SET interests = '' WHERE {OWN} AND interests <> '' LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "an address is gone": (
        (
            "DELETE FROM addresses WHERE customer_id ="
            f" (SELECT max(customer_id) FROM reviews WHERE {OWN} AND customer_id IS NOT NULL)",
        ),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "the author of a review is gone": (
        (f"UPDATE reviews SET customer_id = NULL WHERE {OWN} AND customer_id IS NOT NULL LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "a review names a customer who left": (
        (f"UPDATE reviews SET customer_id = 4000000 WHERE {OWN} AND customer_id IS NULL LIMIT 1",),
        {"lost": 0, "duplicated": 0, "contradictions_total": 1},
    ),
    "a cart item is less": (
        (
            "UPDATE cart_items SET quantity = quantity - 1"
            f" WHERE quantity > 1 AND cart_id IN (SELECT id FROM carts WHERE {OWN}) LIMIT 1",
        ),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "a gift card is there no more": (
        (f"DELETE FROM `Gift Cards` WHERE {OWN} LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "a coupon counts one more": (
        ("UPDATE coupons SET used = used + 1 WHERE code = 'spring-004'",),
        {"lost": 0, "duplicated": 0, "contradictions_total": 1},
    ),
    "a write that the application never made": (
        (
            "INSERT INTO event_log (event_id, kind, subject, origin)"
            " SELECT 'x', 'order', 'x', min(origin) FROM event_log",
        ),
        {"lost": 0, "duplicated": 0, "contradictions_total": 1},
    ),
}


@pytest.fixture
def finished(
    mysql_server: MySqlServer,
    make_sample: Callable[..., Any],
    run_workload: Callable[..., Any],
    secrets_stand_in: Any,
) -> tuple[Any, Path]:
    """A shop after a calm run, and the run's ledger."""
    sample = make_sample(mysql_server, 0.01, SHOP)
    secrets_stand_in.point_to(sample)
    workload = run_workload(SHOP, sessions=2, rate=400)
    workload.acknowledge(500)
    assert workload.stop() == 0
    return sample, workload.ledger


@pytest.mark.parametrize(("statements", "expected"), SABOTAGE.values(), ids=SABOTAGE.keys())
def test_sabotage_is_seen(finished: tuple[Any, Path], statements: tuple[str, ...], expected: dict[str, Any]) -> None:
    sample, ledger = finished
    assert sample.judge(ledger)["verdict"] == "kept"
    assert sample.execute(*statements) >= 1
    verdict = sample.judge(ledger)
    assert verdict["verdict"] == "broken"
    assert {key: verdict[key] for key in expected} == expected, verdict["contradictions"]


def test_a_cancelled_order_that_came_back_is_a_lost_delete(finished: tuple[Any, Path]) -> None:
    sample, ledger = finished
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    cancelled = next(line for line in lines if line.get("effects", {}).get("act") == "cancel")
    reference = cancelled["effects"]["subject"]
    sample.execute(
        "INSERT INTO orders (reference, customer_id, total, origin)"
        f" SELECT unhex('{reference}'), 1, 0, origin FROM event_log WHERE event_id = unhex('{cancelled['id']}')"
    )
    verdict = sample.judge(ledger)
    assert verdict["lost"] == 1
    assert [one["transaction"] for one in verdict["contradictions"]] == [cancelled["id"]]
    assert "deleted and is there" in verdict["contradictions"][0]["problem"]


def test_items_that_stay_behind_their_cancelled_order_are_orphans(finished: tuple[Any, Path]) -> None:
    """What a cascade that did not happen on the fed side leaves."""
    sample, ledger = finished
    sample.execute(
        "DROP TRIGGER order_items_take_stock",
        "INSERT INTO order_items (order_id, line_no, product_id, quantity, unit_price)"
        " SELECT max(id) + 1, 1, 1, 2, 1 FROM orders",
        "UPDATE stock SET on_hand = on_hand - 2 WHERE product_id = 1 AND warehouse = 'MAI'",
    )
    verdict = sample.judge(ledger)
    assert verdict["verdict"] == "broken"
    assert [one["expected"] for one in verdict["contradictions"]] == ["a row of orders"]


def test_an_indeterminate_one_may_be_there_or_not_but_never_in_part(finished: tuple[Any, Path]) -> None:
    sample, ledger = finished
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    begun = {line["id"]: line for line in lines if line["state"] == "begun"}
    answers = [line for line in lines if line["state"] == "acknowledged"]
    last = [line for line in answers if begun[line["id"]]["kind"] == "delivery"][-1]
    ledger.write_text("".join(json.dumps(line) + "\n" for line in lines if line is not last))
    verdict = sample.judge(ledger)
    assert (verdict["verdict"], verdict["indeterminate"], verdict["indeterminate_present"]) == ("kept", 1, 1)
    effects = begun[last["id"]]["effects"]
    sample.execute(
        f"DELETE FROM deliveries WHERE id = unhex('{effects['subject']}')",
        f"UPDATE stock SET received = received - {effects['quantity']}, on_hand = on_hand - {effects['quantity']}"
        f" WHERE product_id = {effects['product']} AND warehouse = 'MAI'",
    )
    half = sample.judge(ledger)
    assert (half["verdict"], half["lost"]) == ("broken", 0)
    sample.execute(f"DELETE FROM event_log WHERE event_id = unhex('{last['id']}')")
    verdict = sample.judge(ledger)
    assert (verdict["verdict"], verdict["indeterminate_present"]) == ("kept", 0)
