"""Login roles made by a master who is no superuser: passwords stay on the client, DMS's role can do its work."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from checks.facts import TableName
from migrate.engines.failures import NOT_PERMITTED
from migrate.errors import SourceError
from migrate.model.database import Credentials

pytestmark = pytest.mark.server


@pytest.fixture
def feeder(source: Any) -> Iterator[Credentials]:
    credentials = Credentials(f"feeder_{secrets.token_hex(3)}", "feeder's: \\ secret-4af1")
    source.database.accounts.ensure_login(credentials, replication=True)
    source.roles.append(credentials.user)
    return credentials


def test_the_password_is_set_again_and_never_reaches_the_servers_log(source: Any, feeder: Credentials) -> None:
    log = source.server.log_file
    source.run(
        "ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.3)", superuser=True
    )
    try:
        changed = Credentials(feeder.user, "another-secret-97b2")
        source.database.accounts.ensure_login(changed, replication=True)
        source.login(changed).close()
        with pytest.raises(psycopg.OperationalError, match="password"):
            source.login(feeder)
        text = log.read_text(errors="replace")
        assert f"ALTER ROLE {feeder.user}" in text
        assert "another-secret-97b2" not in text
    finally:
        source.run("ALTER SYSTEM RESET log_statement", "SELECT pg_reload_conf()", superuser=True)


def test_the_feeding_role_reads_writes_replicates_and_silences_triggers(source: Any, feeder: Credentials) -> None:
    source.run(
        "CREATE SCHEMA app",
        "CREATE TABLE app.parent (id serial PRIMARY KEY)",
        "CREATE TABLE app.child (id int PRIMARY KEY REFERENCES app.parent)",
    )
    source.database.markers.prepare(["forward_main"])
    source.database.accounts.grant_feed(feeder.user, ["app"])
    source.database.accounts.grant_feed(feeder.user, ["app"])
    with source.login(feeder) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("INSERT INTO app.child VALUES (1)")
        connection.execute("UPDATE app.child SET id = 2")
        connection.execute("DELETE FROM app.child")
        connection.execute("TRUNCATE app.child")
        connection.execute("INSERT INTO aurora_migrate.marker_forward_main (token) VALUES ('x')")
        connection.execute("CREATE TABLE awsdms_control.awsdms_apply_exceptions (error text)")
        connection.execute("INSERT INTO awsdms_control.awsdms_apply_exceptions VALUES ('one')")
    assert source.database.markers.seen("forward_main", "x")
    assert source.database.apply_exceptions("awsdms_control") == 1
    slot = f"feeder_{source.name}"
    with source.server.connect(source.name, feeder.user, feeder.password, replication="database") as stream:
        stream.pgconn.exec_(f"CREATE_REPLICATION_SLOT {slot} LOGICAL test_decoding".encode())
    assert slot in source.database.log.slots()
    source.database.log.drop_slot(slot)


def test_apply_exceptions_that_cannot_be_read_are_unknown(source: Any) -> None:
    source.run(
        "CREATE SCHEMA awsdms_control", "CREATE TABLE awsdms_control.awsdms_apply_exceptions (e text)", superuser=True
    )
    assert source.database.apply_exceptions("awsdms_control") is None


def test_tables_of_other_owners_are_named_when_they_cannot_be_granted(source: Any, feeder: Credentials) -> None:
    source.run("CREATE SCHEMA app", "CREATE TABLE app.mine (id int)")
    source.run("CREATE TABLE app.foreign_table (id int)", superuser=True)
    source.run("GRANT SELECT ON app.foreign_table TO mig_admin WITH GRANT OPTION", superuser=True)
    with pytest.raises(SourceError) as caught:
        source.database.accounts.grant_feed(feeder.user, ["app"])
    assert caught.value.code == f"SRC-{NOT_PERMITTED}"
    assert "app.foreign_table" in caught.value.message
    assert "app.mine" not in caught.value.message


def test_no_session_slips_through_a_lock(source: Any, feeder: Credentials) -> None:
    """Logins hammer while the account is locked: afterwards none is in, however they raced."""
    stop, opened = threading.Event(), []

    def hammer() -> None:
        while not stop.is_set():
            try:
                opened.append(source.login(feeder))
            except psycopg.OperationalError:
                continue

    threads = [threading.Thread(target=hammer) for _ in range(3)]
    for thread in threads:
        thread.start()
    accounts = source.database.accounts
    try:
        for _ in range(3):
            accounts.unlock(feeder.user)
            while not opened:
                stop.wait(0.01)
            accounts.lock(feeder.user, timeout=15)
            assert accounts.locked(feeder.user)
            stop.wait(0.3)
            assert accounts.locked(feeder.user)
            opened.clear()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_locked_is_false_while_a_session_or_the_right_to_log_in_is_left(source: Any, feeder: Credentials) -> None:
    accounts = source.database.accounts
    assert not accounts.locked(feeder.user)
    session = source.login(feeder)
    source.run(f"ALTER ROLE {feeder.user} NOLOGIN", superuser=True)
    assert not accounts.locked(feeder.user)
    session.close()
    accounts.lock(feeder.user, timeout=5)
    assert accounts.locked(feeder.user)


def test_activity_lists_old_and_prepared_transactions_of_this_database_only(source: Any, fresh_database: Any) -> None:
    app = source.role()
    source.run("CREATE TABLE public.t (id int)", f"GRANT ALL ON public.t TO {app.user}")
    activity, friends = source.database.activity, [source.master.user]
    elsewhere = source.server.connect(fresh_database(source.server), app.user, app.password, autocommit=False)
    elsewhere.execute("SELECT 1")
    assert activity.long_transactions(0, friends) == []
    here = source.server.connect(source.name, app.user, app.password, autocommit=False)
    here.execute("INSERT INTO public.t VALUES (1)")
    [line] = activity.long_transactions(0, friends)
    assert app.user in line
    assert activity.long_transactions(60, friends) == []
    assert activity.long_transactions(0, [*friends, app.user]) == []
    here.execute("PREPARE TRANSACTION 'waiting'")
    [line] = activity.prepared_transactions()
    assert "waiting" in line
    here.commit()
    here.autocommit = True
    here.execute("ROLLBACK PREPARED 'waiting'")
    here.close()
    elsewhere.close()
    assert activity.prepared_transactions() == []


def test_smoke_reads_through_quoted_names(source: Any) -> None:
    app = source.role()
    source.run('CREATE TABLE public."O\'dd %s" (id int)', f'GRANT SELECT ON public."O\'dd %s" TO {app.user}')
    assert source.database.accounts.smoke(app, [TableName("public", "O'dd %s")]) == []
