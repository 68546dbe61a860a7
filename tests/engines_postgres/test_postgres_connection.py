"""Every way a connection can fail has its own code, and no error knows the password."""

from __future__ import annotations

import dataclasses
import os
import socket
import traceback
from typing import Any

import psycopg
import pytest

from checks.facts import TableName
from checks.route import Engine
from migrate.engines import failures
from migrate.engines.postgres.connection import Connections
from migrate.engines.postgres.database import PostgresDatabase
from migrate.engines.postgres.failures import failed
from migrate.errors import MigrateError, SourceError, TargetError
from migrate.model.database import Address, Credentials, Side, Tls
from migrate.sandbox.servers.postgres import PostgresServer

pytestmark = pytest.mark.server
CANARY = "canary-0f1e2d3c"


def refusal(side: Any, credentials: Credentials | None = None, **changes: Any) -> MigrateError:
    address = dataclasses.replace(side.address, **changes)
    database = PostgresDatabase(address, credentials or Credentials(side.master.user, CANARY), side.side)
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
    outsider = source.role()
    source.run(f'REVOKE CONNECT ON DATABASE "{source.name}" FROM PUBLIC')
    nobody = Credentials("no_such_role", CANARY)
    codes = {
        "wrong password": refusal(source).code,
        "unknown role": refusal(source, nobody).code,
        "unreachable": refusal(source, port=closed_port()).code,
        "unknown database": refusal(source, source.master, database="nowhere").code,
        "not admitted": refusal(source, outsider).code,
        "certificate of another authority": refusal(source, source.master, ca_file=__file__).code,
        "name not in the certificate": refusal(source, source.master, host="127.0.0.2").code,
    }
    assert codes == {
        "wrong password": f"SRC-{failures.WRONG_CREDENTIALS}",
        "unknown role": f"SRC-{failures.WRONG_CREDENTIALS}",
        "unreachable": f"SRC-{failures.UNREACHABLE}",
        "unknown database": f"SRC-{failures.UNKNOWN_DATABASE}",
        "not admitted": f"SRC-{failures.NOT_ADMITTED}",
        "certificate of another authority": f"SRC-{failures.TLS_REFUSED}",
        "name not in the certificate": codes["name not in the certificate"],
    }
    assert codes["name not in the certificate"] in (f"SRC-{failures.TLS_REFUSED}", f"SRC-{failures.UNREACHABLE}")


def test_only_what_may_pass_by_itself_is_retryable(source: Any) -> None:
    assert refusal(source, port=closed_port()).retryable
    assert not refusal(source).retryable


def test_without_tls_only_loopback_is_spoken_to(source: Any) -> None:
    error = refusal(source, source.master, host="db.example.com", tls=Tls.DISABLE)
    assert error.code == f"SRC-{failures.TLS_REFUSED}"
    plain = dataclasses.replace(source.address, tls=Tls.DISABLE)
    database = PostgresDatabase(plain, source.master, Side.SOURCE)
    assert database.identity().database == source.name
    database.close()


def test_errors_follow_the_side(source: Any, target: Any) -> None:
    assert isinstance(refusal(source), SourceError)
    error = refusal(target)
    assert isinstance(error, TargetError)
    assert error.code == f"TGT-{failures.WRONG_CREDENTIALS}"
    assert error.hint


def test_a_right_that_is_lacking_is_told_with_the_command_that_prints_the_grants() -> None:
    refused = psycopg.errors.InsufficientPrivilege("permission denied for schema app")
    assert "aurora-migrate doctor" in failed(Side.SOURCE, "app@db", refused).hint


def test_a_missing_privilege_is_not_a_missing_table(source: Any) -> None:
    app = source.role()
    source.run("CREATE TABLE public.secret (id int PRIMARY KEY)")
    database = PostgresDatabase(source.address, app, Side.SOURCE)
    with pytest.raises(SourceError) as caught:
        database.rows.count(TableName("public", "secret"))
    assert caught.value.code == f"SRC-{failures.NOT_PERMITTED}"
    with pytest.raises(SourceError) as caught:
        database.rows.count(TableName("public", "absent"))
    assert caught.value.code == f"SRC-{failures.NO_SUCH_OBJECT}"
    database.close()


def test_a_refusal_to_write_anything_is_told_apart(source: Any) -> None:
    """As a writer answers that a failover made a reader."""
    with pytest.raises(SourceError) as caught:
        source.database.statements.ask("CREATE TABLE public.t (i int)", 5.0)
    assert caught.value.code == f"SRC-{failures.READ_ONLY}"


def test_a_lost_connection_is_retryable_and_the_next_call_connects_anew(source: Any) -> None:
    source.database.identity()
    source.run(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        f" WHERE application_name = 'aurora-migrate' AND datname = '{source.name}'",
        superuser=True,
        database="postgres",
    )
    assert source.database.identity().database == source.name


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this platform has no TCP_USER_TIMEOUT")
def test_what_nobody_acknowledges_is_given_up_within_a_minute(source: Any) -> None:
    """No keepalives are sent while a request is under way: a peer that is gone without a word would cost 15 minutes."""
    with (
        Connections(source.address, source.master, Side.SOURCE).use() as connection,
        socket.socket(fileno=os.dup(connection.fileno())) as link,
    ):
        assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000


def test_with_one_lost_connection_the_idle_ones_go_too(source: Any) -> None:
    """They went over the same link: each would be waited for anew."""
    connections = Connections(source.address, source.master, Side.SOURCE)
    with connections.use() as first, connections.use() as second:
        pass
    with pytest.raises(SourceError) as caught, connections.use() as lost:  # noqa: PT012
        source.run(f"SELECT pg_terminate_backend({lost.info.backend_pid}, 5000)", superuser=True)
        lost.execute("SELECT 1")
    assert caught.value.code == f"SRC-{failures.LOST}"
    assert first.closed
    assert second.closed


def test_a_statement_that_fails_costs_its_own_connection_alone(source: Any) -> None:
    connections = Connections(source.address, source.master, Side.SOURCE)
    with connections.use() as first, connections.use() as second:
        pass
    with pytest.raises(SourceError), connections.use() as used:
        used.execute("SELECT 1 / 0")
    assert {first.closed, second.closed} == {True, False}
    connections.close()


def test_policies_never_make_an_answer_smaller_in_silence(source: Any) -> None:
    reader = source.role()
    source.run(
        "CREATE TABLE public.guarded (id int PRIMARY KEY)",
        "INSERT INTO public.guarded SELECT generate_series(1, 10)",
        "ALTER TABLE public.guarded ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY few ON public.guarded USING (id < 3)",
        f"GRANT SELECT ON public.guarded TO {reader.user}",
    )
    database = PostgresDatabase(source.address, reader, Side.SOURCE)
    with pytest.raises(SourceError) as caught:
        database.rows.count(TableName("public", "guarded"))
    assert caught.value.code == f"SRC-{failures.NOT_PERMITTED}"
    database.close()


def test_a_server_that_refuses_plain_connections(tmp_path: Any) -> None:
    with PostgresServer(tmp_path / "strict", require_tls=True) as server:
        server.create_master("mig_admin", "secret of this test")
        from_environment = dataclasses.replace(_address(server), tls=Tls.DISABLE)
        database = PostgresDatabase(from_environment, Credentials("mig_admin", "secret of this test"), Side.TARGET)
        with pytest.raises(TargetError) as caught:
            database.identity()
        assert caught.value.code == f"TGT-{failures.TLS_REFUSED}"


def _address(server: PostgresServer) -> Address:
    return Address(Engine.POSTGRES, server.host, server.port, "postgres", ca_file=str(server.ca_file))
