"""The application reads its database from an SSM parameter: there, back, there again, and what it wrote is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.scenarios.theatre import Staged, replicated, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("switches")]
NAME = "/ledger/database"
CUSTOMER = "(SELECT min(id) FROM ledger.customers)"


class Application:
    """Knows its login and the parameter; connects anew for each transaction."""

    def __init__(self, staged: Staged) -> None:
        self._ssm, self._staged = staged.boto("ssm"), staged

    def place(self) -> str:
        return str(self._ssm.get_parameter(Name=NAME)["Parameter"]["Value"])

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


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[Staged]:
    for made in stage(tmp_path):
        made.boto("ssm").put_parameter(Name=NAME, Value=f"{made.source.host}:{made.source.port}", Type="String")
        login = {key: made.secret()[key] for key in ("username", "password")}
        made.boto("secretsmanager").put_secret_value(SecretId=made.secret_id, SecretString=json.dumps(login))
        with (made.home / "migration.toml").open("a") as file:
            file.write(f'\n[switch]\nparameter = "{NAME}"\nvalue = "{{host}}:{{port}}"\n')
        yield replicated(made)


def test_there_and_back_and_there_again(staged: Staged) -> None:
    application = Application(staged)
    at_home, secret = application.place(), staged.secret()
    assert f"switch the application's parameter {NAME} to the target" in staged.must("cutover", "plan").out
    assert f"the application's parameter {NAME}" in staged.run("doctor").out
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
    assert staged.boto("ssm").get_parameter(Name=NAME)["Parameter"]["Version"] == 4, "each switch put it once"
