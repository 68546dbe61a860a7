"""The worker as a real subprocess between two real databases, driven by its JSON lines as the control plane does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.sandbox.servers.quoting import identifier, literal
from tests.sandbox_dms_worker.driving import SETTINGS, Worker, merged, wait_for
from tests.sandbox_dms_worker.mysql_stage import MySqlStage, set_up

DMS_USER = "dms_worker_test"
DMS_PASSWORD = "only 'for' tests"
ALL_PUBLIC = {
    "rules": [
        {
            "rule-type": "selection",
            "rule-id": "1",
            "rule-name": "1",
            "rule-action": "include",
            "object-locator": {"schema-name": "public", "table-name": "%"},
        }
    ]
}


class Stage:
    """Two databases with the DMS role on both, and the workers that ran between them."""

    def __init__(self, source: PostgresServer, target: PostgresServer, source_db: str, target_db: str) -> None:
        self.source_server, self.target_server = source, target
        self.source_database, self.target_database = source_db, target_db
        self.workers: list[Worker] = []
        self.source = source.connect(source_db)
        self.target = target.connect(target_db)
        for server, database in ((source, source_db), (target, target_db)):
            with server.connect(database) as connection:
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [DMS_USER]).fetchone():
                    connection.execute(
                        f"CREATE ROLE {identifier(DMS_USER)} LOGIN REPLICATION PASSWORD {literal(DMS_PASSWORD)}"
                    )
                    connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {identifier(DMS_USER)}")
                connection.execute(f"GRANT CREATE ON DATABASE {identifier(database)} TO {identifier(DMS_USER)}")

    def make(self, *statements: str) -> None:
        """The same DDL on both sides, and the role's rights on all of it."""
        for connection in (self.source, self.target):
            for statement in statements:
                connection.execute(statement)
        self.grant()

    def grant(self) -> None:
        for connection, rights in ((self.source, "SELECT"), (self.target, "SELECT, INSERT, UPDATE, DELETE, TRUNCATE")):
            schemas = connection.execute(
                "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN"
                " ('information_schema', 'awsdms_control')"
            ).fetchall()
            for (schema,) in schemas:
                name = identifier(schema)
                connection.execute(f"GRANT USAGE ON SCHEMA {name} TO {DMS_USER}")
                connection.execute(f"GRANT {rights} ON ALL TABLES IN SCHEMA {name} TO {DMS_USER}")

    def task(self, **changes: Any) -> dict[str, Any]:
        """The `task` object; a plain full-load-and-cdc of schema public unless changed."""

        def endpoint(server: PostgresServer, database: str, settings: dict[str, Any]) -> dict[str, Any]:
            return {
                "engine": "postgres",
                "host": server.host,
                "port": server.port,
                "user": DMS_USER,
                "password": DMS_PASSWORD,
                "database": database,
                "ssl_mode": "verify-full",
                "ca_file": str(server.ca_file),
                "settings": settings,
                "extra": "",
            }

        replica = {"AfterConnectScript": "SET session_replication_role = replica"}
        return {
            "task_id": "TASK1",
            "migration_type": "full-load-and-cdc",
            "start_type": "start-replication",
            "source": endpoint(self.source_server, self.source_database, changes.pop("source_settings", {})),
            "target": endpoint(self.target_server, self.target_database, changes.pop("target_settings", replica)),
            "table_mappings": changes.pop("table_mappings", ALL_PUBLIC),
            "settings": merged(SETTINGS, changes.pop("settings", {})),
            "start_position": None,
            "stop_position": None,
            "checkpoint": None,
            "completed_tables": [],
            "poll_seconds": 0.05,
            **changes,
        }

    def run(self, **changes: Any) -> Worker:
        worker = Worker(self.task(**changes))
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

    def rows(self, connection: psycopg.Connection[Any], table: str) -> list[Any]:
        """A table's rows as text, in an order that any type has."""
        return sorted(str(row) for row in connection.execute(f"SELECT t::text FROM {table} t").fetchall())

    def settle(self, worker: Worker, table: str = "public.marker") -> float:
        """Write a marker on the source and wait until it is on the target; the seconds it took."""
        (token,) = self.source.execute(f"INSERT INTO {table} DEFAULT VALUES RETURNING token").fetchone() or ("",)
        began = time.monotonic()

        def there() -> bool:
            assert worker.process.poll() is None, worker.events[-1]
            return bool(self.target.execute(f"SELECT 1 FROM {table} WHERE token = %s", [token]).fetchone())

        wait_for(there, "the marker on the target")
        return time.monotonic() - began

    def equal(self, *tables: str) -> None:
        """The same rows on both sides, each as often; the rows themselves are fetched only to show a difference."""
        for table in tables:
            digest = f"SELECT count(*), sum(hashtextextended(t::text, 1)::numeric) FROM {table} t"
            if self.source.execute(digest).fetchone() != self.target.execute(digest).fetchone():
                assert self.rows(self.target, table) == self.rows(self.source, table), table

    def exceptions(self) -> list[tuple[str, str]]:
        return self.target.execute(
            'SELECT "TABLE_NAME", "ERROR" FROM awsdms_control.awsdms_apply_exceptions'
        ).fetchall()

    def close(self) -> None:
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.kill()
        self.source.close()
        self.target.close()


MARKER = "CREATE TABLE public.marker (token uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz DEFAULT now())"


@pytest.fixture
def stage(
    postgres_pair: tuple[PostgresServer, PostgresServer], fresh_database: Callable[[PostgresServer], str]
) -> Iterator[Stage]:
    """A stage with a marker table on both sides."""
    source, target = postgres_pair
    one = Stage(source, target, fresh_database(source), fresh_database(target))
    one.make(MARKER)
    try:
        yield one
    finally:
        one.close()


@pytest.fixture
def mysql_stage(mysql_pair: tuple[MySqlServer, MySqlServer]) -> Iterator[MySqlStage]:
    """A stage between two MySQL servers, with a marker table."""
    yield from set_up(*mysql_pair)


@pytest.fixture
def mariadb_stage(mariadb_server: MySqlServer, mysql_server: MySqlServer) -> Iterator[MySqlStage]:
    """A stage from MariaDB to MySQL, with a marker table."""
    yield from set_up(mariadb_server, mysql_server)
