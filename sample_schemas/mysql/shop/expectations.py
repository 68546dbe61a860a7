"""What the shop's transactions leave behind, and what holds for its database as a whole."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from decimal import Decimal

from judging.ledger import Transaction
from judging.verdict import Judge, Snapshot

EVENTS = "SELECT lower(hex(event_id)), count(*) FROM event_log WHERE origin IN %s GROUP BY event_id"
ORDERS = (
    "SELECT lower(hex(reference)), customer_id, coupon_code, status, flags + 0, discount, total, version"
    " FROM orders WHERE origin IN %s"
)
ITEMS = (
    "SELECT lower(hex(reference)), line_no, product_id, quantity, unit_price, line_total FROM order_items"
    " JOIN orders ON orders.id = order_id WHERE origin IN %s ORDER BY order_id, line_no"
)
PAYMENTS = (
    "SELECT lower(hex(payments.id)), lower(hex(reference)), method, amount FROM payments"
    " JOIN orders ON orders.id = order_id WHERE payments.origin IN %s"
)
DELIVERIES = "SELECT lower(hex(id)), product_id, warehouse, quantity FROM deliveries WHERE origin IN %s"
PRODUCTS = (
    "SELECT sku, category_id, title, price, revision, json_unquote(json_extract(attributes, '$.revision')),"
    " cast(discontinued_on AS char) FROM products WHERE origin IN %s"
)
PRICES = (
    "SELECT sku, price_history.revision, old_price, new_price FROM price_history"
    " JOIN products ON products.id = product_id WHERE origin IN %s"
)
CUSTOMERS = (
    "SELECT email, full_name, interests, group_concat(concat(street, ' ', postal_code) SEPARATOR '|') FROM customers"
    " LEFT JOIN addresses ON customer_id = customers.id WHERE origin IN %s GROUP BY customers.id"
)
REVIEWS = (
    "SELECT lower(hex(reviews.id)), product_id, rating, body, email FROM reviews"
    " LEFT JOIN customers ON customers.id = customer_id WHERE reviews.origin IN %s"
)
CART_ITEMS = (
    "SELECT lower(hex(carts.id)), product_id, quantity FROM cart_items"
    " JOIN carts ON carts.id = cart_id WHERE origin IN %s"
)
CARDS = "SELECT `Key`, balance, version, `rank` FROM `Gift Cards` WHERE origin IN %s"

WRONG_STOCK = """
SELECT concat('stock of product ', stock.product_id), concat(stock.received - coalesce(taken.quantity, 0), ' on hand'),
       concat(stock.on_hand, ' on hand')
FROM stock
LEFT JOIN (SELECT product_id, sum(quantity) AS quantity FROM order_items GROUP BY product_id) AS taken
     ON taken.product_id = stock.product_id AND stock.warehouse = 'MAI'
WHERE stock.on_hand <> stock.received - coalesce(taken.quantity, 0)
"""
WRONG_DELIVERIES = """
SELECT concat('stock of product ', stock.product_id), concat(coalesce(arrived.quantity, 0), ' received'),
       concat(stock.received, ' received')
FROM stock
LEFT JOIN (SELECT product_id, warehouse, sum(quantity) AS quantity FROM deliveries GROUP BY product_id, warehouse)
     AS arrived ON arrived.product_id = stock.product_id AND arrived.warehouse = stock.warehouse
WHERE stock.received <> coalesce(arrived.quantity, 0)
"""
WRONG_TOTALS = """
SELECT concat('order ', orders.id), concat('total ', coalesce(items.total, 0) - orders.discount),
       concat('total ', orders.total)
FROM orders
LEFT JOIN (SELECT order_id, sum(line_total) AS total FROM order_items GROUP BY order_id) AS items
     ON items.order_id = orders.id
WHERE orders.total <> coalesce(items.total, 0) - orders.discount
"""
WRONG_COUPONS = """
SELECT concat('coupon ', coupons.code), concat('used ', coalesce(orders.times, 0)), concat('used ', coupons.used)
FROM coupons
LEFT JOIN (SELECT coupon_code, count(*) AS times FROM orders GROUP BY coupon_code) AS orders
     ON orders.coupon_code = coupons.code
WHERE coupons.used <> coalesce(orders.times, 0)
"""
WRONG_HISTORY = """
SELECT concat('product ', products.sku), concat(products.revision - 1, ' price changes'),
       concat(coalesce(history.times, 0), ' price changes')
