"""Stories about one local MySQL or MariaDB server: who runs it, who may come in, and that it always ends."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pymysql
import pytest

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers import mysql_binaries
from migrate.sandbox.servers.account import server_account
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.mysql_binaries import Flavor
from migrate.sandbox.servers.mysql_prefix import PLACE, Prefix
from migrate.sandbox.servers.mysql_quoting import identifier
from tests.mysql_programs import require
from tests.processes import wait_until_gone

pytestmark = [pytest.mark.server, pytest.mark.slow]

PARENT = """
import sys, time
from pathlib import Path
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.mysql_binaries import Flavor
server = MySqlServer(Path(sys.argv[1]), flavor=Flavor(sys.argv[2]))
server.start()
print(server.pid, server._process.keeper_pid, server._data.path, flush=True)
time.sleep(600)
"""
DENIED, TABLE_DENIED = 1227, 1142
REFUSED_WITHOUT_TLS = (3159, 1045)
"""MySQL says why; MariaDB 10.11 says no more than that the access is denied."""


@pytest.fixture(params=list(Flavor))
def flavor(request: pytest.FixtureRequest) -> Flavor:
    found: Flavor = request.param
    require(found)
    return found


@pytest.fixture
def server(request: pytest.FixtureRequest, flavor: Flavor) -> MySqlServer:
    """The session's server of each flavor."""
    found: MySqlServer = request.getfixturevalue(f"{flavor}_server")
    return found


def asked(server: MySqlServer, query: str, user: str | None = None, password: str | None = None) -> list[tuple]:  # type: ignore[type-arg]
    with server.connect(user=user, password=password) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def as_master(server: MySqlServer, query: str) -> list[tuple]:  # type: ignore[type-arg]
    return asked(server, query, server.master_user, server.master_password)


def test_the_certificate_and_the_name_in_it_are_verified(server: MySqlServer, tmp_path: Path) -> None:
    with server.connect(host="localhost") as connection, connection.cursor() as cursor:
        cursor.execute("SHOW STATUS LIKE 'Ssl_version'")
        assert cursor.fetchone() == ("Ssl_version", "TLSv1.3")
    with MySqlServer(tmp_path, flavor=server.flavor) as other:
        assert other.superuser_password != server.superuser_password
        assert other.server_id != server.server_id
        with pytest.raises(pymysql.err.OperationalError, match="certificate verify failed"):
            server.connect(ssl_ca=str(other.ca_file))


def test_root_is_gone_and_nobody_comes_in_without_a_password(server: MySqlServer) -> None:
    users = {user for (user,) in asked(server, "SELECT DISTINCT user FROM mysql.user")}
    assert {"rdsadmin", server.master_user} <= users
    assert not {"", "root"} & users
    for user in ("root", "", server.superuser):
        with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
            server.connect(user=user, password="")


def test_no_password_is_left_behind(server: MySqlServer) -> None:
    secrets = [server.superuser_password, server.master_password]
    for path in server.home.rglob("*"):
        if path.is_file():
            assert not [secret for secret in secrets if secret.encode() in path.read_bytes()], path
    assert server.superuser_password not in repr(server)
    assert server.pid is not None
    assert server.superuser_password.encode() not in Path(f"/proc/{server.pid}/cmdline").read_bytes()


def test_it_logs_rows_as_rds_does(server: MySqlServer) -> None:
    names = ("log_bin", "binlog_format", "binlog_row_image", "server_id", "local_infile", "time_zone")
    found = dict(as_master(server, f"SHOW GLOBAL VARIABLES WHERE Variable_name IN {names}"))
    assert found == {
        "log_bin": "ON",
        "binlog_format": "ROW",
        "binlog_row_image": "FULL",
        "server_id": str(server.server_id),
        "local_infile": "ON",
        "time_zone": "+00:00",
    }
    assert as_master(server, "SHOW BINARY LOGS")[0][0].startswith("mysql-bin-changelog.")
    if server.flavor is Flavor.MYSQL:
        assert as_master(server, "SELECT @@gtid_mode") == [("ON",)]


