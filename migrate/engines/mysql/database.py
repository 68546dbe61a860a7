"""One side of a migration in the MySQL family, composed of its parts."""

from __future__ import annotations

from migrate.engines.mysql.connection import Connections
from migrate.model.database import Address, Credentials, Side


class MySqlDatabase:
    """Implements ports.database.Database for MySQL, MariaDB and Aurora MySQL. Thread-safe; connects when first used."""

    def __init__(self, address: Address, credentials: Credentials, side: Side) -> None:
        self._connections = Connections(address, credentials, side)
        self.side = side

    def __repr__(self) -> str:
        return f"MySqlDatabase({self._connections.where})"

    def close(self) -> None:
        self._connections.close()
