"""One migration, driven by hand after its set-up, taken away, set up anew, and cleaned up after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.scenarios.complaint import refused
from tests.scenarios.theatre import Staged, replicated, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("drive")]
TABLE = "ledger.customers"


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    for staged in stage(tmp_path_factory.mktemp("drive")):
        yield replicated(staged)


def sql(staged: Staged, side: str, *statements: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(**staged.login(side), autocommit=True) as database:
        cursor = None
        for statement in statements:
            cursor = database.execute(statement)
        return cursor.fetchall() if cursor is not None and cursor.description else []


def leftovers(staged: Staged) -> dict[tuple[str, str, str], dict[str, Any]]:
    document = staged.must("cleanup", "--plan", "--format", "json").json
    assert document["unseen"] == []
    return {(one["where"], one["kind"], one["name"]): one for one in document["leftovers"]}


def removable(staged: Staged) -> list[str]:
    return [f"{where} {name}" for (where, _, name), one in leftovers(staged).items() if one["removable"]]


def test_what_stands_is_listed_with_what_it_costs(driven: Staged) -> None:
    name = driven.sample.name
    found = leftovers(driven)
    kinds = {(one["where"], one["kind"]) for one in found.values()}
    assert {("aws", "DMS task"), ("aws", "DMS endpoint"), ("aws", "DMS replication instance"), ("aws", "secret"),
            ("aws", "DMS subnet group"), ("aws", "DMS certificate")} <= kinds  # fmt: skip
    for side in ("source", "target"):
        assert {(side, kind) for kind in ("login", "toolkit's schema", "control tables", "replication slot")} <= kinds
        assert found[side, "replication slot", f"am_{name}_witness_1"]["bytes"] >= 0
    assert all(one["cost"] for one in found.values())


def test_nothing_is_taken_away_without_its_name_or_too_early(driven: Staged) -> None:
    name = driven.sample.name
    assert refused(driven, "replicate", "destroy").code == "REP-020"
    assert refused(driven, "cleanup", "--confirm", "another").code == "CLN-001"
    assert refused(driven, "cleanup", "--plan", "--confirm", name).code == "CLN-006"
    assert refused(driven, "cleanup", "--confirm", name).code == "CLN-004"
    steps = driven.must("replicate", "destroy", "--dry-run", "--format", "json").json
    assert [step["id"] for step in steps] == [
        "remove/tasks", "target/reopen", "remove/endpoints", "remove/instance", "remove/certificates", "remove/slots",
    ]  # fmt: skip
    assert driven.boto("dms").describe_replication_tasks()["ReplicationTasks"][0]["Status"] == "running"


def test_destroyed_half_way_gone_on_with_and_set_up_anew(driven: Staged) -> None:
    name = driven.sample.name
    process = driven.start("replicate", "destroy", "--confirm", name)
    driven.kill_after(process, "remove/endpoints")
    assert driven.status()["next_command"] == "aurora-migrate replicate destroy"
    driven.must("replicate", "destroy", "--confirm", name)
    dms = driven.boto("dms")
    assert not dms.describe_replication_tasks()["ReplicationTasks"] if _any(dms) else True
    for side in ("source", "target"):
        assert driven.slots(side, "") == [], "nothing holds a log back"
    assert driven.run("cutover", "plan").code == 3, "what was validated was taken away"

    refusal = driven.run("replicate", "start")
    assert "REP-001" in refusal.err, "the target still holds the rows of the first load"
    sql(driven, "target", "DROP SCHEMA ledger CASCADE")
    driven.must("replicate", "start")
    driven.must("validate")
    assert driven.status()["next_command"].startswith("aurora-migrate cutover approve")


def _any(dms: Any) -> bool:
    try:
        return bool(dms.describe_replication_tasks()["ReplicationTasks"])
    except dms.exceptions.ResourceNotFoundFault:
        return False


def test_an_abandoned_migration_leaves_nothing(driven: Staged) -> None:
    name = driven.sample.name
    sql(driven, "source", "CREATE TABLE public.awsdms_ddl_audit (c int)")
    before = leftovers(driven)
    strange = before["source", "awsdms_* object", "table: public.awsdms_ddl_audit"]
    assert strange["kept"].startswith("belongs to mig_admin")
    driven.must("cleanup", "--confirm", name, "--abandon")
    left = leftovers(driven)
    assert list(left) == [("source", "awsdms_* object", "table: public.awsdms_ddl_audit")], left
    for side in ("source", "target"):
        roles = sql(driven, side, "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'aurora_migrate%'")
        assert roles == []
    login = {**driven.target(), "user": driven.secret()["username"], "password": driven.secret()["password"]}
    with psycopg.connect(**login):
        """The target lets in whom it let in before."""
    for command in (("validate",), ("replicate", "start"), ("cutover", "run")):
        assert "CUT-013" in driven.run(*command).err
