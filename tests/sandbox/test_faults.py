"""Stories about the faults of the control API: what can be set, what is refused, and that each ends but once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from migrate.sandbox.client import Launched, Source, clear_faults, create_source, faults, remove_source, set_fault
from migrate.sandbox.errors import SandboxError
from tests.processes import alive

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def all_well_again(sandbox: Launched) -> Iterator[None]:
    yield
    clear_faults(sandbox.control_url)


@pytest.fixture
def shop(sandbox: Launched) -> Iterator[Source]:
    yield create_source(sandbox.control_url, name="faulty", database="shop", owner="owner", master_user="admin")
    remove_source(sandbox.control_url, "faulty")


def state(sandbox: Launched, number: int) -> str:
    return next(one["state"] for one in faults(sandbox.control_url)["set"] if one["id"] == number)


def test_what_can_be_set_is_listed_with_its_parameters(sandbox: Launched) -> None:
    known = {one["fault"]: one for one in faults(sandbox.control_url)["known"]}
    assert set(known) == {
        "connection-drop", "source-restart", "target-restart", "slot-invalidated", "binlog-purged", "disk-full",
        "target-full", "throttling", "apply-error", "slow-apply", "metrics-silent",
    }  # fmt: skip
    assert known["apply-error"]["needs"] == ["table"]
    assert known["connection-drop"]["takes"] == ["side", "seconds"]


@pytest.mark.parametrize(
    ("name", "parameters", "why"),
    [
        ("conection-drop", {}, r"no fault conection-drop \(did you mean connection-drop\?\)"),
        ("flood", {}, "no fault flood .*there are connection-drop"),
        ("connection-drop", {"side": "middle"}, "no side middle"),
        ("connection-drop", {"seconds": 0}, "seconds must be a number above 0"),
        ("connection-drop", {"table": "a.b"}, "takes no table"),
        ("apply-error", {}, "needs table"),
        ("apply-error", {"table": "orders"}, "'orders' names no table"),
        ("source-restart", {"server": "nobody"}, "no server called nobody"),
        ("slot-invalidated", {}, "0 servers that are a postgres source"),
        ("binlog-purged", {}, "0 servers that are a mysql or mariadb source"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    sandbox: Launched, name: str, parameters: dict[str, Any], why: str
) -> None:
    before = len(faults(sandbox.control_url)["set"])
    with pytest.raises(SandboxError, match=why):
        set_fault(sandbox.control_url, name, **parameters)
    assert len(faults(sandbox.control_url)["set"]) == before


def test_a_fault_lasts_until_it_is_cleared_and_is_cleared_once(sandbox: Launched) -> None:
    first = set_fault(sandbox.control_url, "metrics-silent")
    second = set_fault(sandbox.control_url, "metrics-silent")
    assert (first["state"], first["until"]) == ("active", None)
    assert [one["id"] for one in clear_faults(sandbox.control_url, str(first["id"]))] == [first["id"]]
    assert state(sandbox, second["id"]) == "active"
    with pytest.raises(SandboxError, match=f"no fault {first['id']} is active"):
        clear_faults(sandbox.control_url, str(first["id"]))
    assert [one["id"] for one in clear_faults(sandbox.control_url, "metrics-silent")] == [second["id"]]
    assert clear_faults(sandbox.control_url) == []
    with pytest.raises(SandboxError, match="did you mean metrics-silent"):
        clear_faults(sandbox.control_url, "metric-silent")


def test_a_source_that_restarts_is_another_process_with_the_same_rows(sandbox: Launched, shop: Source) -> None:
    login = {
        "host": shop.host, "port": shop.port, "dbname": shop.database, "user": shop.master_user,
        "password": shop.master_password, "sslmode": "verify-full", "sslrootcert": str(shop.ca_file),
    }  # fmt: skip
    with psycopg.connect(**login) as before:
        (began,) = before.execute("SELECT pg_postmaster_start_time()").fetchone() or (None,)
    set_fault(sandbox.control_url, "source-restart", server="faulty", seconds=600)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(**login)
    clear_faults(sandbox.control_url, "source-restart")
    with psycopg.connect(**login) as after:
        (again,) = after.execute("SELECT pg_postmaster_start_time()").fetchone() or (None,)
    assert again > began


def test_a_slot_is_lost_only_where_a_task_has_one(sandbox: Launched, shop: Source) -> None:
    with pytest.raises(SandboxError, match="no task has a replication slot"):
        set_fault(sandbox.control_url, "slot-invalidated", server="faulty")


def test_a_throttled_api_is_another_than_the_other_services(client: Callable[[str], Any], sandbox: Launched) -> None:
    set_fault(sandbox.control_url, "throttling", rate=1)
    for _ in range(10):
        client("sts").get_caller_identity()
    clear_faults(sandbox.control_url, "throttling")
    for _ in range(10):
        client("dms").describe_replication_tasks()


def test_a_sandbox_with_active_faults_stops_with_everything_in_it(tmp_path: Path) -> None:
    from migrate.sandbox.client import launch

    with launch(tmp_path) as launched:
        create_source(launched.control_url, name="one", database="d", owner="o", master_user="m")
        set_fault(launched.control_url, "source-restart", seconds=600)
        set_fault(launched.control_url, "disk-full")
    assert not alive(launched.pid)
