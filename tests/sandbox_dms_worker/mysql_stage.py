"""A stage of the MySQL family: one database of the same name on two servers, a DMS login on both, and its workers."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

import pymysql

from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.mysql_quoting import identifier
from tests.sandbox_dms_worker.driving import SETTINGS, Worker, merged, wait_for

DMS_USER = "dms_worker_test"
DMS_PASSWORD = "only 'for' tests"
MARKER = "CREATE TABLE marker (token bigint AUTO_INCREMENT PRIMARY KEY, at timestamp(6) DEFAULT CURRENT_TIMESTAMP(6))"
_numbers = itertools.count(1)


class MySqlStage:
    """`source` and `target` are superuser connections into the database."""

    def __init__(self, source: MySqlServer, target: MySqlServer, database: str) -> None:
        self.source_server, self.target_server, self.database = source, target, database
        self.workers: list[Worker] = []
        for server, rights in (
            (source, "SELECT"),
            (target, "ALTER, CREATE, DROP, INDEX, INSERT, UPDATE, DELETE, SELECT"),
        ):
            server.create_database(database, server.master_user)
            with server.connect() as connection, connection.cursor() as cursor:
                cursor.execute("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", [DMS_USER, DMS_PASSWORD])
                cursor.execute("GRANT REPLICATION CLIENT, REPLICATION SLAVE, PROCESS ON *.* TO %s@'%%'", [DMS_USER])
                cursor.execute(f"GRANT {rights} ON {identifier(database)}.* TO %s@'%%'", [DMS_USER])
                cursor.execute("GRANT ALL ON awsdms_control.* TO %s@'%%'", [DMS_USER])
        self.source = source.connect(database)
        self.target = target.connect(database)
        self.forget_the_log()

    def forget_the_log(self) -> None:
        """Others may have logged on this server what nobody can read back: compressed rows, statements."""
        self.on_source("FLUSH BINARY LOGS")
        *_, last = self.on_source("SHOW BINARY LOGS")
        self.on_source("PURGE BINARY LOGS TO %s", [last[0]])

    def run_sql(self, connection: Any, statement: str, parameters: Any = None) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())

    def on_source(self, statement: str, parameters: Any = None) -> list[Any]:
        return self.run_sql(self.source, statement, parameters)

    def on_target(self, statement: str, parameters: Any = None) -> list[Any]:
        return self.run_sql(self.target, statement, parameters)

    def make(self, *statements: str) -> None:
        """The same DDL on both sides."""
        for statement in statements:
            self.on_source(statement)
            self.on_target(statement)

    def endpoint(self, server: MySqlServer, settings: dict[str, Any]) -> dict[str, Any]:
        return {
            "engine": server.engine,
            "host": server.host,
            "port": server.port,
            "user": DMS_USER,
            "password": DMS_PASSWORD,
            "database": "",
            "ssl_mode": "verify-full",
            "ca_file": str(server.ca_file),
            "settings": settings,
            "extra": "",
        }

    def mappings(self, *tables: str) -> dict[str, Any]:
        """All tables of the database, or the named ones."""
        return {
            "rules": [
                {
                    "rule-type": "selection",
                    "rule-id": str(number),
                    "rule-name": str(number),
                    "rule-action": "include",
                    "object-locator": {"schema-name": self.database.replace("_", "[_]"), "table-name": table},
                }
                for number, table in enumerate(tables or ("%",), start=1)
            ]
        }

    def task(self, **changes: Any) -> dict[str, Any]:
        """The `task` object; a plain full-load-and-cdc of the database unless changed."""
        return {
            "task_id": "TASK1",
            "migration_type": "full-load-and-cdc",
            "start_type": "start-replication",
            "source": self.endpoint(self.source_server, changes.pop("source_settings", {})),
            "target": self.endpoint(self.target_server, changes.pop("target_settings", {})),
            "table_mappings": changes.pop("table_mappings", self.mappings()),
            "settings": merged(SETTINGS, changes.pop("settings", {})),
            "start_position": None,
            "stop_position": None,
            "checkpoint": None,
            "completed_tables": [],
            "poll_seconds": 0.05,
            **changes,
        }

    def run(self, **changes: Any) -> Worker:
        worker = Worker(self.task(**changes), self.database)
        self.workers.append(worker)
        return worker

    def resume(self, before: Worker, **changes: Any) -> Worker:
        """Go on where `before` ended, with what the control plane would know."""
        return self.run(
            start_type="resume-processing",
            checkpoint=before.checkpoint(),
            completed_tables=before.completed(),
            **changes,
        )

    def position(self) -> str:
        """The end of the source's log as `file:offset`."""
        try:
            row = self.on_source("SHOW BINARY LOG STATUS")[0]
        except pymysql.ProgrammingError:
            row = self.on_source("SHOW MASTER STATUS")[0]
        return f"{row[0]}:{row[1]}"

    def rows(self, connection: Any, table: str, columns: str = "*") -> list[Any]:
        """A table's rows, in an order that any type has."""
        return sorted(self.run_sql(connection, f"SELECT {columns} FROM {table}"), key=repr)

    def settle(self, worker: Worker) -> float:
        """Write a marker on the source and wait until it is on the target; the seconds it took."""
        with self.source.cursor() as cursor:
            cursor.execute("INSERT INTO marker () VALUES ()")
            token = cursor.lastrowid
        began = time.monotonic()

        def there() -> bool:
            assert worker.process.poll() is None, worker.events[-1]
            return bool(self.on_target("SELECT 1 FROM marker WHERE token = %s", [token]))

        wait_for(there, "the marker on the target")
        return time.monotonic() - began

    def equal(self, *tables: str) -> None:
        """The same rows on both sides, each as often."""
        for table in tables:
            mine, theirs = self.rows(self.target, table), self.rows(self.source, table)
            assert mine == theirs, (table, len(mine), len(theirs), mine[:5], theirs[:5])

    def exceptions(self) -> list[Any]:
        """Of this database's tables: the control tables are the server's."""
        return self.on_target(
            "SELECT table_name, error FROM awsdms_control.awsdms_apply_exceptions WHERE table_owner = %s",
            [self.database],
        )

    def close(self) -> None:
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.kill()
        for server, connection in ((self.source_server, self.source), (self.target_server, self.target)):
            if connection.open:
                connection.close()
            if server.pid is None:
                server.start()
            server.drop_database(self.database)
            server.execute(f"DROP USER '{DMS_USER}'@'%'")
        self.target_server.execute("DROP DATABASE IF EXISTS awsdms_control")


def set_up(source: MySqlServer, target: MySqlServer) -> Iterator[MySqlStage]:
    """A stage with a marker table on both sides."""
    stage = MySqlStage(source, target, f"staged_{next(_numbers)}")
    try:
        stage.make(MARKER)
        yield stage
    finally:
        stage.close()
