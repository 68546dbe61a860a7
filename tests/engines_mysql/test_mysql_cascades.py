"""What a foreign key changed by itself is not in the log: the rows that refer to a changed parent are named instead."""

from __future__ import annotations

from typing import Any

import pytest

from checks.facts import TableName

pytestmark = pytest.mark.server

TABLES = ("customers", "orders", "items", "reviews")


@pytest.fixture
def shop(source: Any) -> Any:
    """Orders go with their customer, items with their order; reviews lose theirs; customers may be renumbered."""
    source.run(
        "CREATE TABLE customers (id int PRIMARY KEY, referrer int,"
        " FOREIGN KEY (referrer) REFERENCES customers (id) ON DELETE SET NULL)",
        "CREATE TABLE orders (id int PRIMARY KEY, customer int,"
        " FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE ON UPDATE CASCADE)",
        "CREATE TABLE items (id int PRIMARY KEY, `order` int, FOREIGN KEY (`order`) REFERENCES orders (id)"
        " ON DELETE CASCADE)",
        "CREATE TABLE reviews (id int PRIMARY KEY, customer int,"
        " FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE SET NULL)",
        "INSERT INTO customers VALUES (1, NULL), (2, 1), (3, NULL)",
        "INSERT INTO orders VALUES (10, 1), (20, 2), (30, 3)",
        "INSERT INTO items VALUES (100, 10), (200, 20), (300, 30)",
        "INSERT INTO reviews VALUES (1000, 1), (2000, 2)",
    )
    source.database.log.create_slot("proof")
    return source


def touched(side: Any) -> dict[str, Any]:
    found = side.database.log.changes("proof", [TableName(side.name, table) for table in TABLES]).keys
    return {table.name: keys for table, keys in found.items()}


def test_children_that_went_with_their_parent_leave_no_row_to_name(shop: Any) -> None:
    shop.run("DELETE FROM orders WHERE id = 10")
    assert touched(shop) == {"orders": {("10",)}}
    assert shop.run("SELECT id FROM items ORDER BY id") == [(200,), (300,)]


def test_a_child_that_the_key_did_not_take_along_is_named(shop: Any) -> None:
    """As on a side where the feed ran without checks: the row must be compared, and would be found nowhere else."""
    shop.run("SET SESSION foreign_key_checks = 0", "DELETE FROM orders WHERE id IN (10, 20)")
    assert touched(shop) == {"orders": {("10",), ("20",)}, "items": {("100",), ("200",)}}


def test_what_goes_with_a_child_goes_as_far_as_the_child(shop: Any) -> None:
    """Orders of the customer are gone, and their items with them: the server does all of it or nothing."""
    shop.run("DELETE FROM customers WHERE id = 3")
    assert touched(shop) == {"customers": {("3",)}}
    assert shop.run("SELECT id FROM items ORDER BY id") == [(100,), (200,)]


def test_a_child_that_still_refers_to_a_deleted_parent_is_named(shop: Any) -> None:
    shop.run("SET SESSION foreign_key_checks = 0", "DELETE FROM customers WHERE id = 1")
    found = touched(shop)
    assert found["customers"] == {("1",), ("2",)}
    assert found["orders"] == {("10",)}
    assert found["reviews"] == {("1000",)}


def test_children_of_a_renumbered_parent_are_named_by_either_number(shop: Any) -> None:
    shop.run("DELETE FROM reviews", "UPDATE customers SET id = 33 WHERE id = 3")
    found = touched(shop)
    assert found["customers"] == {("3",), ("33",)}
    assert found["orders"] == {("30",)}


def test_an_update_that_leaves_the_key_alone_concerns_no_child(shop: Any) -> None:
    shop.run("UPDATE customers SET referrer = NULL WHERE id = 2")
    assert touched(shop) == {"customers": {("2",)}}


def test_a_parent_that_is_altered_later_has_all_its_children_compared(shop: Any) -> None:
    """The image that was logged has its columns elsewhere than the catalog of now."""
    shop.run("SET SESSION foreign_key_checks = 0", "DELETE FROM customers WHERE id = 3")
    shop.run("ALTER TABLE customers ADD tenant int NOT NULL DEFAULT 1 FIRST")
    assert touched(shop) == {"customers": None, "orders": None, "reviews": None}


def test_keys_that_only_forbid_concern_no_child(source: Any) -> None:
    source.run(
        "CREATE TABLE customers (id int PRIMARY KEY)",
        "CREATE TABLE orders (id int PRIMARY KEY, customer int, FOREIGN KEY (customer) REFERENCES customers (id))",
        "INSERT INTO customers VALUES (1), (2)",
        "INSERT INTO orders VALUES (10, 1)",
    )
    source.database.log.create_slot("proof")
    source.run("SET SESSION foreign_key_checks = 0", "DELETE FROM customers WHERE id = 1")
    tables = [TableName(source.name, table) for table in ("customers", "orders")]
    assert source.database.log.changes("proof", tables).keys == {tables[0]: {("1",)}}