FROM products
LEFT JOIN (SELECT product_id, count(*) AS times FROM price_history GROUP BY product_id) AS history
     ON history.product_id = products.id
WHERE products.revision - 1 <> coalesce(history.times, 0)
"""


def _orphans(child: str, column: str, parent: str, key: str = "id") -> str:
    return f"""
SELECT concat('{child} with {column} ', CASE WHEN count(*) > 1 THEN '(several)' ELSE max(hex(child.{column})) END),
       'a row of {parent}', concat(count(*), ' without')
FROM {child} AS child LEFT JOIN {parent} AS parent ON parent.{key} = child.{column}
WHERE child.{column} IS NOT NULL AND parent.{key} IS NULL HAVING count(*) > 0
"""


BROKEN = (
    WRONG_STOCK,
    WRONG_DELIVERIES,
    WRONG_TOTALS,
    WRONG_COUPONS,
    WRONG_HISTORY,
    _orphans("order_items", "order_id", "orders"),
    _orphans("order_items", "product_id", "products"),
    _orphans("payments", "order_id", "orders"),
    _orphans("orders", "customer_id", "customers"),
    _orphans("orders", "coupon_code", "coupons", "code"),
    _orphans("addresses", "customer_id", "customers"),
    _orphans("reviews", "customer_id", "customers"),
    _orphans("reviews", "product_id", "products"),
    _orphans("carts", "customer_id", "customers"),
    _orphans("cart_items", "cart_id", "carts"),
    _orphans("price_history", "product_id", "products"),
)


def examine(judge: Judge, snapshot: Snapshot) -> None:
    judge.latest("order", _expected_orders(judge), _found_orders(snapshot))
    judge.latest("items of order", _expected_items(judge), _found_items(snapshot))
    judge.once("payment", _expected_payments(judge), _found_payments(snapshot))
    judge.once("delivery", _expected_deliveries(judge), ((row[0], row) for row in snapshot.of_runs(DELIVERIES)))
    judge.latest("product", _expected_products(judge), _found_products(snapshot))
    judge.once("price", _expected_prices(judge), _found_prices(snapshot))
    judge.latest("customer", _expected_customers(judge), ((row[0], row[1:]) for row in snapshot.of_runs(CUSTOMERS)))
    judge.latest("review", _expected_reviews(judge), ((row[0], row[1:]) for row in snapshot.of_runs(REVIEWS)))
    judge.latest("cart item", _expected_cart_items(judge), _found_cart_items(snapshot))
    judge.latest("gift card", _expected_cards(judge), ((row[0], row[1:]) for row in snapshot.of_runs(CARDS)))


def _expected_orders(judge: Judge) -> Iterator[tuple[str, Hashable | None, Transaction]]:
    placed: dict[str, tuple[Hashable, ...]] = {}
    for work in judge.of("order"):
        effects, key = work.effects, work.effects["subject"]
        if effects["act"] == "place":
            placed[key] = (
                Decimal(effects["discount"]),
                Decimal(effects["total"]),
                effects["customer"],
                effects["coupon"],
            )
            discount, total, customer, coupon = placed[key]
            yield key, (customer, coupon, "open", effects["flags"], discount, total, 1), work
        elif effects["act"] == "cancel":
            yield key, None, work
        else:
            discount, total, customer, coupon = placed.get(key, (None, None, None, None))
            state = (customer, coupon, effects["status"], effects["flags"], discount, total, effects["version"])
            yield key, state, work


def _found_orders(snapshot: Snapshot) -> Iterator[tuple[str, Hashable]]:
    for key, customer, coupon, status, flags, discount, total, version in snapshot.of_runs(ORDERS):
        yield key, (customer, coupon, status, int(flags), discount, total, version)


def _expected_items(judge: Judge) -> Iterator[tuple[str, Hashable | None, Transaction]]:
    for work in judge.of("order"):
        effects = work.effects
        if effects["act"] == "place":
            lines = (
                (line, product, quantity, Decimal(price), quantity * Decimal(price))
                for line, product, quantity, price in effects["items"]
            )
            yield effects["subject"], tuple(lines), work
        elif effects["act"] == "cancel":
            yield effects["subject"], None, work


def _found_items(snapshot: Snapshot) -> Iterator[tuple[str, Hashable]]:
    lines: dict[str, list[Hashable]] = {}
    for key, *line in snapshot.of_runs(ITEMS):
        lines.setdefault(key, []).append(tuple(line))
    for key, found in lines.items():
        yield key, tuple(found)


def _expected_payments(judge: Judge) -> Iterator[tuple[Hashable, Transaction]]:
    totals: dict[str, Decimal] = {}
    for work in judge.of("order"):
        effects, key = work.effects, work.effects["subject"]
        if effects["act"] == "place":
            totals[key] = Decimal(effects["total"])
        elif effects["act"] == "pay":
            yield (effects["payment"], key, effects["method"], totals.get(key)), work


def _found_payments(snapshot: Snapshot) -> Iterator[tuple[str, Hashable]]:
    for payment, order, method, amount in snapshot.of_runs(PAYMENTS):
        yield payment, (payment, order, method, amount)


def _expected_deliveries(judge: Judge) -> Iterator[tuple[Hashable, Transaction]]:
    for work in judge.of("delivery"):
        yield (work.effects["subject"], work.effects["product"], "MAI", work.effects["quantity"]), work


def _expected_products(judge: Judge) -> Iterator[tuple[str, Hashable | None, Transaction]]:
    offered: dict[str, tuple[int, str]] = {}
    for work in judge.of("product"):
        effects, key = work.effects, work.effects["subject"]
        if effects["act"] == "offer":
            offered[key] = (effects["category"], effects["title"])
        revision = effects["revision"]
        state = (*offered.get(key, (None, None)), Decimal(effects["price"]), revision, str(revision), "0000-00-00")
        yield key, state, work


def _found_products(snapshot: Snapshot) -> Iterator[tuple[str, Hashable]]:
    for key, *state in snapshot.of_runs(PRODUCTS):
        yield key, tuple(state)


def _expected_prices(judge: Judge) -> Iterator[tuple[Hashable, Transaction]]:
    for work in judge.of("product"):
        effects = work.effects
        if effects["act"] == "price":
            old, new = Decimal(effects["old_price"]), Decimal(effects["price"])
            yield (effects["subject"], effects["revision"], old, new), work


def _found_prices(snapshot: Snapshot) -> Iterator[tuple[str, Hashable]]:
    for sku, *change in snapshot.of_runs(PRICES):
        yield f"{sku} revision {change[0]}", (sku, *change)


def _expected_customers(judge: Judge) -> Iterator[tuple[str, Hashable | None, Transaction]]:
    for work in judge.of("customer"):
        effects = work.effects
        if effects["act"] == "leave":
            yield effects["subject"], None, work
        else:
            address = f"{effects['street']} {effects['code']}"
            yield effects["subject"], (effects["name"], effects["interests"], address), work


def _expected_reviews(judge: Judge) -> Iterator[tuple[str, Hashable | None, Transaction]]:
    """Reviews of a customer who left are nobody's."""
    written: dict[str, list[tuple[str, tuple[int, int, str]]]] = {}
    for work in judge.of("review", "customer"):
        effects, email = work.effects, work.effects["subject"]
        if work.kind == "review":
            review = (effects["product"], effects["rating"], effects["body"])
            written.setdefault(email, []).append((effects["review"], review))
            yield effects["review"], (*review, email), work
        elif effects["act"] == "leave":
            for key, review in written.pop(email, []):
                yield key, (*review, None), work


def _expected_cart_items(judge: Judge) -> Iterator[tuple[str, Hashable | None, Transaction]]:
    """Carts of a customer who left are gone, with their items."""
    filled: dict[str, set[str]] = {}
    for work in judge.of("cart", "customer"):
        effects, email = work.effects, work.effects["subject"]
        if work.kind == "cart":
            key = f"{effects['cart']} of product {effects['product']}"
            filled.setdefault(email, set()).add(key)
            yield key, effects["quantity"], work
        elif effects["act"] == "leave":
            for key in filled.pop(email, set()):
                yield key, None, work


def _found_cart_items(snapshot: Snapshot) -> Iterator[tuple[str, Hashable]]:
    for cart, product, quantity in snapshot.of_runs(CART_ITEMS):
        yield f"{cart} of product {product}", quantity


def _expected_cards(judge: Judge) -> Iterator[tuple[str, Hashable | None, Transaction]]:
    for work in judge.of("gift card"):
        version = work.effects["version"]
        yield work.effects["subject"], (Decimal(work.effects["balance"]), version, version - 1), work
