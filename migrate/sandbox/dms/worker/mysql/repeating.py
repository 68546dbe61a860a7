"""Changes that the loaded rows hold already, told once more: what lies between the log's position and the snapshot.

A row is then as the log has it by now, or as the snapshot saw it later, or was put out of the way and will come again:
whatever differs from the log here, a later change of the overlap sets right. So a change may do anything to rows that
are not its own, if it leaves its own as it says: the row before it is put there when it is missing, for that is what a
cascade follows, and rows that have its unique values too early give way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pymysql

from migrate.sandbox.dms.worker.changes import Change, Row
from migrate.sandbox.dms.worker.engine import Item
from migrate.sandbox.dms.worker.errors import Kind
from migrate.sandbox.dms.worker.mysql.connection import Connection, run
from migrate.sandbox.dms.worker.mysql.errors import failure
from migrate.sandbox.dms.worker.mysql.statements import TablePlan, UniqueKey

_UNIQUE_KEYS = """
SELECT index_name, column_name, sub_part FROM information_schema.statistics
WHERE table_schema = %s AND table_name = %s AND non_unique = 0 ORDER BY index_name, seq_in_index
"""


class Repetition:
    """Repeats single changes inside the open transaction of the session that applies."""

    def __init__(self, target: Connection, execute: Callable[[bytes], int]) -> None:
        """`execute` runs one statement and tells how many rows it found."""
        self._target = target
        self._execute = execute
        self._known: dict[tuple[str, str], list[UniqueKey]] = {}

    def forget(self) -> None:
        """Tables look different now."""
        self._known.clear()

    def repeat(self, item: Item, plan: TablePlan) -> None:
        """Leave the row of a table with a key as the change says. Raises pymysql.MySQLError."""
        route, change, statement = item
        keys = self._unique_keys(route.target_name)
        with self._unchecked():
            if change.old is not None and not self._is_there(plan, change.old):
                self._give_way(plan, keys, change.old)
                self._execute(plan.insert(change.old).text)
            if change.new is not None:
                self._give_way(plan, keys, change.new, but=change.old)
        self._cascading(self._final(plan, change, statement.text))

    @staticmethod
    def _final(plan: TablePlan, change: Change, statement: bytes) -> bytes:
        """An UPDATE sets every column: of those it leaves alone the snapshot may hold later values."""
        if change.kind == "U" and change.new is not None and change.old is not None:
            return plan.overwrite(change.new, of=change.old) or statement
        return statement

    def _cascading(self, text: bytes) -> None:
        """Keys are checked, for it is checked ones that cascade; where a parent is gone already they are not."""
        run(self._target, "SAVEPOINT repeated")
        try:
            self._execute(text)
        except pymysql.MySQLError as error:
            if failure(error).kind is not Kind.INTEGRITY:
                raise
            run(self._target, "ROLLBACK TO SAVEPOINT repeated")
            with self._unchecked():
                self._execute(text)

    def _is_there(self, plan: TablePlan, row: Row) -> bool:
        touch = plan.touch(row)
        return touch is None or self._execute(touch) > 0

    def _give_way(self, plan: TablePlan, keys: list[UniqueKey], row: Row, *, but: Row | None = None) -> None:
        for key in keys:
            eviction = plan.evict(key, row, but=but)
            if eviction is not None:
                self._execute(eviction)

    def _unique_keys(self, table: tuple[str, str]) -> list[UniqueKey]:
        found = self._known.get(table)
        if found is None:
            keys: dict[str, list[tuple[str | None, int | None]]] = {}
            for index, column, part in run(self._target, _UNIQUE_KEYS, table):
                keys.setdefault(index, []).append((column, part))
            found = self._known[table] = [tuple(columns) for columns in keys.values()]
        return found

    @contextmanager
    def _unchecked(self) -> Iterator[None]:
        """Without foreign keys: nothing cascades, and a row may be gone for a while."""
        ((before,),) = run(self._target, "SELECT @@session.foreign_key_checks")
        run(self._target, "SET SESSION foreign_key_checks = 0")
        try:
            yield
        finally:
            if self._target.open:
                run(self._target, "SET SESSION foreign_key_checks = %s", (int(before),))
