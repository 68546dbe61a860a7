"""Wrong settings, wrong servers, wrong moments: one clear line, the right exit code, nothing half-done."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from migrate.sandbox import client
from tests.scenarios.complaint import Complaint, ended, refused, told_people, told_programs
from tests.scenarios.settings import edited, variant
from tests.scenarios.theatre import LEDGER, LONG, SAMPLES, Staged

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("bad-input")]

NOWHERE = "/nonexistent"
PASSWORD = "AURORA_MIGRATE_SOURCE_PASSWORD"


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"limits__freez_budget_seconds": "30"}, "limits.freez_budget_seconds: unknown key"),
        ({"source__port": '"many"'}, "source.port"),
        ({"target__version": '"seventeen"'}, "target.version"),
        ({"source__password": '"correct horse"'}, "source.password: must be a reference"),
    ],
    ids=["unknown key", "wrong type", "no version", "a password instead of a reference"],
)
def test_settings_that_are_wrong_are_named(staged: Staged, tmp_path: Path, change: dict[str, str], key: str) -> None:
    complaint = refused(staged, "assess", "-c", variant(staged, tmp_path, **change))
    assert (complaint.exit, complaint.code) == (2, "CFG-004")
    assert key in complaint.message
    assert "correct horse" not in str(complaint)
    assert not (tmp_path / ".aurora-migrate").exists()


def test_wrong_arguments_are_a_complaint_like_any_other(staged: Staged) -> None:
    complaint = refused(staged, "assess", "postgresql://me:hidden-one@host/db")
    assert (complaint.exit, complaint.code) == (2, "CFG-000")
    assert "hidden-one" not in str(complaint)


@pytest.mark.parametrize(
    ("reference", "code"),
    [("env:NOBODY_SET_THIS", "CFG-010"), ("file:no-such-file", "CFG-011"), ("aws:no/such/secret", "CFG-010")],
)
def test_a_secret_that_is_missing_is_named(staged: Staged, tmp_path: Path, reference: str, code: str) -> None:
    config = variant(staged, tmp_path, source__password=f'"{reference}"')
    complaint = refused(staged, "assess", "-c", config)
    assert (complaint.exit, complaint.code) == (2, code)
    assert reference in complaint.message


@pytest.mark.parametrize(
    ("which", "url"),
    [
        ("--source", "postgresql://me:pass-in-url@127.0.0.1/db"),
        ("--target", "postgresql://me@127.0.0.1/db?password=pass-in-url"),
    ],
)
def test_a_password_in_a_url_is_refused(staged: Staged, which: str, url: str) -> None:
    source = staged.source
    good = f"postgresql://mig_admin@{source.host}:{source.port}/ledger"
    sides = {"--source": good, "--target": good, which: url}
    known = replace(staged, environment={**staged.environment, "AURORA_MIGRATE_TARGET_PASSWORD": "of no use here"})
    complaint = refused(known, "validate", *(word for pair in sides.items() for word in pair))
    assert (complaint.exit, complaint.code) == (2, "CFG-022")
    assert "pass-in-url" not in str(complaint)


# --- dumps ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "target", "says"),
    [
        (b"", "aurora-postgresql:17.5", "is empty"),
        (b"PGDMP\x01\x0e\x00\x04\x08", "aurora-postgresql:17.5", "custom format"),
        (None, "aurora-postgresql:17.5", "cannot be read: No such file"),
        (b"SELECT 1;", "aurora", "names no Aurora engine"),
        (b"SELECT 1;", "aurora-postgresql:newest", "has no version"),
        (b"SELECT 1;", "aurora-mysql:3.08.0", "does not go to aurora-mysql"),
    ],
    ids=["empty", "binary", "missing", "no engine", "no version", "another engine"],
)
def test_a_dump_that_cannot_be_assessed(
    staged: Staged, tmp_path: Path, content: bytes | None, target: str, says: str
) -> None:
    file = tmp_path / "schema.sql"
    if content is not None:
        file.write_bytes(content)
    complaint = refused(staged, "assess", "--schema", str(file), "--engine", "postgres", "--target", target)
    assert complaint.exit == 2
    assert says in complaint.message


# --- the sandbox ------------------------------------------------------------------------------------------------------


def test_a_port_that_is_taken(staged: Staged, tmp_path: Path) -> None:
    port = staged.sandbox.endpoint_url.rpartition(":")[2]
    complaint = told_people(staged, staged.run("sandbox", "up", "--home", str(tmp_path), "--port", port))
    assert (complaint.exit, complaint.code) == (2, "SBX-001")
    assert f"port {port} is taken" in complaint.message


def test_no_server_programs(staged: Staged, tmp_path: Path) -> None:
    bare = replace(staged, environment={**staged.environment, "AURORA_MIGRATE_PG_BIN": NOWHERE})
    home = str(tmp_path / "sandbox")
    up = bare.start("sandbox", "up", "--home", home, "--sample", str(SAMPLES / LEDGER), "--detach")
    rehearsal = bare.start("rehearse", str(SAMPLES / LEDGER), "--work", str(tmp_path / "work"), "--format", "json")
    for complaint in (told_people(staged, ended(up)), told_programs(staged, ended(rehearsal))):
        assert (complaint.exit, complaint.code) == (2, "SBX-001")
        assert f"AURORA_MIGRATE_PG_BIN is {NOWHERE}" in complaint.message
    gone = refused(staged, "sandbox", "status", "--home", home)
    assert (gone.exit, gone.code) == (4, "SBX-003"), "a sandbox was left running"


# --- sources ----------------------------------------------------------------------------------------------------------

KEYLESS = """
CREATE SCHEMA shop;
CREATE TABLE shop.item (id bigint PRIMARY KEY, name text);
CREATE TABLE shop.visit (page text NOT NULL, seen int NOT NULL);
INSERT INTO shop.visit SELECT 'page ' || n, 0 FROM generate_series(1, 20) AS n;
CREATE TABLE shop.badge (code text NOT NULL UNIQUE, worn int NOT NULL);
INSERT INTO shop.badge SELECT 'badge ' || n, 0 FROM generate_series(1, 20) AS n;
CREATE TABLE shop.label (code text NOT NULL, worn int NOT NULL);
ALTER TABLE shop.label REPLICA IDENTITY FULL;
INSERT INTO shop.label SELECT 'label ' || n, 0 FROM generate_series(1, 20) AS n;
UPDATE shop.visit SET seen = 1;
UPDATE shop.badge SET worn = 1;
UPDATE shop.label SET worn = 1;
"""


@pytest.fixture(scope="module")
def crowded(staged: Staged, tmp_path_factory: pytest.TempPathFactory) -> client.Source:
    """One slot, which is taken, and tables that are updated: without a key, with one that the log does not hold, and
    without one of which the log holds all."""
    file = tmp_path_factory.mktemp("crowded") / "schema.sql"
    file.write_text(KEYLESS)
    found = _source(staged, "crowded", {"max_replication_slots": "1"}, [file])
    with psycopg.connect(**_login(found), autocommit=True) as connection:
        connection.execute("SELECT pg_create_logical_replication_slot('somebody_elses', 'test_decoding')")
    return found


@pytest.fixture(scope="module")
def physical(staged: Staged) -> client.Source:
    """A server that writes no logical WAL."""
    return _source(staged, "physical", {"wal_level": "replica"}, [SAMPLES / LEDGER / "schema.sql"])


def _source(staged: Staged, name: str, settings: dict[str, str], files: list[Path]) -> client.Source:
    return client.create_source(
        staged.sandbox.control_url,
        name=name,
        database="ledger",
        owner="ledger_owner",
        master_user="mig_admin",
        settings=settings,
        sql_files=files,
    )


def _login(source: client.Source) -> dict[str, str | int]:
    return {
        "host": source.host,
        "port": source.port,
        "user": source.master_user,
        "password": source.master_password,
        "dbname": source.database,
        "sslmode": "verify-full",
        "sslrootcert": str(source.ca_file),
    }


def test_a_source_that_is_not_there(staged: Staged, tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        complaint = refused(staged, "assess", "-c", variant(staged, tmp_path, source__port=str(port)))
    assert (complaint.exit, complaint.code) == (6, "SRC-101")
    assert f"127.0.0.1:{port}" in complaint.message


def test_a_wrong_password(staged: Staged) -> None:
    forgetful = replace(staged, environment={**staged.environment, PASSWORD: "not-the-password"})
    complaint = refused(forgetful, "assess")
    assert (complaint.exit, complaint.code) == (6, "SRC-102")
    assert "not-the-password" not in str(complaint)


def test_a_server_that_another_authority_vouches_for(staged: Staged, physical: client.Source, tmp_path: Path) -> None:
    complaint = refused(staged, "assess", "-c", variant(staged, tmp_path, source__ca_file=f'"{physical.ca_file}"'))
    assert (complaint.exit, complaint.code) == (6, "SRC-103")
    assert "certificate" in complaint.message


@pytest.mark.parametrize(
    ("which", "expected", "fine", "planned"),
    [
        ("physical", {("PG302", "wal_level")}, (), {"no-logical-log": ["wal_level is replica"]}),
        (
            "crowded",
            {("PG303", "max_replication_slots"), ("PG301", "shop.visit"), ("PG301", "shop.badge")},
            ("shop.label",),
            {"too-few-slots": ["0 are free"], "keyless-with-updates": ["shop.badge has", "shop.visit has"]},
        ),
    ],
    ids=["wal_level is replica", "no free slot, and no key but updates"],
)
def test_a_source_that_replication_would_fail_on_is_blocked(
    staged: Staged,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    which: str,
    expected: set[tuple[str, str]],
    fine: tuple[str, ...],
    planned: dict[str, list[str]],
) -> None:
    source: client.Source = request.getfixturevalue(which)
    here = replace(staged, home=tmp_path, environment={**staged.environment, PASSWORD: source.master_password})
    url = f"postgresql://mig_admin@{source.host}:{source.port}/ledger?sslmode=verify-full&sslrootcert={source.ca_file}"
    here.must(
        "init", "--source", url, "--endpoint-url", staged.sandbox.endpoint_url, "--application-secret", staged.secret_id
    )
    assessed = here.run("assess", "--format", "json")
    assert assessed.code == 3, assessed.err
    blockers = {(f["code"], f["object"]["name"]) for f in assessed.json["findings"] if f["severity"] == "blocker"}
    assert expected <= blockers
    assert not {name for _, name in blockers} & set(fine)
    plan = here.run("replicate", "plan", "--format", "json")
    assert plan.code == 3, plan.err
    told = {code: [one["text"] for one in plan.json["refusals"] if one["code"] == code] for code in planned}
    assert {code: len(texts) for code, texts in told.items()} == {code: len(texts) for code, texts in planned.items()}
    assert all(part in text for code in planned for part, text in zip(planned[code], sorted(told[code]), strict=True))
    complaint = told_people(here, here.run("replicate", "start"))
    assert (complaint.exit, complaint.code) == (3, "REP-004")
    assert {kind for _, kind, _ in here.journal()} == {"evidence"}, "something was begun"


# --- replication ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def provisioned(staged: Staged) -> Staged:
    staged.must("assess")
    staged.must("provision", "apply")
    return staged


@pytest.fixture(scope="module")
def replicating(provisioned: Staged) -> Staged:
    if not any(run.startswith("replicate") and ended == "done" for run, ended, _ in provisioned.status()["runs"]):
        provisioned.must("replicate", "start")
    provisioned.must("validate")
    return provisioned


def until(staged: Staged, process: subprocess.Popen[str], kind: str, step: str, known: int) -> None:
    """Wait until `process` has journaled this beyond the entries `known` before it was started."""
    deadline = time.monotonic() + LONG
    while not any(k == kind and s.startswith(step) for _, k, s in staged.journal()[known:]):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, f"{step} was never {kind}"
        time.sleep(0.002)


def stopped(staged: Staged, number: int, at: tuple[str, str], *arguments: str, sabotage: str = "") -> Complaint:
    """Run the command, send the signal when the journal shows `at`, and read what it tells."""
    known = len(staged.journal())
    process = staged.start(*arguments, sabotage=sabotage)
    until(staged, process, *at, known)
    os.kill(process.pid, number)
    return told_people(staged, ended(process))


def test_a_target_that_holds_rows(provisioned: Staged) -> None:
    with psycopg.connect(**provisioned.target(), autocommit=True) as target, target.cursor() as cursor:
        cursor.execute("CREATE SCHEMA ledger")
        cursor.execute("CREATE TABLE ledger.accounts AS SELECT 1 AS id")
        complaint = told_programs(provisioned, provisioned.run("replicate", "start", "--format", "json"))
        assert (complaint.exit, complaint.code) == (3, "REP-001")
        assert "ledger.accounts" in complaint.message
        left = cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'aurora_migrate%'").fetchone()
        assert left == (0,), "accounts were made for a target that is refused"
        cursor.execute("DROP SCHEMA ledger CASCADE")
    assert provisioned.boto("dms").describe_replication_tasks()["ReplicationTasks"] == []


def test_replication_that_is_stopped_goes_on_where_it_stood(provisioned: Staged) -> None:
    """Ctrl-C, then another request, then SIGTERM, and then it is left alone."""
    complaint = stopped(provisioned, signal.SIGINT, ("intent", "schema/pre-data"), "replicate", "start")
    assert (complaint.exit, complaint.code) == (130, "RUN-005")
    assert "SIGINT" in complaint.message

    with edited(provisioned, 'include = ["', 'exclude = ["*.accounts"]\ninclude = ["'):
        complaint = told_programs(provisioned, provisioned.run("replicate", "start", "--format", "json"))
    assert (complaint.exit, complaint.code) == (4, "RUN-001")
    assert "tasks" in complaint.message

    complaint = stopped(provisioned, signal.SIGTERM, ("intent", "dms/full-load"), "replicate", "start")
    assert (complaint.exit, complaint.code) == (130, "RUN-005")
    assert provisioned.status()["next_command"] == "aurora-migrate replicate start"

    provisioned.must("replicate", "start")
    provisioned.must("validate")


# --- cutover ----------------------------------------------------------------------------------------------------------

SLOW_UNDER_THE_FREEZE = """
import time
import migrate.stages.cutover.drain as drain
held = drain.Drain.apply
def slow(self, world, before):
    time.sleep(60.0)
    return held(self, world, before)
