"""What the shop's sessions do: order, pay, cancel, change prices, register, review, leave, fill carts.

Each transaction has an id that no other has; it writes one row of the keyless `event_log` under that id, so a judge can
count how often it happened. A session works on orders, products, customers and gift cards of its own only, so their
order is the session's; stock, coupons and the seed's products are everybody's.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from application.work import Statement, Transaction, nothing

ORDERS_KEPT, PRODUCTS_KEPT, CUSTOMERS_KEPT, CARDS_KEPT = 60, 30, 25, 20
INTERESTS = ("", "books", "books,toys", "garden,kitchen", "games")

EVENT = "INSERT INTO event_log (event_id, kind, subject, origin) VALUES (%s, %s, %s, %s)"
ORDER = (
    "INSERT INTO orders (reference, customer_id, coupon_code, flags, discount, total, origin)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
THIS_ORDER = "SET @order_id = last_insert_id()"
ITEM = "(@order_id, %s, %s, %s, %s)"
ITEMS = "INSERT INTO order_items (order_id, line_no, product_id, quantity, unit_price) VALUES {}"
COUPON = "UPDATE coupons SET used = used + 1 WHERE code = %s"
PAYMENT = (
    "INSERT INTO payments (id, order_id, method, amount, origin)"
    " SELECT %s, id, %s, total, %s FROM orders WHERE reference = %s"
)
ORDER_STATUS = "UPDATE orders SET status = %s, flags = %s, version = version + 1 WHERE reference = %s AND version = %s"
CANCEL = "DELETE FROM orders WHERE reference = %s AND version = %s"
DELIVERY = "CALL take_delivery(%s, %s, %s, %s)"
PRODUCT = (
    "INSERT INTO products (sku, category_id, title, description, price, attributes, weight, origin)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
THIS_PRODUCT = "INSERT INTO stock (product_id, warehouse) VALUES (last_insert_id(), 'MAI')"
PRICE = "UPDATE products SET price = %s, attributes = %s, revision = revision + 1 WHERE sku = %s AND revision = %s"
CUSTOMER = "INSERT INTO customers (email, full_name, interests, newsletter, origin) VALUES (%s, %s, %s, %s, %s)"
ADDRESS = (
    "INSERT INTO addresses (customer_id, street, country, postal_code)"
    " SELECT last_insert_id(), %s, country, code FROM postal_codes WHERE code = %s"
)
LEAVE = "DELETE FROM customers WHERE email = %s"
REVIEW = (
    "INSERT INTO reviews (id, product_id, customer_id, rating, body, origin)"
    " SELECT %s, %s, id, %s, %s, %s FROM customers WHERE email = %s"
)
CART = (
    "INSERT INTO carts (id, customer_id, origin) SELECT %s, id, %s FROM customers WHERE email = %s"
    " ON DUPLICATE KEY UPDATE touched_at = current_timestamp"
)
CART_ITEM = (
    "INSERT INTO cart_items (cart_id, product_id, quantity) VALUES (%s, %s, %s)"
    " ON DUPLICATE KEY UPDATE quantity = quantity + %s"
)
CARD = (
    "INSERT INTO `Gift Cards` (`Key`, `Display Name`, `Group`, `rank`, balance, origin) VALUES (%s, %s, %s, %s, %s, %s)"
)
CARD_SPEND = (
    "UPDATE `Gift Cards` SET balance = balance - %s, `rank` = `rank` + 1, version = version + 1"
    " WHERE `Key` = %s AND version = %s"
)


@dataclass(frozen=True)
class Surveyed:
    """The seed: products and customers are numbered from 1."""

    products: int
    customers: int
    coupons: tuple[tuple[str, str], ...]
    """Code and discount."""


@dataclass(frozen=True)
class _Order:
    reference: str
    status: str
    version: int


@dataclass(frozen=True)
class _Product:
    sku: str
    price: str
    revision: int


@dataclass
class _Customer:
    email: str
    cart: str
    quantities: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Card:
    key: str
    balance: Decimal
    version: int


class Shopper:
    """Makes up transactions for one session, the same ones for the same seed and answers; see Customer."""

    def __init__(self, run: str, session: int, seed: int, surveyed: Surveyed) -> None:
        self._run, self._session, self._surveyed = run, session, surveyed
        self._random = random.Random(f"{seed}/{session}")
        self._orders: dict[str, _Order] = {}
        self._products: dict[str, _Product] = {}
        self._customers: dict[str, _Customer] = {}
        self._cards: dict[str, _Card] = {}
        self._made = 0

    def next(self) -> Transaction:
        """The next transaction: 60 % orders, 14 % products, 20 % customers, reviews and carts, 6 % gift cards."""
        dice = self._random.random()
        if dice < 0.60:
            return self._order()
        if dice < 0.74:
            return self._product()
        return self._customer() if dice < 0.94 else self._card()

    def _id(self) -> str:
        # Unique across runs with the same seed, too: a second run against the same database is another application.
        return uuid.uuid4().hex

    def _name(self, what: str) -> str:
        self._made += 1
        return f"{what}-{self._run}-{self._session:02d}-{self._made:05d}"

    def _some_product(self) -> int:
        return self._random.randint(1, self._surveyed.products)

    def _amount(self, most: int = 25000) -> str:
        return f"{self._random.randint(100, most) / 100:.2f}"

    def _transaction(
        self,
        kind: str,
        effects: dict[str, Any],
        *statements: Statement,
        acknowledged: Callable[[], None] = nothing,
        uncertain: Callable[[], None] = nothing,
    ) -> Transaction:
        key, subject = self._id(), str(effects["subject"])
        event = Statement(EVENT, (bytes.fromhex(key), kind, subject, self._run))
        return Transaction(
            id=key,
            kind=kind,
            effects=effects,
            statements=(*statements, event),
            acknowledged=acknowledged,
            uncertain=uncertain,
        )

    # --- orders ------------------------------------------------------------------------------------------------------

    def _order(self) -> Transaction:
        dice = self._random.random()
        if dice < 0.05:
            return self._take_delivery()
        if not self._orders or (dice < 0.60 and len(self._orders) < ORDERS_KEPT):
            return self._place()
        order = self._orders[self._random.choice(list(self._orders))]
        if order.status == "open":
            return self._pay(order) if dice < 0.85 else self._cancel(order)
        return self._ship(order)

    def _place(self) -> Transaction:
        reference, customer = self._id(), self._random.randint(1, self._surveyed.customers)
        # Products in ascending order, and the coupon before all: two sessions never wait for each other in a circle.
        products = sorted({self._some_product() for _ in range(self._random.randint(1, 4))})
        lines = [
            (number, product, self._random.randint(1, 5), self._amount())
            for number, product in enumerate(products, start=1)
        ]
        sum_of_lines = sum((quantity * Decimal(price) for _, _, quantity, price in lines), Decimal())
        coupon, discount = None, "0.00"
        if self._random.random() < 0.3:
            code, discount = self._random.choice(self._surveyed.coupons)
            # Customers type codes as they like: the key's collation does not mind.
            coupon = self._random.choice((code, code.upper(), code.lower()))
        total, flags = str(sum_of_lines - Decimal(discount)), self._random.randrange(256)
        effects = {
            "act": "place",
            "subject": reference,
            "customer": customer,
            "coupon": coupon,
            "discount": discount,
            "total": total,
            "flags": flags,
            "items": [list(line) for line in lines],
        }
        order = _Order(reference, "open", 1)
        return self._transaction(
            "order",
            effects,
            *([Statement(COUPON, (coupon,))] if coupon else []),
            Statement(ORDER, (bytes.fromhex(reference), customer, coupon, flags, discount, total, self._run)),
            Statement(THIS_ORDER, rows=0),
            Statement(ITEMS.format(", ".join([ITEM] * len(lines))), sum(lines, ()), rows=len(lines)),
            acknowledged=lambda: self._orders.update({reference: order}),
        )

    def _pay(self, order: _Order) -> Transaction:
        payment, method, flags = self._id(), self._random.choice(("card", "invoice", "gift card")), 128
        after = _Order(order.reference, "paid", order.version + 1)
        return self._order_transaction(
            after,
            {"act": "pay", "payment": payment, "method": method, "flags": flags},
            Statement(PAYMENT, (bytes.fromhex(payment), method, self._run, bytes.fromhex(order.reference))),
            Statement(ORDER_STATUS, ("paid", flags, bytes.fromhex(order.reference), order.version)),
        )

    def _ship(self, order: _Order) -> Transaction:
        flags = self._random.randrange(256)
        after = _Order(order.reference, "shipped", order.version + 1)
        return self._order_transaction(
            after,
            {"act": "ship", "flags": flags},
            Statement(ORDER_STATUS, ("shipped", flags, bytes.fromhex(order.reference), order.version)),
        )

    def _cancel(self, order: _Order) -> Transaction:
        return self._order_transaction(
            replace(order, status="gone"),
            {"act": "cancel"},
            Statement(CANCEL, (bytes.fromhex(order.reference), order.version)),
        )

    def _order_transaction(self, after: _Order, effects: dict[str, Any], *statements: Statement) -> Transaction:
        def forget() -> None:
            self._orders.pop(after.reference, None)

        done = after.status in ("shipped", "gone")
        return self._transaction(
            "order",
            {**effects, "subject": after.reference, "status": after.status, "version": after.version},
            *statements,
            acknowledged=forget if done else lambda: self._orders.update({after.reference: after}),
            uncertain=forget,
        )

    def _take_delivery(self) -> Transaction:
        delivery, product, quantity = self._id(), self._some_product(), self._random.randint(1, 500)
        return self._transaction(
            "delivery",
            {"subject": delivery, "product": product, "quantity": quantity},
            Statement(DELIVERY, (bytes.fromhex(delivery), product, quantity, self._run), rows=None),
        )

    # --- products ----------------------------------------------------------------------------------------------------

    def _product(self) -> Transaction:
        if not self._products or (self._random.random() < 0.3 and len(self._products) < PRODUCTS_KEPT):
            return self._offer()
        return self._change_price(self._products[self._random.choice(list(self._products))])

    def _offer(self) -> Transaction:
        product = _Product(self._name("Sku"), self._amount(), 1)
        text = self._random.choice(("Ware", "Ware für 😀", "Товар\n\"quoted\" \\ 'single'"))
        category, weight = self._random.randint(1, 60), self._random.randint(1, 8000) / 8
        values = (product.sku, category, text, text * 20, product.price, self._attributes(1), weight, self._run)
        return self._product_transaction(
            product,
            {"act": "offer", "title": text, "category": category},
            Statement(PRODUCT, values),
            Statement(THIS_PRODUCT),
        )

    def _change_price(self, before: _Product) -> Transaction:
        # A price that stays as it is would leave no history.
        price = str(Decimal(before.price) + Decimal(self._random.choice((-1, 1)) * self._random.randint(1, 99)) / 100)
        after = _Product(before.sku, price, before.revision + 1)
        return self._product_transaction(
            after,
            {"act": "price", "old_price": before.price},
            Statement(PRICE, (price, self._attributes(after.revision), before.sku, before.revision)),
        )

    def _attributes(self, revision: int) -> str:
        return json.dumps({"revision": revision, "by": f"session {self._session}", "tags": ["ä", None, 1.5]})

    def _product_transaction(self, after: _Product, effects: dict[str, Any], *statements: Statement) -> Transaction:
        return self._transaction(
            "product",
            {**effects, "subject": after.sku, "price": after.price, "revision": after.revision},
            *statements,
            acknowledged=lambda: self._products.update({after.sku: after}),
            uncertain=lambda: self._forget_product(after.sku),
        )

    def _forget_product(self, sku: str) -> None:
        self._products.pop(sku, None)

    # --- customers ---------------------------------------------------------------------------------------------------

    def _customer(self) -> Transaction:
        dice = self._random.random()
        if not self._customers or (dice < 0.25 and len(self._customers) < CUSTOMERS_KEPT):
            return self._register()
        customer = self._customers[self._random.choice(list(self._customers))]
        if dice < 0.55:
            return self._review(customer)
        return self._fill_cart(customer) if dice < 0.87 else self._leave(customer)

    def _register(self) -> Transaction:
        customer = _Customer(f"{self._name('Shopper')}@Example.org", self._id())
        name, interests = f"Łucja {self._made}", self._random.choice(INTERESTS)
        street, code = f"Straße {self._random.randint(1, 99)}", f"{self._random.randint(1, 1000):05d}"
        newsletter = self._random.randrange(2)
        return self._customer_transaction(
            customer,
            "customer",
            {"act": "register", "name": name, "interests": interests, "street": street, "code": code},
            Statement(CUSTOMER, (customer.email, name, interests, newsletter, self._run)),
            Statement(ADDRESS, (street, code)),
            acknowledged=lambda: self._customers.update({customer.email: customer}),
        )

    def _review(self, customer: _Customer) -> Transaction:
        review, product, rating = self._id(), self._some_product(), self._random.randint(1, 5)
        body = self._random.choice(("très bien", "ordentlich ≠ schön", "よい 👍", 'O\'Neil said "no" \\'))
        values = (bytes.fromhex(review), product, rating, body, self._run, customer.email)
        return self._customer_transaction(
            customer,
            "review",
            {"review": review, "product": product, "rating": rating, "body": body},
            Statement(REVIEW, values),
        )

    def _fill_cart(self, customer: _Customer) -> Transaction:
        known = self._random.random() < 0.5 and bool(customer.quantities)
        product = self._random.choice(list(customer.quantities)) if known else self._some_product()
        more, before = self._random.randint(1, 9), customer.quantities.get(product, 0)
        cart = bytes.fromhex(customer.cart)
        return self._customer_transaction(
            customer,
            "cart",
            {"cart": customer.cart, "product": product, "quantity": before + more},
            # An upsert counts 1 for a new row, 2 for a changed one, 0 for one that is as it was.
            Statement(CART, (cart, self._run, customer.email), rows=None),
            Statement(CART_ITEM, (cart, product, more, more), rows=2 if before else 1),
            acknowledged=lambda: customer.quantities.update({product: before + more}),
        )

    def _leave(self, customer: _Customer) -> Transaction:
        return self._customer_transaction(
            customer,
            "customer",
            {"act": "leave"},
            Statement(LEAVE, (customer.email,)),
            acknowledged=lambda: self._forget_customer(customer.email),
        )

    def _customer_transaction(
        self,
        customer: _Customer,
        kind: str,
        effects: dict[str, Any],
        *statements: Statement,
        acknowledged: Callable[[], None] = nothing,
    ) -> Transaction:
        return self._transaction(
            kind,
            {**effects, "subject": customer.email},
            *statements,
            acknowledged=acknowledged,
            uncertain=lambda: self._forget_customer(customer.email),
        )

    def _forget_customer(self, email: str) -> None:
        self._customers.pop(email, None)

    # --- gift cards --------------------------------------------------------------------------------------------------

    def _card(self) -> Transaction:
        if not self._cards or (self._random.random() < 0.4 and len(self._cards) < CARDS_KEPT):
            card = _Card(self._name("GC"), Decimal(100), 1)
            group = self._random.choice(("none", "birthday", "wedding"))
            values = (card.key, f'Für {group} "{self._made}"', group, 0, str(card.balance), self._run)
            return self._card_transaction(card, Statement(CARD, values))
        before = self._cards[self._random.choice(list(self._cards))]
        spent = Decimal(self._random.randint(1, 200)) / 100
        after = _Card(before.key, before.balance - spent, before.version + 1)
        return self._card_transaction(after, Statement(CARD_SPEND, (str(spent), before.key, before.version)))

    def _card_transaction(self, after: _Card, statement: Statement) -> Transaction:
        def forget() -> None:
            self._cards.pop(after.key, None)

        return self._transaction(
            "gift card",
            {"subject": after.key, "balance": f"{after.balance:.2f}", "version": after.version},
            statement,
            # A card that is spent up, or used often, stays as it is.
            acknowledged=lambda: (
                self._cards.update({after.key: after}) if after.balance > 2 and after.version < 100 else forget()
            ),
            uncertain=forget,
        )
