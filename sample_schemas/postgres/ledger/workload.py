"""The ledger application. What it reads and says: application.run."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from application.connection import Connection
from application.postgres import PostgresConnection
from application.run import run
from application.sessions import Business
from transactions import Bookkeeper


def accounts(connection: Connection) -> int | None:
    """How many accounts there are; ids run from 1."""
    ((highest,),) = connection.ask("SELECT max(id) FROM ledger.accounts")
    return highest and int(highest)


LEDGER = Business(
    sample="postgres/ledger",
    connect=lambda login: PostgresConnection(login, "ledger"),
    survey=accounts,
    customer=Bookkeeper,
    read="SELECT balance, version FROM ledger.accounts WHERE id = 1",
)

if __name__ == "__main__":
    sys.exit(run(LEDGER))