drain.Drain.apply = slow
"""
SLOW_BEFORE_THE_FREEZE = """
import time
import migrate.stages.cutover.prepare as prepare
probe = prepare.ProbeWayBack.apply
def slow(self, world, before):
    time.sleep(60.0)
    return probe(self, world, before)
prepare.ProbeWayBack.apply = slow
"""
STOPPED_TWICE = """
import os, signal
import migrate.operations.landing as landing
judged = landing.switched
def stopped_again(session, ready):
    os.kill(os.getpid(), signal.SIGINT)
    return judged(session, ready)
landing.switched = stopped_again
"""
FROZEN = "freeze/prove-fenced"


def halt(staged: Staged, process: subprocess.Popen[str]) -> None:
    """SIGSTOP, at a moment at which it does not hold the state's lock: its lease and its scribe write there, too."""
    deadline = time.monotonic() + LONG
    while True:
        os.kill(process.pid, signal.SIGSTOP)
        while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
        state = sqlite3.connect(staged.home / ".aurora-migrate/state.db", timeout=0.1)
        with contextlib.closing(state), contextlib.suppress(sqlite3.OperationalError):
            state.execute("BEGIN IMMEDIATE")
            return
        os.kill(process.pid, signal.SIGCONT)
        assert time.monotonic() < deadline


