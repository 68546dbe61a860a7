"""Who may say that a cutover happens: several people, the clock, and a team's own runbook."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest

from tests.scenarios.complaint import told_people
from tests.scenarios.settings import edited
from tests.scenarios.theatre import Staged

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("permission")]


@contextlib.contextmanager
def with_settings(staged: Staged, text: str) -> Iterator[None]:
    with edited(staged, "[application]", f"{text}\n\n[application]"):
        yield


def works_as(staged: Staged, name: str) -> dict[str, str]:
    """Environment of somebody with a user of their own in AWS, who calls themselves so on this machine."""
    iam = staged.boto("iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    credentials = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    return {"LOGNAME": name, "USER": name, **credentials}


def test_one_account_is_one_person_whatever_its_environment_says(ready: Staged) -> None:
    anna, bo = works_as(ready, "anna"), works_as(ready, "bo")
    itself = dict(ready.environment)
    ready.environment |= anna
    with with_settings(ready, '[cutover]\napprovals = 2\napprover_roles = ["dba"]'):
        assert "1 of 2 people" in ready.must("cutover", "approve", "--by", "anna").out
        again = ready.run("cutover", "approve", "--by", "Anna")
        assert (again.code, "CUT-014" in again.err) == (3, True)
        disguised = ready.run("cutover", "approve", "--by", "bo")
        assert (disguised.code, "CUT-015" in disguised.err) == (3, True)
        ready.environment |= bo
        still_disguised = ready.run("cutover", "approve", "--by", "bo", "--role", "dba")
        assert (still_disguised.code, "CUT-015" in still_disguised.err) == (3, True)
        assert "from the account bo@" not in still_disguised.err
        unknown = ready.run("cutover", "approve", "--by", "bo", "--role", "chef")
        assert (unknown.code, "dba" in unknown.err) == (2, True)
        refused = ready.run("cutover", "run")
        assert (refused.code, "1 of 2 people approved: anna" in refused.err) == (3, True)
        assert ready.must("cutover", "revoke", "--by", "anna").out == "revoked 1 approval\n"
        assert ready.run("cutover", "revoke", "--by", "anna").code == 3
    ready.environment = itself
    with contextlib.closing(sqlite3.connect(ready.home / ".aurora-migrate/state.db")) as state:
        (kept,) = state.execute("SELECT body FROM aurora_migrate_journal WHERE body LIKE '%consented_to%'").fetchall()
    assert "user/anna" in str(kept)


def test_outside_the_window_and_with_a_stranger_on_the_source_nothing_happens(ready: Staged) -> None:
    login = ready.login("source")
    with psycopg.connect(**login, autocommit=True) as admin:
        admin.execute("CREATE ROLE nightly LOGIN PASSWORD 'nightly'")
        admin.execute(f"GRANT CONNECT ON DATABASE {login['dbname']} TO nightly")
        nightly = {**login, "user": "nightly", "password": "nightly", "application_name": "report"}
        window = '[cutover]\nchange_windows = ["2020-01-01T00:00/2020-01-01T04:00"]'
        with psycopg.connect(**nightly), with_settings(ready, window):
            ready.must("cutover", "approve", "--by", "scenario")
            refused = ready.run("cutover", "run")
        admin.execute(f"REVOKE CONNECT ON DATABASE {login['dbname']} FROM nightly")
        admin.execute("DROP ROLE nightly")
    assert (refused.code, "nightly from 127.0.0.1 (report)" in refused.err) == (3, True)
    assert "gate change-window-open is closed" in refused.err
    assert ready.status()["owner"] == "source"


class Heard(BaseHTTPRequestHandler):
    """A chat that keeps what it is told."""

    lines: list[str] = []

    def do_POST(self) -> None:
        self.lines.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def chat() -> Iterator[str]:
    Heard.lines.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Heard)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


OWN = """
[[gate]]
name = "own/no-jobs"
prose = "No job of ours may run."
sql = "SELECT count(*) = 0 FROM ledger.accounts WHERE id < 0"
side = "source"

[[gate]]
name = "own/cannot-write"
prose = "A question must not write."
sql = "UPDATE ledger.accounts SET id = id RETURNING true"
side = "source"

[[gate]]
name = "own/hangs"
prose = "It should have answered."
command = ["{python}", "-c", "import time; time.sleep(600)"]
seconds = 1

[[gate]]
name = "own/desk-told"
prose = "The service desk knows."
confirm = true

[[step]]
name = "own/stop-workers"
title = "stop the workers"
command = ["{python}", "-c", "print('password=canary'); open('workers', 'a').write('stopped ')"]
undo = {{ command = ["{python}", "-c", "open('workers', 'a').write('started ')"] }}

