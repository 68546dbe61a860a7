"""Stories about the sandbox as a process: sources, faults, who may ask, and that nothing outlives it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from botocore.exceptions import ClientError

from migrate.sandbox.client import (
    Launched,
    RoleRequest,
    Source,
    create_source,
    fault,
    launch,
    remove_source,
    running,
    status,
    stop,
)
from migrate.sandbox.errors import SandboxError
from tests.patience import PATIENCE
from tests.processes import alive, wait_until_gone

pytestmark = [pytest.mark.server, pytest.mark.slow]

SCHEMA = """
CREATE SCHEMA shop;
CREATE TABLE shop.orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
INSERT INTO shop.orders (note) SELECT 'order ' || n FROM generate_series(1, :rows) AS n;
"""
GRANTS = """
GRANT USAGE ON SCHEMA shop TO :"application";
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA shop TO :"application";
"""
LAUNCHER = """
import sys, time
from pathlib import Path
from migrate.sandbox.client import create_source, launch
launched = launch(Path(sys.argv[1]))
create_source(launched.control_url, name="one", database="d", owner="o", master_user="m")
print(launched.pid, flush=True)
time.sleep(600)
"""


def family(launched_pid: int) -> list[int]:
    """A process and everything below it. A process belongs to the thread that made it, and to another when that ends:
    so everybody is asked for the parent, not the parent for its children."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    found = [launched_pid]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


@pytest.fixture
def shop(sandbox: Launched, tmp_path: Path) -> Any:
    (tmp_path / "schema.sql").write_text(SCHEMA)
    (tmp_path / "grants.sql").write_text(GRANTS)
    source = create_source(
        sandbox.control_url,
        name="shop",
        database="Shop DB",
        owner="shop_owner",
        master_user="mig_admin",
        sql_files=[tmp_path / "schema.sql"],
        variables={"rows": "7"},
        settings={"work_mem": "9MB"},
        roles=[RoleRequest("shop_app", grants=tmp_path / "grants.sql"), RoleRequest("shop_group", login=False)],
    )
    yield source
    remove_source(sandbox.control_url, "shop")


def connect(source: Source, user: str, password: str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=source.host,
        port=source.port,
        dbname=source.database,
        user=user,
        password=password,
        sslmode="verify-full",
        sslrootcert=str(source.ca_file),
        autocommit=True,
    )


def test_a_source_is_filled_by_its_owner_and_used_by_its_application(shop: Source) -> None:
    assert set(shop.role_passwords) == {"shop_app"}
    assert shop.owner_password is None
    with connect(shop, "mig_admin", shop.master_password) as master:
        owner = master.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'orders'").fetchone()
        assert owner == ("shop_owner",)
        assert master.execute("SHOW work_mem").fetchone() == ("9MB",)
        assert master.execute("SHOW wal_level").fetchone() == ("logical",)
        assert master.execute("SELECT rolsuper FROM pg_roles WHERE rolname = 'mig_admin'").fetchone() == (False,)
        master.execute("SET ROLE shop_owner")
        master.execute("ALTER TABLE shop.orders ADD extra int")
        master.execute("RESET ROLE")
        master.execute("ALTER ROLE shop_app CONNECTION LIMIT 50")
    with connect(shop, "shop_app", shop.role_passwords["shop_app"]) as application:
        assert application.execute("SELECT count(*) FROM shop.orders").fetchone() == (7,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("DELETE FROM shop.orders")


def test_the_status_tells_no_password(sandbox: Launched, shop: Source) -> None:
    told = status(sandbox.control_url)
    text = json.dumps(told)
    assert shop.master_password not in text
    assert shop.role_passwords["shop_app"] not in text
    row = next(server for server in told["servers"] if server["name"] == "shop")
    assert (row["role"], row["port"]) == ("source", shop.port)
    assert alive(row["pid"])
    for secret in (shop.master_password, shop.role_passwords["shop_app"]):
        assert secret not in repr(shop)
        for pid in family(sandbox.pid):
            assert secret.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_a_source_with_wrong_sql_leaves_nothing(sandbox: Launched, tmp_path: Path) -> None:
    (tmp_path / "wrong.sql").write_text("CREATE TABLE fine (n int);\nSELECT nonsense;\n")
    with pytest.raises(SandboxError, match=r'wrong\.sql failed: .*column "nonsense" does not exist'):
        create_source(
            sandbox.control_url,
            name="wrong",
            database="d",
            owner="o",
            master_user="m",
            sql_files=[tmp_path / "wrong.sql"],
        )
    assert "wrong" not in [server["name"] for server in status(sandbox.control_url)["servers"]]


def test_a_name_is_used_once(sandbox: Launched, shop: Source) -> None:
    with pytest.raises(SandboxError, match="called shop already"):
        create_source(sandbox.control_url, name="shop", database="d", owner="o", master_user="m")
    connect(shop, "mig_admin", shop.master_password).close()


def test_a_killed_server_comes_back_with_its_rows(sandbox: Launched, shop: Source) -> None:
    fault(sandbox.control_url, "kill-server", "shop")
    with pytest.raises(psycopg.OperationalError):
        connect(shop, "mig_admin", shop.master_password)
    fault(sandbox.control_url, "start-server", "shop")
    with connect(shop, "shop_app", shop.role_passwords["shop_app"]) as application:
        assert application.execute("SELECT count(*) FROM shop.orders").fetchone() == (7,)
    fault(sandbox.control_url, "stop-server", "shop")
    fault(sandbox.control_url, "start-server", "shop")
    connect(shop, "mig_admin", shop.master_password).close()


@pytest.mark.parametrize(("kind", "name"), [("explode", "shop"), ("kill-server", "nobody")])
def test_an_unknown_fault_is_refused(sandbox: Launched, kind: str, name: str) -> None:
    with pytest.raises(SandboxError, match="there is no"):
        fault(sandbox.control_url, kind, name)


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_a_page_in_a_browser_may_not_ask(sandbox: Launched, headers: dict[str, str]) -> None:
    request = urllib.request.Request(f"{sandbox.control_url}/status", headers=headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request)
    assert refused.value.code == 403


def test_dms_answers_at_the_same_door(client: Callable[[str], Any], sandbox: Launched) -> None:
    dms = client("dms")
    assert dms.describe_replication_tasks()["ReplicationTasks"] == []
    with pytest.raises(ClientError) as refused:
        dms.delete_endpoint(EndpointArn="arn:aws:dms:eu-central-1:123456789012:endpoint:MISSING")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundFault"


def test_who_am_i_and_where(client: Callable[[str], Any], sandbox: Launched) -> None:
    assert client("sts").get_caller_identity()["Account"] == sandbox.account
    assert len(client("ec2").describe_subnets()["Subnets"]) >= 2
    assert running(sandbox.home) == sandbox


def test_one_sandbox_a_home(sandbox: Launched) -> None:
    with pytest.raises(SandboxError, match=r"runs in .* already"):
        launch(sandbox.home)
    assert running(sandbox.home) == sandbox


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=f"port {port} is taken"):
            launch(tmp_path, port=port)
    assert running(tmp_path) is None