def at_the_source(staged: Staged) -> None:
    """Nothing happened: the source is open, no run is open, the secret points where it did."""
    status = staged.status()
    assert (status["owner"], status["open_run"]) == ("source", None)
    assert staged.secret()["port"] == str(staged.source.port)


def test_without_an_approval_nothing_is_cut_over(replicating: Staged) -> None:
    complaint = told_people(replicating, replicating.run("cutover", "run"))
    assert (complaint.exit, complaint.code) == (3, "CUT-020")
    assert "gate approved is closed: no approval" in complaint.message
    assert any("Unwound" in note for note in complaint.notes)
    at_the_source(replicating)


def test_an_approval_of_another_plan_is_none(replicating: Staged) -> None:
    replicating.must("cutover", "approve", "--by", "somebody")
    with edited(replicating, "[limits]", "[limits]\nvalidation_hours = 23.0"):
        complaint = told_programs(replicating, replicating.run("cutover", "run", "--format", "json"))
    assert (complaint.exit, complaint.code) == (3, "CUT-020")
    assert "approved is another plan" in complaint.message
    at_the_source(replicating)


def test_a_second_run_is_told_who_holds_the_migration(replicating: Staged) -> None:
    known = len(replicating.journal())
    first = replicating.start("cutover", "run", sabotage=SLOW_BEFORE_THE_FREEZE)
    until(replicating, first, "intent", "prepare/probe-way-back:main", known)
    halt(replicating, first)
    try:
        for second in (("cutover", "run"), ("replicate", "start")):
            complaint = refused(replicating, *second)
            assert (complaint.exit, complaint.code) == (4, "STA-020")
            assert f"process {first.pid} on {socket.gethostname()}" in complaint.message
    finally:
        os.kill(first.pid, signal.SIGCONT)
        os.kill(first.pid, signal.SIGINT)
    assert told_people(replicating, ended(first)).exit == 130
    at_the_source(replicating)


