"""Stories about one local server: who runs it, who may come in, and that it always ends."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers import binaries
from migrate.sandbox.servers.account import Account, server_account, shared_temp
from migrate.sandbox.servers.keeper import PR_SET_PDEATHSIG
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.sandbox.servers.quoting import identifier, literal
from tests.processes import wait_until_gone

pytestmark = pytest.mark.server

PARENT = """
import sys, time
from pathlib import Path
from migrate.sandbox.servers.postgres import PostgresServer
server = PostgresServer(Path(sys.argv[1]))
server.start()
import os
print(server.pid, server._process.keeper_pid, os.geteuid(), server._data.path, flush=True)
time.sleep(600)
"""


def child_processes(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def start_parent(home: Path, **how: object) -> tuple[subprocess.Popen[str], list[int], Path]:
    process = subprocess.Popen(
        [str(how.pop("python", sys.executable)), "-c", PARENT, str(home)],
        stdout=subprocess.PIPE,
        text=True,
        **how,  # type: ignore[call-overload]
    )
    words = process.stdout.readline().split()
    assert words, "the parent did not start its server"
    return process, [int(word) for word in words[:3]], Path(words[3])


def test_verify_full_with_the_servers_own_authority(postgres_server: PostgresServer) -> None:
    with postgres_server.connect(sslmode="verify-full", host="localhost") as connection:
        row = connection.execute("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
    assert row == (True, "TLSv1.3")


def test_another_servers_authority_is_refused(postgres_pair: tuple[PostgresServer, PostgresServer]) -> None:
    one, other = postgres_pair
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        one.connect(sslrootcert=str(other.ca_file))


def test_two_servers_are_two_systems(postgres_pair: tuple[PostgresServer, PostgresServer]) -> None:
    identities = set()
    for server in postgres_pair:
        with server.connect() as connection:
            identities.add(connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone())
    assert len(identities) == 2
    assert postgres_pair[0].superuser_password != postgres_pair[1].superuser_password


def test_no_password_no_entry(postgres_server: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        postgres_server.connect(user=postgres_server.superuser)


def test_no_password_is_left_behind(postgres_server: PostgresServer) -> None:
    secrets = [postgres_server.superuser_password.encode(), postgres_server.master_password.encode()]
    for path in postgres_server.home.rglob("*"):
        if path.is_file():
            assert not [secret for secret in secrets if secret in path.read_bytes()], path
    assert postgres_server.superuser_password not in repr(postgres_server)


def test_the_master_is_no_superuser_and_can_do_what_rds_lets_it(postgres_server: PostgresServer) -> None:
    server = postgres_server
    with server.connect("postgres", server.master_user, server.master_password) as master:
        assert master.execute("SELECT usesuper FROM pg_user WHERE usename = current_user").fetchone() == (False,)
        master.execute("SET session_replication_role = replica")
        master.execute("CREATE ROLE made_by_master LOGIN REPLICATION")
        master.execute("GRANT pg_monitor TO made_by_master")
        master.execute("DROP ROLE made_by_master")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            master.execute("SELECT pg_read_file('postgresql.conf')")


def test_settings_reach_the_server_and_survive_a_restart(tmp_path: Path) -> None:
    with PostgresServer(tmp_path, settings={"wal_level": "replica", "search_path": "it's, \\odd"}) as server:
        port = server.port
        server.stop()
        server.settings["work_mem"] = "5MB"
        server.start()
        with server.connect() as connection:
            assert connection.execute("SHOW wal_level").fetchone() == ("replica",)
            assert connection.execute("SHOW work_mem").fetchone() == ("5MB",)
            assert connection.execute("SHOW search_path").fetchone() == ("it's, \\odd",)
        assert server.port == port


def test_committed_rows_survive_a_crash(tmp_path: Path) -> None:
    with PostgresServer(tmp_path) as server:
        server.execute("CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
        with server.connect() as watcher:
            server.kill()
            with pytest.raises(psycopg.OperationalError):
                watcher.execute("SELECT 1")
        server.start()
        with server.connect() as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_plain_connections_are_refused_where_tls_is_required(tmp_path: Path) -> None:
    with PostgresServer(tmp_path, require_tls=True) as server:
        server.connect().close()
        with pytest.raises(psycopg.OperationalError, match="no encryption"):
            server.connect(sslmode="disable")


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = PostgresServer(tmp_path, port=port)
        with pytest.raises(SandboxError, match=f"^port {port} is taken") as caught:
            server.start()
        server.remove()
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_a_setting_the_server_refuses_is_told_in_its_own_words(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path, settings={"max_connections": "many"})
    with pytest.raises(SandboxError, match="max_connections") as caught:
        server.start()
    server.remove()
    assert "\n" not in str(caught.value)


def test_no_programs_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(binaries.CHOICE, "PATH")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match="no PostgreSQL server programs found"):
        PostgresServer(tmp_path / "home").start()


@pytest.mark.skipif(shutil.which("pg_ctl") is None, reason="no PostgreSQL on PATH")
def test_the_systems_own_programs_serve_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(binaries.CHOICE, "PATH")
    with PostgresServer(tmp_path) as server:
        server.create_master("mig_admin", "a word")
        with server.connect("postgres", "mig_admin", "a word") as connection:
            assert connection.info.server_version // 10000 == server.binaries.major


def test_the_server_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent, (server, keeper, _uid), data = start_parent(tmp_path)
    family = [server, keeper, *child_processes(server)]
    assert len(family) > 4
    parent.kill()
    parent.wait()
    wait_until_gone(*family)
    if not data.is_relative_to(tmp_path):
        assert not data.parent.exists(), "data in a temporary directory nobody knows of any more"


@pytest.mark.skipif(sys.platform != "linux", reason=f"prctl({PR_SET_PDEATHSIG}) is Linux's")
def test_the_server_ends_when_its_keeper_is_killed(tmp_path: Path) -> None:
    parent, (server, keeper, _uid), data = start_parent(tmp_path)
    family = [server, *child_processes(server)]
    os.kill(keeper, signal.SIGKILL)
    wait_until_gone(*family)
    parent.kill()
    parent.wait()
    shutil.rmtree(data if data.is_relative_to(tmp_path) else data.parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_an_ordinary_user_just_runs() -> None:
    nobody = Account(65534, 65534, switch=True)
    python = next(
        (p for p in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}") if enterable(nobody, Path(p))), None
    )
    if python is None:
        pytest.skip("no interpreter of this version that an ordinary user may read")
    home = Path(tempfile.mkdtemp(prefix="ordinary-", dir=shared_temp(nobody)))
    os.chown(home, nobody.uid, nobody.gid)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "HOME": str(home)}
    try:
        parent, (server, keeper, uid), data = start_parent(
            home / "server", python=python, user=nobody.uid, group=nobody.gid, extra_groups=[], env=environment
        )
        assert uid == nobody.uid
        assert Path(f"/proc/{server}").stat().st_uid == Path(f"/proc/{keeper}").stat().st_uid == nobody.uid
        assert data == home / "server" / "data"
        parent.kill()
        parent.wait()
        wait_until_gone(server, keeper)
    finally:
        shutil.rmtree(home)


def enterable(account: Account, program: Path) -> bool:
    return program.exists() and account.may_enter(program.resolve().parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account")
def test_roots_server_does_not_run_as_root(postgres_server: PostgresServer) -> None:
    assert postgres_server.pid is not None
    owner = Path(f"/proc/{postgres_server.pid}").stat().st_uid
    assert owner == server_account().uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account")
def test_programs_in_a_closed_directory_are_copied_once_and_safely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = server_account()
    monkeypatch.delenv(binaries.CHOICE, raising=False)
    original = binaries.find(account, PostgresServer.oldest_major)
    closed = tmp_path / "closed"
    shutil.copytree(original.client_bin.parent, closed / "pg", symlinks=True)
    closed.chmod(0o700)
    monkeypatch.setenv(binaries.CHOICE, str(closed / "pg" / "bin"))
    found = binaries.find(account, PostgresServer.oldest_major)
    try:
        assert found.client_bin == closed / "pg" / "bin"
        assert account.may_enter(found.server_bin)
        assert found == binaries.find(account, PostgresServer.oldest_major)
        for path in found.server_bin.parent.rglob("*"):
            if not path.is_symlink():
                assert path.stat().st_uid == 0
                assert not path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH), path
        with PostgresServer(tmp_path / "home") as server:
            server.connect().close()
    finally:
        shutil.rmtree(found.server_bin.parent)


def test_names_and_words_are_quoted() -> None:
    assert identifier('we"ird', "table") == '"we""ird"."table"'
    assert literal("it's \\ odd").strip() == "E'it''s \\\\ odd'"
