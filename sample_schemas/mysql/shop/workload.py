"""The shop application. What it reads and says: application.run."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from application.connection import Connection
from application.mysql import MySqlConnection
from application.run import run
from application.sessions import Business
from transactions import Shopper, Surveyed


def survey(connection: Connection) -> Surveyed | None:
    """How large the seed is. None while it is not loaded."""
    ((products,),) = connection.ask("SELECT count(*) FROM products WHERE origin = 'seed'")
    ((customers,),) = connection.ask("SELECT count(*) FROM customers WHERE origin = 'seed'")
    coupons = connection.ask("SELECT code, discount FROM coupons ORDER BY code")
    if not (products and customers and coupons):
        return None
    return Surveyed(products, customers, tuple((code, str(discount)) for code, discount in coupons))


SHOP = Business(
    sample="mysql/shop",
    connect=MySqlConnection,
    survey=survey,
    customer=Shopper,
    read="SELECT price, revision FROM products WHERE id = 1",
)

if __name__ == "__main__":
    sys.exit(run(SHOP))