def test_the_state_file_is_its_owners_and_goes_away(tmp_path: Path) -> None:
    with launch(tmp_path / "home") as launched:
        assert (launched.home / "sandbox.json").stat().st_mode & 0o777 == 0o600
        assert launched.home.stat().st_mode & 0o777 == 0o700
        create_source(launched.control_url, name="one", database="d", owner="o", master_user="m")
        pids = family(launched.pid)
    wait_until_gone(*pids)
    assert not (tmp_path / "home" / "sandbox.json").exists()
    assert running(tmp_path / "home") is None


def test_a_detached_sandbox_outlives_the_caller_and_stops_when_asked(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from migrate.sandbox.client import launch;"
    code += " print(launch(Path(sys.argv[1]), detach=True).pid)"
    said = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    found = running(tmp_path)
    assert found is not None
    assert found.pid == int(said.stdout)
    create_source(found.control_url, name="one", database="d", owner="o", master_user="m")
    pids = family(found.pid)
    stop(found.control_url)
    wait_until_gone(*pids)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_ends_the_sandbox_and_its_servers(tmp_path: Path, number: signal.Signals) -> None:
    launched = launch(tmp_path)
    create_source(launched.control_url, name="one", database="d", owner="o", master_user="m")
    pids = family(launched.pid)
    assert len(pids) > 5
    os.kill(launched.pid, number)
    wait_until_gone(*pids[1:])
    assert launched.process is not None
    assert launched.process.wait(PATIENCE) == (0 if number != signal.SIGKILL else -signal.SIGKILL)
    launched.stop()
    assert running(tmp_path) is None
    with launch(tmp_path) as again:
        assert status(again.control_url)["servers"] == []


def test_a_killed_caller_takes_the_sandbox_along(tmp_path: Path) -> None:
    caller = subprocess.Popen([sys.executable, "-c", LAUNCHER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert caller.stdout is not None
    pids = family(int(caller.stdout.readline()))
    assert len(pids) > 5
    caller.kill()
    caller.wait()
    wait_until_gone(*pids)


def test_aws_like_takes_its_time(tmp_path: Path) -> None:
    with launch(tmp_path, profile="aws-like", region="eu-west-1") as launched:
        api = boto3.client(
            "sts",
            endpoint_url=launched.endpoint_url,
            region_name="eu-west-1",
            aws_access_key_id="a",
            aws_secret_access_key="b",
        )
        begun = time.monotonic()
        for _ in range(5):
            api.get_caller_identity()
        assert time.monotonic() - begun > 5 * 0.08
        assert launched.profile == "aws-like"
