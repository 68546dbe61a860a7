"""Sightings, kept in the state database: the newest of each kind and subject, and the last few notes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, text

from migrate.model.sighting import Sighting, SightingKind
from migrate.state import tables
from migrate.state.instants import text_of

if TYPE_CHECKING:
    from migrate.state.store import Store

NOTES_KEPT = 300
_ROW = tables.sighting.c
_UPSERT = text(
    "INSERT INTO aurora_migrate_sighting (migration, kind, subject, body, at)"
    " VALUES (:migration, :kind, :subject, :body, :at)"
    " ON CONFLICT (migration, kind, subject) DO UPDATE SET body = excluded.body, at = excluded.at"
)


class StoredSightings:
    """Needs no lease, for nothing acts on what it keeps."""

    def __init__(self, store: Store, migration: str) -> None:
        self._store = store
        self._migration = migration

    def save(self, seen: Iterable[Sighting], over: Iterable[tuple[SightingKind, str]] = ()) -> None:
        """Keep these, and forget those that are `over`. Raises StateConflict when the database refuses."""
        rows = [
            {
                "migration": self._migration,
                "kind": one.kind.value,
                "subject": one.subject,
                "body": json.dumps(one.body, sort_keys=True, separators=(",", ":"), default=str),
                "at": text_of(one.at),
            }
            for one in seen
        ]
        with self._store.writing() as connection:
            for kind, subject in over:
                connection.execute(
                    delete(tables.sighting).where(
                        _ROW.migration == self._migration, _ROW.kind == kind.value, _ROW.subject == subject
                    )
                )
            if rows:
                connection.execute(_UPSERT, rows)
            if any(row["kind"] == SightingKind.NOTE.value for row in rows):
                notes = select(_ROW.subject).where(
                    _ROW.migration == self._migration, _ROW.kind == SightingKind.NOTE.value
                )
                oldest = connection.scalar(notes.order_by(_ROW.subject.desc()).offset(NOTES_KEPT - 1).limit(1))
                if oldest is not None:
                    connection.execute(
                        delete(tables.sighting).where(
                            _ROW.migration == self._migration,
                            _ROW.kind == SightingKind.NOTE.value,
                            _ROW.subject < oldest,
                        )
                    )
