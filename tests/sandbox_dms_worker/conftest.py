"""The worker as a real subprocess between two real databases, driven by its JSON lines as the control plane does."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from migrate.sandbox.servers.postgres import PostgresServer
from migrate.sandbox.servers.quoting import identifier, literal

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
SETTINGS: dict[str, Any] = {
    "TargetMetadata": {"LimitedSizeLobMode": False, "TaskRecoveryTableEnabled": True},
    "FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING", "MaxFullLoadSubTasks": 4},
    "ControlTablesSettings": {
        "ControlSchema": "awsdms_control",
        "StatusTableEnabled": True,
        "SuspendedTablesTableEnabled": True,
    },
    "ErrorBehavior": {
        "RecoverableErrorInterval": 1,
        "RecoverableErrorThrottling": False,
        "ApplyErrorDeletePolicy": "LOG_ERROR",
    },
}
SECONDS = 30.0


def merged(*documents: dict[str, Any]) -> dict[str, Any]:
    """Settings with more settings laid over them, section by section."""
    out: dict[str, Any] = {}
    for document in documents:
        for section, values in document.items():
            out[section] = {**out.get(section, {}), **values}
    return out


def wait_for(condition: Callable[[], Any], what: str, seconds: float = SECONDS) -> Any:
    """Poll until the condition is true; its value."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds:g} s: {what}")


class Worker:
    """One worker process and everything it said."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.task = task
        self.events: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "migrate.sandbox.dms.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.send({"command": "run", "task": task})

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def send(self, command: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in list(self.events) if event["event"] == kind]

    def table(self, table: str, schema: str = "public") -> dict[str, Any]:
        """The newest event of a table."""
        found = [one for one in self.of("table") if (one["schema"], one["table"]) == (schema, table)]
        return found[-1] if found else {"state": "", "full_load_rows": 0}

    def states(self, table: str, schema: str = "public") -> list[str]:
        """The states a table went through."""
        out: list[str] = []
        for one in self.of("table"):
            if (one["schema"], one["table"]) == (schema, table) and out[-1:] != [one["state"]]:
                out.append(one["state"])
        return out

    def completed(self) -> list[list[str]]:
        """The tables the control plane would give to a resume; a worker that said nothing changes nothing."""
        last = {tuple(name): "Table completed" for name in self.task["completed_tables"]}
        last |= {(one["schema"], one["table"]): one["state"] for one in self.of("table")}
        return [list(name) for name, state in last.items() if state == "Table completed"]

    def checkpoint(self) -> str | None:
        found = self.of("checkpoint")
        return found[-1]["value"] if found else self.task["checkpoint"]

    def last(self) -> dict[str, Any]:
        """Wait for the end; the last event."""
        self.process.wait(SECONDS)
        self._thread.join(SECONDS)
        return self.events[-1]

    def stop(self) -> dict[str, Any]:
        self.send({"command": "stop"})
        return self.last()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(SECONDS)
        self._thread.join(SECONDS)

    def running(self) -> None:
        """Wait until it says that it runs."""
        wait_for(lambda: self.of("running") or self.process.poll() is not None, "running")
        assert self.process.poll() is None, self.events[-1]

    def loaded(self, *tables: str) -> None:
        """Wait until the tables are completed."""
        wait_for(
            lambda: (
                self.process.poll() is not None or all(self.table(one)["state"] == "Table completed" for one in tables)
            ),
            f"load of {tables}; {self.events[-3:]}",
        )
        assert self.process.poll() is None, self.events[-1]


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
