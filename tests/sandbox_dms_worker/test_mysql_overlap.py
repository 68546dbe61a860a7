"""What the log tells once more of rows that the load has seen already: read again, it must do no harm.

A MySQL snapshot is taken a little after the position from which the log is read. Here the little is made large: many
transactions lie between, of the kinds that get in each other's way when they are repeated over their own outcome.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

TABLES = {
    "parent": "id int PRIMARY KEY, n int",
    "child": "id bigint PRIMARY KEY, p int, n int,"
    " FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE CASCADE",
    "loose": "id bigint PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE SET NULL",
    "seat": "id int PRIMARY KEY, who int, UNIQUE KEY (who)",
    "ticket": "id int PRIMARY KEY, code varchar(20) NOT NULL, price int, UNIQUE KEY (code(3), price)",
}


class Writer:
    """Transactions of a source, by chance."""

    def __init__(self, run: Callable[..., list[Any]], seed: int) -> None:
        self._run = run
        self._chance = random.Random(seed)
        self._next = 1000

    def transaction(self) -> None:
        work = self._chance.choice(
            [self._swap_seats, self._new_family, self._new_family, self._swap_tickets, self._move, self._adopt]
        )
        self._run("BEGIN")
        work()
        self._run("COMMIT")

    def _any(self, table: str) -> int | None:
        ids = [one for (one,) in self._run(f"SELECT id FROM {table} ORDER BY id")]
        return self._chance.choice(ids) if ids else None

    def _fresh(self) -> int:
        self._next += 1
        return self._next

    def _swap_seats(self) -> None:
        first, second = self._chance.sample(range(12), 2)
        ((one,),) = self._run("SELECT who FROM seat WHERE id = %s", [first])
        ((two,),) = self._run("SELECT who FROM seat WHERE id = %s", [second])
        self._run("UPDATE seat SET who = NULL WHERE id = %s", [first])
        self._run("UPDATE seat SET who = %s WHERE id = %s", [one, second])
        self._run("UPDATE seat SET who = %s WHERE id = %s", [two, first])

    def _swap_tickets(self) -> None:
        """A code goes from one row to another, which may be a new one."""
        first, second = self._any("ticket"), self._chance.randrange(16)
        ((code, price),) = self._run("SELECT code, price FROM ticket WHERE id = %s", [first])
        self._run("DELETE FROM ticket WHERE id IN (%s, %s)", [first, second])
        self._run("INSERT INTO ticket VALUES (%s, %s, %s)", [second, code, price])
        if first != second and self._chance.random() < 0.6:
            self._run("INSERT INTO ticket VALUES (%s, %s, %s)", [first, f"{self._fresh() % 7}new", self._fresh()])

    def _new_family(self) -> None:
        number = self._chance.randrange(8)
        self._run("DELETE FROM parent WHERE id = %s", [number])
        self._run("INSERT INTO parent VALUES (%s, %s)", [number, self._chance.randrange(9)])
        for _ in range(self._chance.randrange(4)):
            self._run("INSERT INTO child VALUES (%s, %s, 0)", [self._fresh(), number])
            self._run("INSERT INTO loose VALUES (%s, %s)", [self._fresh(), number])

    def _move(self) -> None:
        """A key's value changes, and children follow it; another row may take the old one."""
        table = self._chance.choice(["seat", "ticket", "child", "loose"])
        moved = self._any(table)
        if moved is not None:
            away = self._fresh()
            self._run(f"UPDATE {table} SET id = %s WHERE id = %s", [away, moved])
            if table == "seat":
                self._run("INSERT INTO seat VALUES (%s, NULL)", [moved])
            elif self._chance.random() < 0.5:
                self._run(f"UPDATE {table} SET id = %s WHERE id = %s", [moved, away])

    def _adopt(self) -> None:
        for table in ("child", "loose"):
            one, parent = self._any(table), self._any("parent")
            if one is not None and parent is not None:
                self._run(f"UPDATE {table} SET p = %s WHERE id = %s", [parent, one])
        self._run("UPDATE child SET n = n + 1 WHERE p = %s", [self._chance.randrange(8)])
        if self._chance.random() < 0.3:
            self._run("DELETE FROM parent WHERE id = %s", [self._chance.randrange(8)])


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_log_repeated_over_its_own_outcome(mysql_stage: Any, seed: int) -> None:
    stage = mysql_stage
    stage.make(*[f"CREATE TABLE {name} ({columns})" for name, columns in TABLES.items()])
    for number in range(12):
        stage.on_source("INSERT INTO seat VALUES (%s, %s)", [number, number])
        stage.on_source("INSERT INTO ticket VALUES (%s, %s, %s)", [number, f"{number % 7}code", number])
    writer = Writer(stage.on_source, seed)
    for _ in range(20):
        writer.transaction()
    position = stage.position()
    for _ in range(40):
        writer.transaction()
    stage.on_target("SET foreign_key_checks = 0")
    for table in TABLES:
        for row in stage.rows(stage.source, table):
            stage.on_target(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", row)
    overlap = stage.position()
    for _ in range(5):
        writer.transaction()
    worker = stage.run(
        start_type="resume-processing",
        checkpoint=f"checkpoint:V1#27#{position}:-1:1:0:{overlap}#0#0#*#0#0",
        completed_tables=[[stage.database, table] for table in (*TABLES, "marker")],
    )
    stage.settle(worker)
    stage.equal(*TABLES)
    assert stage.exceptions() == []
    worker.stop()