def test_a_cutover_that_is_stopped_under_the_freeze_is_unwound(replicating: Staged) -> None:
    with replicating.application() as application:
        for number, sabotage in (
            (signal.SIGINT, SLOW_UNDER_THE_FREEZE),
            (signal.SIGTERM, SLOW_UNDER_THE_FREEZE),
            (signal.SIGINT, SLOW_UNDER_THE_FREEZE + STOPPED_TWICE),
        ):
            application.write(30)
            replicating.must("cutover", "approve", "--by", "somebody")
            complaint = stopped(replicating, number, ("done", FROZEN), "cutover", "run", sabotage=sabotage)
            assert (complaint.exit, complaint.code) == (130, "RUN-005")
            assert number.name in complaint.message
            assert any("Unwound" in note for note in complaint.notes)
            at_the_source(replicating)
        application.write(30)
    assert replicating.judge("source")["verdict"] == "kept"


def test_a_cutover_that_nobody_reads_any_more_is_unwound_too(replicating: Staged) -> None:
    """Ctrl-C on `cutover run 2>&1 | tee log` ends tee as well."""
    replicating.must("cutover", "approve", "--by", "somebody")
    known = len(replicating.journal())
    process = replicating.start("cutover", "run", sabotage=SLOW_UNDER_THE_FREEZE)
    until(replicating, process, "done", FROZEN, known)
    for pipe in (process.stdout, process.stderr):
        assert pipe is not None
        pipe.close()
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(LONG) == 130
    at_the_source(replicating)


