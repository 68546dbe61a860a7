"""Progress of a full validation, kept in the state database while it is open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from checks.facts import TableName
from migrate.model.database import Position
from migrate.model.progress import TableProgress
from migrate.model.validation import Key, KeyOrder
from migrate.state import tables
from migrate.state.instants import text_of
from migrate.state.lease import Lease, confirm

if TYPE_CHECKING:
    from migrate.state.store import Store

_ROW = tables.compared.c


class StoredProgress:
    """Implements `ports.progress.Progress` for one pass: what was saved under another slot or other terms is not its
    own, and neither seen nor gone on with.

    Every write raises StateConflict when the lease was taken over meanwhile.
    """

    def __init__(self, store: Store, lease: Lease, slot: str, terms: str) -> None:
        self._store = store
        self._lease = lease
        self._slot = slot
        self._terms = terms

    def load(self) -> Mapping[TableName, TableProgress]:
        mine = select(tables.compared).where(
            _ROW.migration == self._lease.migration, _ROW.slot == self._slot, _ROW.terms == self._terms
        )
        with self._store.reading() as connection:
            return {
                TableName(row.table_schema, row.table_name): _restored(row.body) for row in connection.execute(mine)
            }

    def foreign(self) -> int:
        """Rows of this migration that a pass of another slot or of other terms left."""
        every = select(func.count()).where(_ROW.migration == self._lease.migration)
        with self._store.reading() as connection:
            return (connection.scalar(every) or 0) - len(self.load())

    def save(self, moved: Mapping[TableName, TableProgress]) -> None:
        with self._store.writing() as connection:
            confirm(connection, self._lease)
            self._delete(connection, moved)
            if moved:
                connection.execute(insert(tables.compared), [self._row(*one) for one in moved.items()])

    def forget(self, forgotten: Iterable[TableName]) -> None:
        """These tables begin again in the next pass."""
        with self._store.writing() as connection:
            confirm(connection, self._lease)
            self._delete(connection, forgotten)

    def clear(self) -> None:
        """Remove every row of the migration, whatever pass left it."""
        with self._store.writing() as connection:
            confirm(connection, self._lease)
            connection.execute(delete(tables.compared).where(_ROW.migration == self._lease.migration))

    def _delete(self, connection: Connection, forgotten: Iterable[TableName]) -> None:
        named = [{"in_schema": table.schema, "called": table.name} for table in forgotten]
        one = delete(tables.compared).where(
            _ROW.migration == self._lease.migration,
            _ROW.slot == self._slot,
            _ROW.table_schema == bindparam("in_schema"),
            _ROW.table_name == bindparam("called"),
        )
        if named:
            connection.execute(one, named)

    def _row(self, table: TableName, progress: TableProgress) -> dict[str, str]:
        return {
            "migration": self._lease.migration,
            "slot": self._slot,
            "table_schema": table.schema,
            "table_name": table.name,
            "terms": self._terms,
            "body": json.dumps(asdict(progress), separators=(",", ":"), allow_nan=False),
            "at": text_of(self._lease.clock.now()),
        }


def _restored(body: str) -> TableProgress:
    fields = json.loads(body)
    position = fields.pop("position")
    return TableProgress(
        **{
            **fields,
            "order": KeyOrder(fields["order"]),
            "through": _key(fields["through"]),
            "candidates": tuple(tuple(key) for key in fields["candidates"]),
            "position": None if position is None else Position(position),
        }
    )


def _key(values: list[str | None] | None) -> Key | None:
    return None if values is None else tuple(values)
