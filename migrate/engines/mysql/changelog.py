"""The server's binary log: positions are places in it, slots are positions kept in a table, and its row events tell
which rows were touched.

The family has nothing that holds the log for a reader: how long it stays is the server's setting, and a slot whose file
was purged is lost. A change is in the log before it can be read (semi-synchronous replication waits between the two),
but both in one order. So `create_slot` and `changes` commit something of their own: whatever the log held before them
can be read from then on, and no slot is moved past a row that was looked at too early.

A place means something in the log of one server only, and the kept ones go with the rows to its replicas: beside each
stands whose log it is of.

What no log tells cannot be told from it: a session that sets `sql_log_bin = 0` (SUPER, SESSION_VARIABLES_ADMIN, BINLOG
ADMIN in MariaDB) writes unseen by DMS and by this proof alike, and only a full validation finds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checks.facts import TableName
from migrate.engines.failures import NO_SUCH_OBJECT, SLOT_LOST, failure
from migrate.engines.mysql import binlog, cascades, keys, retention
from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.databases import TOOLKIT_SCHEMA
from migrate.engines.mysql.failures import LOG_TOO_SHORT
from migrate.engines.mysql.identity import server_name
from migrate.engines.mysql.keys import Shape
from migrate.engines.mysql.permission import if_present
from migrate.engines.mysql.positions import Place, end_of_log
from migrate.engines.mysql.quoting import identifier, qualified
from migrate.engines.mysql.touched import Touched
from migrate.errors import MigrateError
from migrate.model.database import Position
from migrate.model.validation import Changes, Key

POSITIONS = TableName(TOOLKIT_SCHEMA, "positions")
SERVER = "server varchar(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT ''"


@dataclass(frozen=True)
class _Kept:
    """A slot as the server holds it."""

    position: Position
    server: str = ""
    """Whose log the position is of; empty where an earlier version of the program kept it."""


class MySqlChangeLog:
    """Implements ports.database.ChangeLog."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def position(self) -> Position:
        with self._connections.use() as connection:
            return end_of_log(connection)

    def reached(self, position: Position, wanted: Position) -> bool:
        return Place.parse(position).order >= Place.parse(wanted).order

    def keep(self, hours: int) -> None:
        with self._connections.use() as connection:
            kept, by = retention.keep(connection, hours)
        if not kept:
            message = f"{self._connections.where}: the binary log is not kept for {hours} hours"
            message += f" ({by} says less)" if by else ", or it cannot be seen for how long"
            hint = f"Set {by or 'binlog_expire_logs_seconds'} to {hours} hours or more; what is purged cannot be read."
            raise failure(self._connections.side, LOG_TOO_SHORT, message, hint=hint)

    def slots(self) -> Mapping[str, Position]:
        with self._connections.use() as connection:
            return {name: kept.position for name, kept in _slots(connection).items()}

    def create_slot(self, name: str) -> Position:
        """Keep where the log ends now under `name`. An existing slot of that name is kept."""
        with self._connections.use() as connection:
            _make_table(connection)
            connection.execute(
                f"INSERT IGNORE INTO {qualified(POSITIONS)} (name, position, server) VALUES (%s, %s, %s)",
                [name, end_of_log(connection), server_name(connection)],
            )
            return _slots(connection)[name].position

    def advance_slot(self, name: str, position: Position) -> None:
        """Move the slot forward to `position`; one that is there or beyond stays."""
        with self._connections.use() as connection:
            held = self._held(connection, name)
            if not self.reached(held, position):
                connection.execute(
                    f"UPDATE {qualified(POSITIONS)} SET position = %s WHERE name = %s AND position = %s",
                    [position, name, held],
                )

    def drop_slot(self, name: str) -> None:
        with self._connections.use() as connection:
            if name in _slots(connection):
                connection.execute(f"DELETE FROM {qualified(POSITIONS)} WHERE name = %s", [name])

    def changes(self, slot: str, tables: Sequence[TableName]) -> Changes:
        """As the port says. Ends where the log ended when the call began."""
        with self._connections.use() as connection:
            held, server = self._held(connection, slot), server_name(connection)
            connection.execute(f"UPDATE {qualified(POSITIONS)} SET looked = looked + 1 WHERE name = %s", [slot])
            stop = end_of_log(connection)
            self._require_same_log(held, stop)
            shapes: dict[TableName, Shape] = {}
            for table in tables:
                shape = keys.shape(connection, table)
                if shape is None:
                    message = f"{self._connections.where}: there is no table {table}"
                    raise failure(self._connections.side, NO_SUCH_OBJECT, message)
                shapes[table] = shape
            known = cascades.cascades(connection)
            parents = {table: shape for table in known if (shape := keys.shape(connection, table)) is not None}
            touched = Touched(shapes, known, parents)
        try:
            for event in binlog.events(self._connections, server, Place.parse(held), Place.parse(stop)):
                touched.note(event)
        except (ValueError, IndexError) as error:
            message = f"{self._connections.where}: the binary log cannot be read: {error}"
            raise failure(self._connections.side, SLOT_LOST, message) from error
        with self._connections.use() as connection:
            found = _with_children(connection, shapes, touched)
        return Changes({t: None if known is None else frozenset(known) for t, known in found.items()}, stop)

    def behind(self, slot: str) -> int:
        """Counts whole files between the two places, which may hold what concerns nobody."""
        with self._connections.use() as connection:
            held = self._held(connection, slot)
            stop = end_of_log(connection)
            self._require_same_log(held, stop)
            (number, offset), (last, end) = Place.parse(held).order, Place.parse(stop).order
            files = [(Place(str(row[0]), 0).order[0], int(row[1])) for row in connection.rows("SHOW BINARY LOGS")]
        return max(0, end - offset + sum(size for file, size in files if number <= file < last))

    def _held(self, connection: Connection, slot: str) -> Position:
        """The slot's position. Raises SourceError or TargetError when it is lost: nobody holds it, or it is a place in
        another server's log."""
        kept = _slots(connection).get(slot)
        if kept is None:
            raise self._lost(slot)
        answers = server_name(connection)
        if kept.server and kept.server != answers:
            hint = "What changed since is unknown. Run: aurora-migrate validate"
            message = f"{self._connections.where}: {kept.position} was kept of {kept.server}, and {answers} answers"
            raise failure(self._connections.side, SLOT_LOST, message, hint=hint)
        return kept.position

    def _require_same_log(self, held: Position, end: Position) -> None:
        """A log that ends ahead of a kept place was begun anew, and between the two nothing would be read at all."""
        kept, last = Place.parse(held), Place.parse(end)
        if kept.file.rpartition(".")[0] == last.file.rpartition(".")[0] and kept.order <= last.order:
            return
        hint = "RESET did it, or the server is another one. What changed since is unknown. Run: aurora-migrate validate"
        message = f"{self._connections.where}: the log was begun anew: {held} was kept, and it ends at {end}"
        raise failure(self._connections.side, SLOT_LOST, message, hint=hint)

    def _lost(self, slot: str) -> MigrateError:
        hint = "It was dropped, or the server is another one than before. What changed since is unknown."
        message = f"{self._connections.where}: there is no position kept under the name {slot}"
        return failure(self._connections.side, SLOT_LOST, message, hint=hint)


