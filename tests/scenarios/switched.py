"""An application that learns of a switch by other means than its secret, and the story of its two cutovers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.scenarios.theatre import Staged

CUSTOMER = "(SELECT min(id) FROM ledger.customers)"


class Application:
    """Knows its login, and by `place`, as `host:port`, where its database is; connects anew for each transaction."""

    def __init__(self, staged: Staged, place: Callable[[], str]) -> None:
        self._staged, self.place = staged, place

    def do(self, statement: str) -> list[tuple[str, ...]]:
        host, _, port = self.place().partition(":")
        login = {"user": self._staged.secret()["username"], "password": self._staged.secret()["password"]}
        place = {"host": host, "port": port, "dbname": self._staged.source.database, "sslmode": "require"}
        with psycopg.connect(**login, **place) as database:
            cursor = database.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def rename(self, email: str) -> None:
        self.do(f"UPDATE ledger.customers SET email = '{email}' WHERE id = {CUSTOMER}")

    def name(self) -> str:
        ((email,),) = self.do(f"SELECT email FROM ledger.customers WHERE id = {CUSTOMER}")
        return email


def patient(staged: Staged) -> None:
    """The machine's load must not close a gate: here it is told what moves, not how fast."""
    settings: Path = staged.home / "migration.toml"
    text = settings.read_text()
    for tight, wide in (
        ("lag_seconds = 20.0", "lag_seconds = 600.0"),
        ("budget_seconds = 300.0", "budget_seconds = 3000.0"),
    ):
        assert tight in text
        text = text.replace(tight, wide)
    settings.write_text(text)


def login_alone(staged: Staged, switch: str) -> None:
    """Take the place out of the application's secret, and have `switch` moved instead."""
    login = {key: staged.secret()[key] for key in ("username", "password")}
    staged.boto("secretsmanager").put_secret_value(SecretId=staged.secret_id, SecretString=json.dumps(login))
    patient(staged)
    settings: Path = staged.home / "migration.toml"
    settings.write_text(f"{settings.read_text()}\n[switch]\n{switch}\n")


def there_and_back_and_there_again(staged: Staged, application: Application, switched: str) -> None:
    """What the application wrote on one side is there on the other, each time, and never are both open."""
    at_home, secret = application.place(), staged.secret()
    assert f"switch the application's {switched} to the target" in staged.must("cutover", "plan").out
    assert f"the application's {switched}" in staged.run("doctor").out
    with staged.doors() as doors:
        for number, command in enumerate((("cutover", "run"), ("rollback",), ("cutover", "run"))):
            application.rename(f"before-{number}@example.com")
            if command != ("rollback",):
                staged.must("cutover", "approve", "--by", "ann")
            staged.must(*command)
            assert (application.place() == at_home) is (command == ("rollback",))
            assert application.name() == f"before-{number}@example.com"
        doors.look_again()
    assert (doors.problem, doors.both_open) == ("", 0)
    assert staged.status()["owner"] == "target"
    assert staged.secret() == secret, "its login is not touched"
