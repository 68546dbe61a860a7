"""Logins made by a master who is no superuser: passwords stay on the client, DMS's account can do its work."""

from __future__ import annotations

import secrets
import threading
from typing import Any

import pymysql
import pytest

from checks.facts import TableName
from migrate.engines.failures import NO_SUCH_OBJECT, NOT_PERMITTED
from migrate.engines.mysql import passwords
from migrate.engines.mysql.accounts import MySqlAccounts
from migrate.engines.mysql.connection import Connections
from migrate.errors import SourceError
from migrate.model.database import Credentials

pytestmark = pytest.mark.server


@pytest.fixture
def feeder(source: Any) -> Credentials:
    credentials = Credentials(f"feeder_{secrets.token_hex(3)}", "feeder's: \\ secret-4af1")
    source.users.append(credentials.user)
    source.accounts.ensure_login(credentials, replication=True)
    return credentials


def stored(side: Any, user: str) -> list[tuple[Any, ...]]:
    return side.run(
        f"SELECT host, plugin, authentication_string FROM mysql.user WHERE user = '{user}' ORDER BY 1", superuser=True
    )


def test_what_the_server_stores_is_made_as_it_makes_it_itself(source: Any) -> None:
    """It says so by letting in whoever knows the password, and nobody else."""
    for password in ("a", "0123456789" * 5, 'it\'s; \\ "ünd" …', " "):
        made = Credentials(f"user_{secrets.token_hex(3)}", password)
        source.users.append(made.user)
        source.accounts.ensure_login(made)
        source.run(f"GRANT SELECT ON `{source.name}`.* TO '{made.user}'@'%'")
        with source.connections.use_as(made) as connection:
            assert connection.rows("SELECT CURRENT_USER()") == [(f"{made.user}@%",)]
        with pytest.raises(SourceError), source.connections.use_as(Credentials(made.user, password + "x")):
            pass
    plugin = passwords.NATIVE if source.mariadb else passwords.SHA2
    [(_, said, kept)] = stored(source, made.user)
    assert said == plugin
    kept = kept if isinstance(kept, bytes) else kept.encode()
    assert passwords.fits(plugin, " ", kept)
    assert not passwords.fits(plugin, "x", kept)


def test_the_password_is_changed_and_never_reaches_a_log(source: Any, feeder: Credentials, tmp_path: Any) -> None:
    source.run(
        "SET GLOBAL log_output = 'TABLE'", "TRUNCATE mysql.general_log", "SET GLOBAL general_log = ON", superuser=True
    )
    source.accounts.grant_feed(feeder.user, [source.name])
    try:
        changed = Credentials(feeder.user, "another-secret-97b2")
        source.accounts.ensure_login(changed, replication=True)
        source.login(changed).close()
        with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
            source.login(Credentials(feeder.user, "feeder-secret"))
        logged = " ".join(str(row[0]) for row in source.run("SELECT argument FROM mysql.general_log", superuser=True))
        assert "ALTER USER" in logged
        assert "another-secret-97b2" not in logged
        [(name, *_)] = source.run("SHOW BINARY LOGS", superuser=True)[-1:]
        statements = source.run(f"SHOW BINLOG EVENTS IN '{name}'", superuser=True)
        assert any(feeder.user in str(row) for row in statements)
        assert not any("another-secret" in str(row) for row in statements)
    finally:
        source.run("SET GLOBAL general_log = OFF", "SET GLOBAL log_output = 'FILE'", superuser=True)


def test_a_user_that_can_log_in_already_is_left_as_it_is(source: Any) -> None:
    app = source.user("10.%")
    before = stored(source, app.user)
    source.accounts.ensure_login(app)
    assert stored(source, app.user) == before, "neither widened to every host nor given another plugin"
    source.accounts.ensure_login(Credentials(app.user, "another one"))
    [(host, plugin, now)] = stored(source, app.user)
    assert (host, plugin) == before[0][:2]
    assert now != before[0][2]


def test_a_login_made_behind_a_closed_fence_is_locked_until_it_opens(source: Any) -> None:
    """The application's login on a new target: made after the target was closed, let in by the cutover."""
    friends, recorded = [source.master.user], source.fence.record()
    source.fence.close(friends)
    app = Credentials(f"app_{secrets.token_hex(3)}", "the application's")
    source.users.append(app.user)
    source.accounts.ensure_login(app)
    source.accounts.ensure_login(app)
    assert not source.may_log_in(app)
    assert source.fence.breaches(friends) == []
    source.fence.open(recorded, friends)
    source.run(f"GRANT SELECT ON `{source.name}`.* TO '{app.user}'@'%'")
    assert source.may_log_in(app)