def _with_children(
    connection: Connection, shapes: Mapping[TableName, Shape], touched: Touched
) -> dict[TableName, set[Key] | None]:
    """What was touched, with the rows that refer to a parent that changed."""
    found = touched.found
    for cascade, parents in touched.parents.items():
        child = shapes.get(cascade.child)
        known = found.get(cascade.child, set())
        if child is None or known is None:
            continue
        if not child.key:
            found[cascade.child] = None
        elif referring := cascades.referring_now(connection, cascade, child, parents):
            found[cascade.child] = known | referring
    return found


def _make_table(connection: Connection) -> None:
    """The table of slots, and in one that an earlier version of the program made whose log they are of."""
    connection.execute(f"CREATE DATABASE IF NOT EXISTS {identifier(TOOLKIT_SCHEMA)} DEFAULT CHARACTER SET utf8mb4")
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {qualified(POSITIONS)}"
        " (name varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY,"
        " position varchar(250) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,"
        f" looked bigint unsigned NOT NULL DEFAULT 0, {SERVER}) ENGINE = InnoDB"
    )
    if not connection.rows(f"SHOW COLUMNS FROM {qualified(POSITIONS)} WHERE field = 'server'"):
        connection.execute(f"ALTER TABLE {qualified(POSITIONS)} ADD COLUMN {SERVER}")


def _slots(connection: Connection) -> dict[str, _Kept]:
    # Everything, for a table that an earlier version of the program made ends a column earlier.
    rows = if_present(connection, f"SELECT * FROM {qualified(POSITIONS)} ORDER BY name")
    return {name: _Kept(Position(position), *server) for name, position, _, *server in rows or ()}