[[step]]
name = "own/warm-up"
title = "warm the caches"
sql = "SELECT count(*) FROM ledger.accounts"
side = "target"
"""


def own_runbooks(staged: Staged, gates: str) -> Path:
    """A copy with gates and steps of our own: workers stop before the fence, caches are warm after the switch."""
    folder = staged.home / "runbooks"
    if not folder.exists():
        staged.must("runbook", "copy", "runbooks")
        assert staged.run("runbook", "copy", "runbooks").code == 2
    text = (folder / "cutover.toml").read_text().partition("\n[[gate]]")[0]
    if "own/stop-workers" not in text:
        text = text.replace('["freeze/fence"', '["own/stop-workers", "freeze/fence"')
        text = text.replace('"open/smoke-test"', '"own/warm-up", "open/smoke-test"')
    head, _, tail = text.partition('  "approved",')
    head = head[: head.index('  "own/')] if '  "own/' in head else head
    (folder / "cutover.toml").write_text(f'{head}{gates}  "approved",{tail}' + OWN.format(python=sys.executable))
    return folder


DOCUMENTED = Path(__file__).resolve().parents[2] / "docs/runbooks.md"


def application_ready() -> str:
    """The gate that the docs give to be copied."""
    _, _, after = DOCUMENTED.read_text(encoding="utf-8").partition("## Is the application ready?")
    return "\n" + after.partition("```toml\n")[2].partition("```")[0]


def test_a_rollback_waits_for_whom_its_own_runbook_asks_and_for_nobody_else(ready: Staged) -> None:
    ready.must("runbook", "copy", "asking")
    rollback = ready.home / "asking/rollback.toml"
    text = rollback.read_text().replace(
        '"owner-certain",', '"own/application-ready",\n  "approved",\n  "owner-certain",'
    )
    rollback.write_text(text + application_ready())
    ready.must("cutover", "approve", "--by", "scenario")
    ready.must("cutover", "run")
    needless = told_people(ready, ready.run("cutover", "approve", "--by", "scenario"))
    assert (needless.exit, needless.code) == (3, "CUT-019")
    assert "cutover approve --finalize" in needless.hint

    with with_settings(ready, '[cutover]\nrunbooks = "asking"'):
        complaint = told_people(ready, ready.run("rollback"))
        assert (complaint.exit, complaint.code) == (3, "CUT-020")
        assert "gate own/application-ready is closed" in complaint.message
        assert "gate approved is closed" in complaint.message
        assert "cutover confirm own/application-ready" in complaint.hint
        assert ready.status()["owner"] == "target"

        plan = ready.must("cutover", "plan", "--format", "json").json
        assert plan["run"].startswith("rollback-")
        assert (
            "confirmed own/application-ready for rollback-"
            in ready.must("cutover", "confirm", "own/application-ready").out
        )
        assert f"approved {plan['run']} ({plan['digest'][:12]})" in ready.must("cutover", "approve").out
        ready.must("rollback")
    assert ready.status()["owner"] == "source"


def test_a_teams_own_runbook_asks_acts_undoes_and_tells(ready: Staged, chat: str) -> None:
    ready.environment["CHAT"] = chat
    with with_settings(ready, '[cutover]\nrunbooks = "runbooks"\n\n[notifications]\nwebhook = "env:CHAT"'):
        folder = own_runbooks(ready, '  "own/no-jobs",\n  "own/cannot-write",\n  "own/hangs",\n  "own/desk-told",\n')
        ready.must("cutover", "approve", "--by", "scenario")
        refused = ready.run("cutover", "run")
        assert refused.code == 3
        assert "gate own/cannot-write is unknown" in refused.err
        assert "gate own/hangs is unknown" in refused.err
        assert "gate own/desk-told is closed" in refused.err
        assert "own/no-jobs is" not in refused.err
        assert not (ready.home / "workers").exists()

        own_runbooks(ready, '  "own/no-jobs",\n  "own/desk-told",\n')
        assert ready.run("cutover", "confirm", "own/no-jobs").code == 2
        ready.must("cutover", "confirm", "own/desk-told", "--by", "desk")
        ready.must("cutover", "approve", "--by", "scenario")
        ready.kill_after(ready.start("cutover", "run"), "freeze/fence")
        cutover = folder / "cutover.toml"
        text = cutover.read_text()
        cutover.write_text(text.replace("stop the workers", "stop all workers"))
        assert ready.run("cutover", "resume").code == 4, "what was approved is not what the file says now"
        ready.must("rollback")
        assert (ready.home / "workers").read_text() == "stopped started "
        cutover.write_text(text)

        ready.must("cutover", "confirm", "own/desk-told", "--by", "desk")
        ready.must("cutover", "approve", "--by", "scenario")
        who, *foretold = ready.must("cutover", "run", "--dry-run", "--format", "json").json["notices"]
        assert who == "to the webhook of env:CHAT"
        with ready.application() as application:
            application.write(50)
            done = ready.must("cutover", "run")
            application.write(50)
        assert [line for line in foretold if "…" not in line and line not in Heard.lines] == []
        assert ready.judge("target")["lost"] == 0
        ready.must("rollback")
    assert (ready.home / "workers").read_text() == "stopped started stopped "
    assert "canary" not in done.err
    told = " ".join(Heard.lines)
    for words in ("gate own/hangs is unknown", "the freeze has begun", "the freeze was undone", "switched", "way back"):
        assert words in told