def test_the_feeding_account_reads_writes_and_follows_the_log(source: Any, feeder: Credentials) -> None:
    source.run(
        "CREATE TABLE parent (id int PRIMARY KEY)",
        "CREATE TABLE child (id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES parent (id))",
    )
    source.accounts.grant_feed(feeder.user, [source.name])
    source.accounts.grant_feed(feeder.user, [source.name])
    with source.login(feeder) as connection, connection.cursor() as cursor:
        for statement in (
            "SET FOREIGN_KEY_CHECKS = 0",
            "INSERT INTO child VALUES (1, 7)",
            "UPDATE child SET id = 2",
            "DELETE FROM child",
            "TRUNCATE child",
            "ALTER TABLE child ADD COLUMN more int",
            "CREATE TABLE aurora_migrate.marker (id int)",
            "CREATE TABLE awsdms_control.awsdms_apply_exceptions (error text)",
            "SHOW BINARY LOGS",
            "XA RECOVER",
        ):
            cursor.execute(statement)
    grants = " ".join(row[0] for row in source.run(f"SHOW GRANTS FOR '{feeder.user}'@'%'"))
    assert "REPLICATION SLAVE" in grants
    assert "SUPER" not in grants


def test_a_neighbour_whose_name_fits_the_pattern_is_not_granted(source: Any, feeder: Credentials) -> None:
    neighbour = source.name.replace("_", "x")
    source.extra.append(neighbour)
    source.run(f"CREATE DATABASE {neighbour}", f"CREATE TABLE {neighbour}.t (id int)")
    source.accounts.grant_feed(feeder.user, [source.name])
    with source.login(feeder) as connection, connection.cursor() as cursor, pytest.raises(pymysql.MySQLError):
        cursor.execute(f"SELECT * FROM {neighbour}.t")


def test_what_the_toolkit_may_not_pass_on_is_said_as_a_grant(source: Any, feeder: Credentials) -> None:
    weak = source.user(grants="SELECT, CREATE")
    source.run(
        f"GRANT SELECT ON mysql.* TO '{weak.user}'@'%'", f"GRANT CREATE ON *.* TO '{weak.user}'@'%'", superuser=True
    )
    connections = Connections(source.address, weak, source.side)
    with pytest.raises(SourceError) as caught:
        MySqlAccounts(connections).grant_feed(feeder.user, [source.name])
    assert caught.value.code == f"SRC-{NOT_PERMITTED}"
    assert "GRANT ALTER, CREATE, DROP" in caught.value.hint
    assert f"TO '{weak.user}'@'%' WITH GRANT OPTION;" in caught.value.hint
    connections.close()


def test_no_session_slips_through_a_lock(source: Any, feeder: Credentials) -> None:
    """Logins hammer while the account is locked: afterwards none is in, however they raced."""
    source.accounts.grant_feed(feeder.user, [source.name])
    stop, opened = threading.Event(), []

    def hammer() -> None:
        while not stop.is_set():
            try:
                opened.append(source.login(feeder))
            except pymysql.MySQLError:
                stop.wait(0.005)

    threads = [threading.Thread(target=hammer) for _ in range(3)]
    for thread in threads:
        thread.start()
    accounts = source.accounts
    try:
        for _ in range(3):
            accounts.unlock(feeder.user)
            while not opened:
                stop.wait(0.01)
            accounts.lock(feeder.user, timeout=15)
            stop.wait(0.3)
            assert accounts.locked(feeder.user)
            opened.clear()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_locked_is_false_while_a_session_or_the_right_to_log_in_is_left(source: Any) -> None:
    app, accounts = source.user(), source.accounts
    source.host(app, "10.%")
    assert not accounts.locked(app.user)
    session = source.login(app)
    source.run(f"ALTER USER '{app.user}'@'%' ACCOUNT LOCK", superuser=True)
    assert not accounts.locked(app.user)
    source.run(f"ALTER USER '{app.user}'@'10.%' ACCOUNT LOCK", superuser=True)
    assert not accounts.locked(app.user)
    session.close()
    accounts.lock(app.user, timeout=5)
    assert accounts.locked(app.user)
    assert accounts.locked("nobody there")
    accounts.unlock(app.user)
    assert source.may_log_in(app)
    with pytest.raises(SourceError) as caught:
        accounts.lock("nobody there", timeout=1)
    assert caught.value.code == f"SRC-{NO_SUCH_OBJECT}"


def test_smoke_reads_through_quoted_names_and_tells_what_fails(source: Any) -> None:
    app = source.user(grants="SELECT")
    source.run("CREATE TABLE `odd ``one``'s %s` (id int)")
    tables = [TableName(source.name, name) for name in ("odd `one`'s %s", "absent")]
    [line] = source.accounts.smoke(app, tables)
    assert "absent" in line
    [line] = source.accounts.smoke(Credentials(app.user, "wrong"), tables)
    assert "wrong" not in line.replace("user name or the password is wrong", "")
