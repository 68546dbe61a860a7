"""Leftovers of proofs, kept in the state database under the slot whose changes were proven."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, delete, insert, select

from checks.facts import TableName
from migrate.model.residue import Remains
from migrate.state import tables
from migrate.state.instants import text_of
from migrate.state.lease import Lease, confirm

if TYPE_CHECKING:
    from migrate.state.store import Store

_ROW = tables.residue.c


class StoredResidue:
    """Implements `ports.residue.KeptResidue`. Without a lease it can only be read."""

    def __init__(self, store: Store, migration: str, slot: str, lease: Lease | None) -> None:
        self._store = store
        self._migration = migration
        self._slot = slot
        self._lease = lease

    def load(self) -> Mapping[TableName, Remains]:
        mine = select(tables.residue).where(_ROW.migration == self._migration, _ROW.slot == self._slot)
        with self._store.reading() as connection:
            return {
                TableName(row.table_schema, row.table_name): _restored(row.body) for row in connection.execute(mine)
            }

    def save(self, remains: Mapping[TableName, Remains]) -> None:
        lease = self._held()
        one = delete(tables.residue).where(
            _ROW.migration == self._migration,
            _ROW.slot == self._slot,
            _ROW.table_schema == bindparam("in_schema"),
            _ROW.table_name == bindparam("called"),
        )
        with self._store.writing() as connection:
            confirm(connection, lease)
            if remains:
                connection.execute(one, [{"in_schema": table.schema, "called": table.name} for table in remains])
            self._insert(connection, remains, lease)

    def begin(self, remains: Mapping[TableName, Remains], *, but: str | None = None) -> None:
        lease = self._held()
        every = delete(tables.residue).where(_ROW.migration == self._migration)
        if but is not None and but != self._slot:
            every = every.where(_ROW.slot != but)
        with self._store.writing() as connection:
            confirm(connection, lease)
            connection.execute(every)
            self._insert(connection, remains, lease)

    def _insert(self, connection: Connection, remains: Mapping[TableName, Remains], lease: Lease) -> None:
        rows = [
            {
                "migration": self._migration,
                "slot": self._slot,
                "table_schema": table.schema,
                "table_name": table.name,
                "body": _body(one),
                "at": text_of(lease.clock.now()),
            }
            for table, one in remains.items()
        ]
        if rows:
            connection.execute(insert(tables.residue), rows)

    def _held(self) -> Lease:
        if self._lease is None:
            raise ValueError("leftovers are kept under the lease")
        return self._lease


def _body(remains: Remains) -> str:
    keys = None if remains.keys is None else sorted(remains.keys, key=repr)
    return json.dumps({"keys": keys, "identity": remains.identity}, separators=(",", ":"))


def _restored(body: str) -> Remains:
    fields = json.loads(body)
    keys, (source, target) = fields["keys"], fields["identity"]
    return Remains(None if keys is None else frozenset(tuple(key) for key in keys), (source, target))
