"""`validate --follow` from MySQL and from MariaDB: kept caught up by the binary log, killed, begun again, cut over."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.scenarios.complaint import ended
from tests.scenarios.doors import mysql_connection
from tests.scenarios.theatre import LONG, Ran, Staged, replicated, stage

pytestmark = [pytest.mark.server, pytest.mark.slow]
RATE = 15.0
POSITIONS = "SELECT name, position FROM aurora_migrate.positions WHERE name LIKE '%witness%'"


@dataclass(frozen=True)
class Tables:
    """Of a sample: one without a key, which its application writes to, and others that it leaves alone."""

    keyless: str
    calm: str
    named: str
    stray: str
    """Changes one row of `named`; `mended` changes it back."""
    mended: str


SAMPLES = {
    "mysql/shop": Tables(
        keyless="event_log",
        calm="legacy_sessions",
        named="postal_codes",
        stray="UPDATE postal_codes SET town = CONCAT('stray ', town) ORDER BY country, code LIMIT 1",
        mended="UPDATE postal_codes SET town = SUBSTRING(town, 7) WHERE town LIKE 'stray %'",
    ),
    "mariadb/press": Tables(
        keyless="activity",
        calm="clippings",
        named="issues",
        stray="UPDATE issues SET circulation = circulation + 1 WHERE id = 1",
        mended="UPDATE issues SET circulation = circulation - 1 WHERE id = 1",
    ),
}


@dataclass(frozen=True)
class Scene:
    staged: Staged
    tables: Tables

    def sql(self, side: str, *statements: str) -> list[tuple[str, ...]]:
        with mysql_connection(self.staged.login(side)) as connection, connection.cursor() as cursor:
            cursor.execute(f"USE {self.staged.source.database}")
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def table(self, name: str) -> str:
        return f"{self.staged.source.database}.{name}"

    def held(self) -> set[tuple[str, ...]]:
        """Witness slots of both sides, and where in the log each stands."""
        return {(side, *row) for side in ("source", "target") for row in self.sql(side, POSITIONS)}

    def told(self) -> dict[str, Any]:
        """What the journal was told by the last `validate --follow`: its first round always is."""
        file = self.staged.home / ".aurora-migrate/state.db"
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=60)) as state:
            rows = state.execute("SELECT body FROM aurora_migrate_journal WHERE run = 'follow' ORDER BY seq")
            bodies = [json.loads(body) for (body,) in rows]
        (*_, first) = (body["facts"] for body in bodies if body.get("facts", {}).get("round") == 1)
        return dict(first)

    @contextlib.contextmanager
    def following(self) -> Iterator[subprocess.Popen[str]]:
        process = self.staged.start("validate", "--follow", "--every", "0.2")
        try:
            yield process
        finally:
            if process.poll() is None:
                _killed(process)

    def rounds(self, process: subprocess.Popen[str], count: int = 1) -> None:
        """Until so many rounds have ended that began after this was called. While somebody writes, each moves the slots
        of both sides; the first that is seen to end may have begun before."""
        for _ in range(count + 1):
            before = self.held()
            wait(lambda before=before: not self.held() & before, process)


def wait(seen: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + LONG
    while not seen():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _killed(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def stopped(process: subprocess.Popen[str]) -> Ran:
    os.kill(process.pid, signal.SIGINT)
    return ended(process)


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(f"follow-{name}")) for name in SAMPLES]
)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The tests of this module tell one story on it, in order."""
    for staged in stage(tmp_path_factory.mktemp("followed"), sample=request.param, scale=0.01):
        yield Scene(replicated(staged), SAMPLES[request.param])


def test_killed_and_begun_again_it_moves_the_positions_on_while_the_application_writes(scene: Scene) -> None:
    with scene.staged.application(RATE) as application:
        with scene.following() as process:
            application.write(10)
            scene.rounds(process)
            _killed(process)
        stood = scene.held()
        assert len(stood) == 2
        application.write(10)
        assert scene.held() == stood, "nobody moved them meanwhile"
        with scene.following() as process:
            scene.rounds(process)
            ran = stopped(process)
    assert ran.code == 0, ran.err
    assert not scene.held() & stood
    rounds = [line for line in ran.err.splitlines() if "round " in line]
    assert len(rounds) >= 2, ran.err
    whole = scene.table(scene.tables.keyless)
    assert all(f"{whole} whole left over" in line for line in rounds), "it is compared at rest alone"
    assert not any("differs" in line for line in rounds)


def test_what_was_written_after_a_kill_is_the_backlog_that_the_gate_sees(scene: Scene) -> None:
    staged, config = scene.staged, scene.staged.home / "migration.toml"
    before = config.read_text()
    with staged.application(RATE) as application, scene.following() as process:
        scene.rounds(process)
        _killed(process)
        application.write(10)
    config.write_text(before.replace("[limits]\n", "[limits]\ndelta_bytes = 1\n"))
    staged.must("cutover", "approve", "--by", "scenario")
    ran = staged.run("cutover", "run")
    config.write_text(before)
    assert ran.code == 3, ran.err
    told = " ".join(ran.err.split())
    assert "delta-backlog" in told
    assert "bytes of log" in told
    assert f"whole tables: {scene.table(scene.tables.keyless)}" in told
    assert staged.status()["owner"] == "source"


def test_a_stray_write_after_a_kill_is_found_by_the_cutovers_proof(scene: Scene) -> None:
    staged = scene.staged
    with staged.application(RATE) as application, scene.following() as process:
        scene.rounds(process)
        _killed(process)
        application.write(10)
    scene.sql("target", scene.tables.stray)
    staged.must("cutover", "approve", "--by", "scenario")
    ran = staged.run("cutover", "run")
    assert ran.code == 3, ran.err
    assert f"the sides differ before the freeze: {scene.table(scene.tables.named)}" in " ".join(ran.err.split())
    assert staged.status()["owner"] == "source"
    scene.sql("target", scene.tables.mended)


def test_the_cutover_proves_what_was_left_and_nothing_is_lost(scene: Scene) -> None:
    staged = scene.staged
    with staged.application(RATE) as application:
        with scene.following() as process:
            scene.rounds(process)
            _killed(process)
        application.write(10)
        staged.must("cutover", "approve", "--by", "scenario")
        staged.must("cutover", "run")
        application.write(10)
    assert staged.status()["owner"] == "target"
    assert staged.judge("target")["verdict"] == "kept"


def test_a_table_that_was_truncated_or_altered_is_compared_whole_and_named(scene: Scene) -> None:
    """In the reverse window, where the target feeds. The tasks carry no DDL: it is said to both sides."""
    calm, named = scene.tables.calm, scene.tables.named
    for side in ("target", "source"):
        scene.sql(side, f"TRUNCATE TABLE {calm}", f"ALTER TABLE {named} COMMENT = 'altered'")
    with scene.staged.application(RATE), scene.following() as process:
        scene.rounds(process)
        ran = stopped(process)
    assert ran.code == 0, ran.err
    first, *_ = (line for line in ran.err.splitlines() if "round 1: " in line)
    assert " compared whole, " in first, "five are named, and how many more: the journal names them all"
    assert {scene.table(calm), scene.table(named)} <= set(scene.told()["whole_tables"])
