"""Every way a connection can fail has its own code, and no error knows the password."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import traceback
from typing import Any

import pymysql
import pytest

from checks.facts import TableName
from checks.route import Engine, Version
from migrate.engines import failures
from migrate.engines.mysql.connection import Connections
from migrate.engines.mysql.database import MySqlDatabase
from migrate.engines.mysql.failures import NO_LOG, UNKNOWN_PLUGIN, failed, refused
from migrate.engines.mysql.server_version import ServerVersion
from migrate.errors import MigrateError, SourceError, TargetError
from migrate.model.database import Address, Credentials, Side, Tls

pytestmark = pytest.mark.server
CANARY = "canary-0f1e2d3c"


def refusal(side: Any, credentials: Credentials | None = None, **changes: Any) -> MigrateError:
    address = dataclasses.replace(side.address, **changes)
    database = MySqlDatabase(address, credentials or Credentials(side.master.user, CANARY), side.side)
    with pytest.raises(MigrateError) as caught:
        database.identity()
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(database)
    assert CANARY not in shown
    assert side.master.password not in shown
    return caught.value


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_each_refusal_is_told_apart(source: Any) -> None:
    outsider = source.user(grants="USAGE")
    locked = source.user()
    source.run(f"ALTER USER {locked.user} ACCOUNT LOCK", superuser=True)
    expired = source.user()
    source.run(f"ALTER USER {expired.user} PASSWORD EXPIRE", superuser=True)
    codes = {
        "wrong password": refusal(source).code,
        "unknown user": refusal(source, Credentials("nobody_here", CANARY)).code,
        "locked account": refusal(source, locked).code,
        "expired password": refusal(source, expired).code,
        "unreachable": refusal(source, port=closed_port()).code,
        "unknown database": refusal(source, source.master, database="nowhere").code,
        "not admitted": refusal(source, outsider).code,
        "certificate of another authority": refusal(source, source.master, ca_file=__file__).code,
        "no file of authorities": refusal(source, source.master, ca_file="/nowhere/ca.pem").code,
        "name not in the certificate": refusal(source, source.master, host="127.0.0.2").code,
    }
    assert codes == {
        "wrong password": f"SRC-{failures.WRONG_CREDENTIALS}",
        "unknown user": f"SRC-{failures.WRONG_CREDENTIALS}",
        "locked account": f"SRC-{failures.WRONG_CREDENTIALS}",
        "expired password": f"SRC-{failures.WRONG_CREDENTIALS}",
        "unreachable": f"SRC-{failures.UNREACHABLE}",
        "unknown database": f"SRC-{failures.UNKNOWN_DATABASE}",
        "not admitted": f"SRC-{failures.NOT_ADMITTED}",
        "certificate of another authority": f"SRC-{failures.TLS_REFUSED}",
        "no file of authorities": f"SRC-{failures.TLS_REFUSED}",
        "name not in the certificate": codes["name not in the certificate"],
    }
    assert codes["name not in the certificate"] in (f"SRC-{failures.TLS_REFUSED}", f"SRC-{failures.UNREACHABLE}")


def test_an_account_that_may_only_come_over_tls_says_so(source: Any) -> None:
    strict = source.user()
    source.run(f"ALTER USER {strict.user} REQUIRE SSL", superuser=True)
    assert refusal(source, strict, tls=Tls.DISABLE).code == f"SRC-{failures.WRONG_CREDENTIALS}"
    plain = Connections(dataclasses.replace(source.address, tls=Tls.VERIFY_CA), strict, Side.SOURCE)
    with plain.use() as connection:
        assert connection.rows("SHOW STATUS LIKE 'Ssl_cipher'")[0][1]
    plain.close()


def test_only_what_may_pass_by_itself_is_retryable(source: Any) -> None:
    assert refusal(source, port=closed_port()).retryable
    assert not refusal(source).retryable


def test_without_tls_only_loopback_is_spoken_to(source: Any) -> None:
    error = refusal(source, source.master, host="db.example.com", tls=Tls.DISABLE)
    assert error.code == f"SRC-{failures.TLS_REFUSED}"
    plain = dataclasses.replace(source.address, tls=Tls.DISABLE)
    database = MySqlDatabase(plain, source.master, Side.SOURCE)
    assert database.identity().database == source.name
    database.close()


def test_an_account_that_the_driver_cannot_log_in_to_is_told_as_that() -> None:
    driver: Any = pymysql.connections.Connection(defer_connect=True)
    with pytest.raises(pymysql.OperationalError) as unknown:
        driver._process_auth(b"auth_gssapi_client", None)
    error = refused(Side.SOURCE, "here", unknown.value)
    assert error.code == f"SRC-{UNKNOWN_PLUGIN}"
    assert "auth_gssapi_client" in error.message
    assert "mysql_native_password" in error.hint
    needed = RuntimeError(
        "'cryptography' package is required for sha256_password or caching_sha2_password auth methods"
    )
    error = refused(Side.TARGET, "here", needed)
    assert error.code == f"TGT-{UNKNOWN_PLUGIN}"
    assert "Install cryptography" in error.hint


def test_a_password_may_hold_any_character(source: Any) -> None:
    user = source.user()
    odd = Credentials(user.user, "p€ss'wörd\\ \"%s🐘")
    source.database.accounts.ensure_login(odd)
    with source.connections.use_as(odd) as connection:
        assert connection.rows("SELECT CURRENT_USER()")[0][0].startswith(user.user)


def test_what_the_server_forbids_names_the_grant(source: Any) -> None:
    poor = Connections(source.address, source.user(grants="CREATE"), Side.SOURCE)
    source.run("CREATE TABLE t (id int)")
    statements = {
        f"SELECT * FROM {source.name}.t": "GRANT SELECT ON",
        "SET GLOBAL read_only = ON": "GRANT ",
        "SHOW BINARY LOGS": "GRANT ",
    }
    for statement, words in statements.items():
        with pytest.raises(SourceError) as caught, poor.use() as connection:
            connection.execute(statement)
        assert caught.value.code == f"SRC-{failures.NOT_PERMITTED}"
        assert words in caught.value.hint
        assert "aurora-migrate doctor" in caught.value.hint
    poor.close()


def test_values_in_a_refusal_are_not_repeated(source: Any) -> None:
    source.run("CREATE TABLE t (id varchar(40) PRIMARY KEY, n int)", f"INSERT INTO t VALUES ('{CANARY}', 1)")
    for statement in (
        f"INSERT INTO t VALUES ('{CANARY}', 2)",
        f"INSERT INTO t VALUES ('a', '{CANARY}')",
        f"CREATE USR x IDENTIFIED BY '{CANARY}'",
    ):
        with pytest.raises(SourceError) as caught, source.connections.use() as connection:
            connection.execute(statement)
        assert CANARY not in str(caught.value)


def test_errors_follow_the_side(source: Any, target: Any) -> None:
    assert isinstance(refusal(source), SourceError)
    assert isinstance(refusal(target), TargetError)
    with pytest.raises(TargetError) as caught:
        target.database.rows.count(TableName(target.name, "absent"))
    assert caught.value.code == f"TGT-{failures.NO_SUCH_OBJECT}"


def test_a_session_that_the_server_ended_is_replaced(source: Any) -> None:
    with source.connections.use() as connection:
        number = connection.rows("SELECT CONNECTION_ID()")[0][0]
    source.run(f"KILL {number}", superuser=True)
    with source.connections.use() as connection:
        assert connection.rows("SELECT CONNECTION_ID()")[0][0] != number


def test_a_lost_connection_is_retryable(source: Any) -> None:
    connections = source.connections
    with pytest.raises(SourceError) as caught, connections.use() as connection:  # noqa: PT012
        source.run(f"KILL {connection.rows('SELECT CONNECTION_ID()')[0][0]}", superuser=True)
        connection.rows("SELECT 1")
    assert caught.value.code == f"SRC-{failures.LOST}"
    assert caught.value.retryable


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this platform has no TCP_USER_TIMEOUT")
def test_what_nobody_acknowledges_is_given_up_within_a_minute(source: Any) -> None:
    """No keepalives are sent while a request is under way: a peer that is gone without a word would cost 15 minutes."""
    with source.connections.use() as connection:
        assert connection._sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000


def test_with_one_lost_connection_the_idle_ones_go_too(source: Any) -> None:
    """They went over the same link: each would be waited for anew."""
    connections = source.connections
    with connections.use() as first, connections.use() as second:
        pass
    with pytest.raises(SourceError) as caught, connections.use() as lost:  # noqa: PT012
        source.run(f"KILL {lost.number}", superuser=True)
        lost.rows("SELECT 1")
    assert caught.value.code == f"SRC-{failures.LOST}"
    assert not first.open
    assert not second.open


def test_a_statement_that_fails_costs_its_own_connection_alone(source: Any) -> None:
    connections = source.connections
    with connections.use() as first, connections.use() as second:
        pass
    with pytest.raises(SourceError), connections.use() as used:
        used.execute("SELECT no_such_column")
    assert {first.open, second.open} == {True, False}


def test_a_session_looks_the_same_whatever_the_server_prefers(source: Any) -> None:
    before = source.run("SELECT @@GLOBAL.sql_mode, @@GLOBAL.time_zone, @@GLOBAL.autocommit")[0]
    try:
        source.run(
            "SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', GLOBAL time_zone = '-05:00'",
            "SET GLOBAL autocommit = OFF", superuser=True,
        )  # fmt: skip
        fresh = Connections(source.address, source.master, Side.SOURCE)
        with fresh.use() as connection:
            [row] = connection.rows(
                'SELECT @@sql_mode, @@time_zone, @@autocommit, @@collation_connection, "it\'s", %s, `%s "`'
                ' FROM (SELECT 7 AS `%s "`) AS x WHERE \'a%%s\' = "a%%s" AND 1 IN %s',
                ["back\\slash '\"", [1, 2]],
            )
            assert "STRICT_ALL_TABLES" in row[0]
            assert "ANSI_QUOTES" not in row[0]
            assert row[1:] == ("+00:00", 1, "utf8mb4_bin", "it's", "back\\slash '\"", 7)
        fresh.close()
    finally:
        modes, zone, commits = before
        source.run(
            f"SET GLOBAL sql_mode = '{modes}', GLOBAL time_zone = '{zone}', GLOBAL autocommit = {commits}",
            superuser=True,
        )


def test_too_few_or_too_many_values_are_a_mistake(source: Any) -> None:
    with source.connections.use() as connection:
        with pytest.raises(ValueError, match="more values"):
            connection.rows("SELECT %s", [1, 2])
        with pytest.raises(ValueError, match="fewer values"):
            connection.rows("SELECT %s, %s", [1])


def test_a_transaction_keeps_all_or_nothing_and_a_snapshot_stands_still(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY)")
    with contextlib.suppress(ZeroDivisionError), source.connections.use() as connection, connection.transaction():
        connection.execute("INSERT INTO t VALUES (1)")
        raise ZeroDivisionError
    with source.connections.use() as connection, connection.transaction(snapshot=True):
        source.run("INSERT INTO t VALUES (2)")
        assert connection.rows("SELECT * FROM t") == []
    with source.connections.use() as connection:
        assert connection.rows("SELECT * FROM t") == [(2,)]


@pytest.mark.parametrize(
    ("text", "engine", "parts"),
    [
        ("8.0.39", Engine.MYSQL, (8, 0, 39)),
        ("5.7.44-log", Engine.MYSQL, (5, 7, 44)),
        ("8.0.mysql_aurora.3.08.0", Engine.MYSQL, (8, 0)),
        ("5.5.5-10.5.29-MariaDB-log", Engine.MARIADB, (10, 5, 29)),
        ("11.4.4-MariaDB-ubu2404", Engine.MARIADB, (11, 4, 4)),
    ],
)
def test_versions_and_flavors_are_told_apart(text: str, engine: Engine, parts: tuple[int, ...]) -> None:
    version = ServerVersion.parse(text)
    assert (version.engine, version.version) == (engine, Version(parts))


def test_the_identity_says_who_answered_and_whether_it_takes_writes(source: Any, target: Any) -> None:
    app = source.user()
    identity, other = source.database.identity(), target.database.identity()
    assert identity.server != other.server
    assert identity.writable
    assert identity.database == source.name
    try:
        source.run("SET GLOBAL read_only = ON", superuser=True)
        assert not source.database.identity().writable
        plain = Connections(source.address, app, Side.SOURCE)
        with pytest.raises(SourceError) as caught, plain.use() as connection:
            connection.execute("CREATE TABLE t (id int)")
        assert caught.value.code == f"SRC-{failures.READ_ONLY}"
        plain.close()
    finally:
        source.run("SET GLOBAL read_only = OFF", superuser=True)


def test_an_address_without_a_database_will_do(source: Any) -> None:
    address = Address(
        source.address.engine, source.address.host, source.address.port, "", ca_file=source.address.ca_file
    )
    database = MySqlDatabase(address, source.master, Side.SOURCE)
    assert database.identity().database == ""
    database.close()


@pytest.mark.parametrize(
    ("said", "number"),
    [
        (
            "A replica with the same server_uuid/server_id as this replica has connected to the source",
            failures.TRY_AGAIN,
        ),
        ("Misconfigured source - source server_id is 0", NO_LOG),
        ("Could not find first log file name in binary log index file", failures.SLOT_LOST),
    ],
)
def test_the_reasons_of_error_1236_are_told_apart(said: str, number: int) -> None:
    error = failed(Side.SOURCE, "here", pymysql.OperationalError(1236, said))
    assert error.code == f"SRC-{number}"
    assert error.retryable is (number == failures.TRY_AGAIN)
    assert error.hint
