"""What is known of each table since the last clean pass, kept in the state database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from checks.facts import TableName
from migrate.model.witnessed import Witnessed
from migrate.state import tables
from migrate.state.instants import text_of
from migrate.state.lease import Lease, confirm

if TYPE_CHECKING:
    from migrate.state.store import Store

_ROW = tables.witnessed.c


class StoredWitnessed:
    """Implements `ports.witnessed.WitnessedTables`. Without a lease it can only be read."""

    def __init__(self, store: Store, migration: str, lease: Lease | None) -> None:
        self._store = store
        self._migration = migration
        self._lease = lease

    def load(self, slot: str) -> Mapping[TableName, Witnessed]:
        mine = select(tables.witnessed).where(_ROW.migration == self._migration, _ROW.slot == slot)
        with self._store.reading() as connection:
            return {
                TableName(row.table_schema, row.table_name): Witnessed(
                    row.shapes, frozenset(tuple(key) for key in json.loads(row.residue))
                )
                for row in connection.execute(mine)
            }

    def save(self, slot: str, tables_: Mapping[TableName, Witnessed]) -> None:
        if self._lease is None:
            raise ValueError("what is witnessed is written under the lease")
        now = text_of(self._lease.clock.now())
        rows = [
            {
                "migration": self._migration,
                "table_schema": table.schema,
                "table_name": table.name,
                "slot": slot,
                "shapes": known.shapes,
                "residue": json.dumps(sorted(known.residue, key=repr), separators=(",", ":")),
                "at": now,
            }
            for table, known in tables_.items()
        ]
        with self._store.writing() as connection:
            confirm(connection, self._lease)
            connection.execute(delete(tables.witnessed).where(_ROW.migration == self._migration))
            if rows:
                connection.execute(insert(tables.witnessed), rows)