def test_the_master_can_do_what_rds_lets_it_and_no_more(
    server: MySqlServer, fresh_mysql_database: Callable[[MySqlServer], str]
) -> None:
    name = fresh_mysql_database(server)
    with (
        server.connect(name, server.master_user, server.master_password) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("CREATE TABLE t (id INT PRIMARY KEY)")
        cursor.execute("CREATE TRIGGER up BEFORE INSERT ON t FOR EACH ROW SET NEW.id = NEW.id + 1")
        cursor.execute("CREATE USER made_by_master@'%' IDENTIFIED BY 'a word'")
        cursor.execute(f"GRANT SELECT ON {identifier(name)}.* TO made_by_master@'%'")
        with server.connect(name, "made_by_master", "a word") as other:
            with pytest.raises(pymysql.err.OperationalError) as caught:
                other.query("INSERT INTO t VALUES (1)")
            assert caught.value.args[0] == TABLE_DENIED
            cursor.execute(f"CALL mysql.rds_kill({other.thread_id()})")
            with pytest.raises(pymysql.err.OperationalError):
                other.query("SELECT 1")
        cursor.execute("ALTER USER made_by_master@'%' ACCOUNT LOCK")
        with pytest.raises(pymysql.err.OperationalError, match="locked"):
            server.connect(user="made_by_master", password="a word")
        cursor.execute("DROP USER made_by_master@'%'")
        for refused in ("SET GLOBAL max_connections = 7", "SET SESSION sql_log_bin = 0", "SHUTDOWN"):
            with pytest.raises(pymysql.err.OperationalError) as caught:
                cursor.execute(refused)
            assert caught.value.args[0] == DENIED, refused
        with pytest.raises(pymysql.err.OperationalError, match="denied"):
            cursor.execute("SELECT 1 INTO OUTFILE '/tmp/never'")
        with server.connect() as sandbox, pytest.raises(pymysql.err.OperationalError, match="RDSADMIN"):
            cursor.execute(f"CALL mysql.rds_kill({sandbox.thread_id()})")


def test_privileges_end_at_the_database(server: MySqlServer) -> None:
    server.execute("CREATE USER owner_of_one@'%' IDENTIFIED BY 'a word'")
    server.create_database("one_db", "owner_of_one")
    server.create_database("another", server.master_user)
    try:
        with server.connect("one_db", "owner_of_one", "a word") as owner:
            owner.query("CREATE TABLE mine (id INT PRIMARY KEY)")
            with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
                owner.select_db("another")
            server.drop_database("one_db")
            with pytest.raises(pymysql.err.OperationalError):
                owner.query("SELECT 1")
        assert not [
            grant for (grant,) in asked(server, "SHOW GRANTS FOR owner_of_one") if "one" in grant.split(" TO ")[0]
        ]
        server.drop_database("one_db")
    finally:
        server.drop_database("another")
        server.execute("DROP USER owner_of_one@'%'")


def test_settings_reach_the_server_and_survive_a_restart(tmp_path: Path, flavor: Flavor) -> None:
    odd = "SET @odd = 'a # \"quoted\" \\\\ word'"
    with MySqlServer(tmp_path, flavor=flavor, settings={"init_connect": odd, "sync_binlog": "1"}) as server:
        port = server.port
        server.stop()
        assert server.pid is None
        server.settings["sort_buffer_size"] = "1M"
        server.start()
        assert asked(server, "SELECT @@init_connect, @@sync_binlog, @@sort_buffer_size") == [(odd, 1, 1048576)]
        assert server.port == port


def test_committed_rows_survive_a_crash(tmp_path: Path, flavor: Flavor) -> None:
    with MySqlServer(tmp_path, flavor=flavor) as server:
        server.execute(
            "CREATE DATABASE kept", "CREATE TABLE kept.t (n INT PRIMARY KEY)", "INSERT INTO kept.t VALUES (7)"
        )
        with server.connect() as watcher:
            server.kill()
            with pytest.raises(pymysql.err.OperationalError):
                watcher.query("SELECT 1")
        server.start()
        assert asked(server, "SELECT n FROM kept.t") == [(7,)]


def test_plain_connections_are_refused_where_tls_is_required(tmp_path: Path, flavor: Flavor) -> None:
    with MySqlServer(tmp_path, flavor=flavor, require_tls=True) as server:
        server.connect().close()
        with pytest.raises(pymysql.err.OperationalError) as caught:
            server.connect(ssl_disabled=True)
        assert caught.value.args[0] in REFUSED_WITHOUT_TLS
        server.require_tls = False
        server.stop()
        server.start()
        server.connect(ssl_disabled=True).close()


def test_a_server_without_tls(tmp_path: Path, flavor: Flavor) -> None:
    with MySqlServer(tmp_path, flavor=flavor, tls=False) as server:
        assert asked(server, "SHOW STATUS LIKE 'Ssl_cipher'") == [("Ssl_cipher", "")]
        assert not server.ca_file.exists()


def test_a_taken_port_is_one_clear_line(tmp_path: Path, flavor: Flavor) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = MySqlServer(tmp_path, flavor=flavor, port=port)
        with pytest.raises(SandboxError, match=f"^port {port} is taken") as caught:
            server.start()
        server.remove()
    assert "\n" not in str(caught.value)


def test_a_setting_the_server_refuses_is_told_in_its_own_words(tmp_path: Path, flavor: Flavor) -> None:
    server = MySqlServer(tmp_path, flavor=flavor, settings={"no_such_setting": "1"})
    with pytest.raises(SandboxError, match=r"no_such_setting|no-such-setting") as caught:
        server.start()
    server.remove()
    assert "\n" not in str(caught.value)


def test_no_programs_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for flavor in Flavor:
        monkeypatch.delenv(flavor.choice, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(PLACE, str(tmp_path))
    monkeypatch.setattr(mysql_binaries, "SYSTEM_FOLDERS", str(tmp_path))
    for flavor in Flavor:
        with pytest.raises(SandboxError, match=f"no {flavor.title} server programs found.*sandbox fetch {flavor}"):
            MySqlServer(tmp_path / "home", flavor=flavor).start()


def test_the_wrong_server_is_told_from_the_right_one(
    flavor: Flavor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian's MariaDB answers to the name mysqld too; and a version nobody has tried is not started."""
    program = tmp_path / flavor.program
    said = {Flavor.MYSQL: "Ver 10.11.6-MariaDB for debian-linux-gnu", Flavor.MARIADB: "Ver 8.0.36 for Linux"}[flavor]
    program.write_text(f"#!/bin/sh\necho '{program}  {said} on x86_64'\n")
    program.chmod(0o755)
    monkeypatch.setenv(flavor.choice, str(program))
    with pytest.raises(SandboxError, match=f"is no {flavor.title} server"):
        mysql_binaries.installed(flavor)
    monkeypatch.delenv(flavor.choice)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert mysql_binaries.installed(flavor).program != program
    old = {Flavor.MYSQL: "Ver 5.7.44 for Linux", Flavor.MARIADB: "Ver 10.4.1-MariaDB"}[flavor]
    program.write_text(f"#!/bin/sh\necho '{program}  {old} on x86_64'\n")
    with pytest.raises(SandboxError, match=f"does not know {flavor.title} {old.split()[1].split('-')[0]}"):
        mysql_binaries.installed(flavor)


def test_the_server_ends_when_its_parent_is_killed(tmp_path: Path, flavor: Flavor) -> None:
    parent, server, keeper, data = start_parent(tmp_path, flavor)
    parent.kill()
    parent.wait()
    wait_until_gone(server, keeper)
    if not data.is_relative_to(tmp_path):
        assert not data.parents[1].exists(), "data in a temporary directory nobody knows of any more"


def test_the_server_ends_when_its_keeper_is_killed(tmp_path: Path, flavor: Flavor) -> None:
    parent, server, keeper, data = start_parent(tmp_path, flavor)
    os.kill(keeper, signal.SIGKILL)
    wait_until_gone(server)
    parent.kill()
    parent.wait()
    shutil.rmtree(data.parent if data.is_relative_to(tmp_path) else data.parents[1])


def start_parent(home: Path, flavor: Flavor) -> tuple[subprocess.Popen[str], int, int, Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(home), flavor.value], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    words = process.stdout.readline().split()
    assert words, "the parent did not start its server"
    return process, int(words[0]), int(words[1]), Path(words[2])


def test_it_does_not_run_as_root(server: MySqlServer) -> None:
    assert server.pid is not None
    owner = Path(f"/proc/{server.pid}").stat().st_uid
    assert owner == server_account().uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account")
def test_programs_in_a_closed_directory_are_copied_once_and_safely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require(Flavor.MARIADB)
    account = server_account()
    original = mysql_binaries.installed(Flavor.MARIADB)
    if original.prefix is None:
        pytest.skip("MariaDB is installed in the system, not unpacked")
    closed = tmp_path / "closed"
    shutil.copytree(original.prefix.root, closed, symlinks=True)
    closed.chmod(0o700)
    monkeypatch.setenv(Flavor.MARIADB.choice, str(closed))
    found = mysql_binaries.find(Flavor.MARIADB, account)
    assert found.prefix is not None
    try:
        assert found.prefix.root != closed
        assert found == mysql_binaries.find(Flavor.MARIADB, account)
        for path in found.prefix.root.rglob("*"):
            if not path.is_symlink():
                assert path.stat().st_uid == 0
                assert not path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH), path
        with MySqlServer(tmp_path / "home", flavor=Flavor.MARIADB) as server:
            server.connect().close()
    finally:
        shutil.rmtree(found.prefix.root)


def test_the_machines_own_root_is_no_prefix() -> None:
    assert Prefix.at(Path("/")) is None


def test_names_are_quoted() -> None:
    assert identifier("we`ird", "table") == "`we``ird`.`table`"
