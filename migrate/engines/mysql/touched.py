"""Which rows of which tables the events of the binary log touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from checks.facts import TableName
from migrate.engines.mysql import keytext, rowimage
from migrate.engines.mysql.binlog import IGNORABLE, Event, Kind
from migrate.engines.mysql.cascades import Cascade
from migrate.engines.mysql.keys import Shape
from migrate.engines.mysql.keytext import Reader
from migrate.engines.mysql.rowimage import Image, TableMap
from migrate.engines.mysql.statements import Statement
from migrate.model.validation import KEYS_MAX, Key

_SILENT = frozenset(Kind) - rowimage.ROWS - {Kind.QUERY, Kind.QUERY_COMPRESSED, Kind.TABLE_MAP}
"""Kinds that change no row, or only make up the frame of those that do."""


@dataclass(frozen=True)
class _KeyReader:
    """Reads a table's key out of the images of its rows."""

    columns: tuple[tuple[int, Reader], ...]
    """Place and reader of each key column."""

    @cached_property
    def places(self) -> frozenset[int]:
        return frozenset(place for place, _ in self.columns)

    def key(self, image: Image, before: Image | None = None) -> Key | None:
        """The key in `image`, what it lacks taken from `before`; None when it is not all there."""
        values = []
        for place, read in self.columns:
            raw = image.get(place)
            if raw is None and before is not None and place not in image:
                raw = before.get(place)
            if raw is None:
                return None
            values.append(read(raw))
        return tuple(values)


@dataclass(frozen=True)
class _Logged:
    """A table as the log describes it, and how its key is read: None where it cannot be."""

    map: TableMap
    key_reader: _KeyReader | None


class Touched:
    """Collects keys while events pass by; `found` is what ports.database.ChangeLog.changes answers, but for the rows of
    children that `parents` tells: keys of parents that changed, by the cascade that followed.
    """

    def __init__(
        self,
        shapes: Mapping[TableName, Shape],
        known: Mapping[TableName, list[Cascade]],
        parent_shapes: Mapping[TableName, Shape],
    ) -> None:
        self.found: dict[TableName, set[Key] | None] = {}
        self.parents: dict[Cascade, set[Key]] = {}
        self._shapes = shapes
        self._cascades = known
        self._parent_shapes = parent_shapes
        self._logged: dict[bytes, _Logged] = {}
        self._numbered: dict[int, _Logged] = {}
        self._file = ""
        self._begun: set[str] = set()

    def note(self, event: Event) -> None:
        """Take in one event. Raises ValueError or IndexError for one that cannot be read."""
        if event.file != self._file:
            # Numbers of tables are good within one run of the server, and a run begins with a new file.
            self._file, self._numbered = event.file, {}
        if event.kind == Kind.TABLE_MAP:
            self._note_table(event.body)
        elif event.kind in rowimage.ROWS:
            self._note_rows(event)
        elif event.kind in (Kind.QUERY, Kind.QUERY_COMPRESSED):
            self._note_statement(Statement.of(event))
        elif event.kind not in _SILENT and not event.flags & IGNORABLE:
            # Compressed transactions, partial updates of JSON, incidents, what later versions bring.
            self._give_up(self._shapes)

    def _note_table(self, body: bytes) -> None:
        logged = self._logged.get(body)
        if logged is None:
            table_map = rowimage.table_map(body)
            shape = self._shapes.get(table_map.table)
            logged = self._logged[body] = _Logged(table_map, _key_reader(shape, table_map) if shape else None)
        self._numbered[rowimage.table_number(body)] = logged

    def _note_rows(self, event: Event) -> None:
        number = rowimage.table_number(event.body)
        if number == rowimage.NO_TABLE:
            return
        logged = self._numbered.get(number)
        if logged is None:
            raise ValueError(f"a row event of table number {number}, which no event before it names")
        table = logged.map.table
        if table in self._cascades and event.kind not in rowimage.WRITES:
            self._note_cascades(event, logged.map)
        if table not in self._shapes:
            return
        if logged.key_reader is None:
            self._give_up([table])
        elif (known := self.found.setdefault(table, set())) is not None:
            for before, after in rowimage.rows(event, logged.map.columns, logged.key_reader.places):
                keys = _keys(logged.key_reader, before, after)
                if None in keys:
                    self._give_up([table])
                    return
                known.update(key for key in keys if key is not None)
            if len(known) > KEYS_MAX:
                self._give_up([table])

    def _note_cascades(self, event: Event, table_map: TableMap) -> None:
        for cascade in self._cascades[table_map.table]:
            deletes = event.kind in rowimage.DELETES
            if not (cascade.on_delete if deletes else cascade.on_update):
                continue
            read = self._referred(cascade, table_map)
            for before, after in rowimage.rows(event, table_map.columns, cascade.places):
                if deletes or (before is not None and after is not None and _changed(cascade.places, before, after)):
                    self._note_cascade(cascade, read, before, after)

    def _note_cascade(
        self, cascade: Cascade, read: _KeyReader | None, before: Image | None, after: Image | None
    ) -> None:
        keys = {None} if read is None else _keys(read, before, after)
        if None in keys:
            self._give_up([cascade.child])
        self.parents.setdefault(cascade, set()).update(key for key in keys if key is not None)

    def _referred(self, cascade: Cascade, table_map: TableMap) -> _KeyReader | None:
        """What reads the columns that the cascade's children refer to; None where it cannot be told."""
        shape = self._parent_shapes.get(cascade.parent)
        if shape is None or len(table_map.columns) < len(shape.columns):
            return None
        readers = [(at, keytext.reader(shape.columns[at], table_map.columns[at])) for at in cascade.places]
        known = tuple((at, read) for at, read in readers if read is not None)
        return _KeyReader(known) if len(known) == len(cascade.referring) else None

    def _note_statement(self, statement: Statement) -> None:
        distributed = statement.xa
        if distributed is not None:
            act, identity = distributed
            if act == "start":
                self._begun.add(identity)
            elif identity not in self._begun:
                # Its rows are in the log ahead of where this reading began, and became real within it.
                self._give_up(self._shapes)
        elif not statement.harmless:
            self._give_up(statement.concerns(self._shapes))
            # Where its columns stand now says nothing of rows that were logged before.
            for parent in statement.concerns(self._cascades):
                self._give_up(cascade.child for cascade in self._cascades[parent])

    def _give_up(self, tables: Iterable[TableName]) -> None:
        self.found.update({table: None for table in tables if table in self._shapes})


def _key_reader(shape: Shape, table_map: TableMap) -> _KeyReader | None:
    """None without a key, with one whose text cannot be told, or when the log's table is another than the catalog's."""
    if not shape.key or len(table_map.columns) < len(shape.columns):
        return None
    places = {column.name: place for place, column in enumerate(shape.columns)}
    columns = []
    for column in shape.key:
        place = places[column.name]
        read = keytext.reader(column, table_map.columns[place])
        if read is None:
            return None
        columns.append((place, read))
    return _KeyReader(tuple(columns))


def _keys(reader: _KeyReader, before: Image | None, after: Image | None) -> set[Key | None]:
    """Keys that one row's change touched; None among them when it does not say."""
    keys: set[Key | None] = set()
    if before is not None:
        keys.add(reader.key(before))
    if after is not None:
        keys.add(reader.key(after, before))
    return keys


def _changed(places: Iterable[int], before: Image, after: Image) -> bool:
    return any(place in after and after[place] != before.get(place, b"not logged") for place in places)