def test_a_cutover_goes_on_only_as_it_was_begun(replicating: Staged) -> None:
    """The way back asks for nothing: whoever changed the settings still gets the application out of the freeze."""
    with replicating.application() as application:
        application.write(30)
        replicating.must("cutover", "approve", "--by", "somebody")
        replicating.kill_after(replicating.start("cutover", "run", sabotage=SLOW_UNDER_THE_FREEZE), FROZEN)
        with edited(replicating, "[limits]", "[limits]\nvalidation_hours = 23.0"):
            complaint = told_programs(replicating, replicating.run("cutover", "resume", "--format", "json"))
            assert (complaint.exit, complaint.code) == (4, "RUN-001")
            assert "limits.validation_hours: 24.0 then, 23.0 now" in complaint.message
        with edited(replicating, f'secret = "{replicating.secret_id}"', 'secret = "somebody/else"'):
            complaint = told_programs(replicating, replicating.run("rollback", "--format", "json"))
            assert (complaint.exit, complaint.code) == (4, "STA-016")
            assert "secret somebody/else" in complaint.message
        with edited(replicating, "[limits]", "[limits]\nvalidation_hours = 23.0"):
            replicating.must("rollback")
        at_the_source(replicating)
        application.write(30)
    assert replicating.judge("source")["verdict"] == "kept"
