"""The wheel in a fresh environment, as pipx would have it: no source tree, no drivers but those that were asked for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNREACHABLE = re.compile(r"connection|timed? ?out|name resolution|No matching distribution", re.IGNORECASE)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installed")]

Run = Callable[..., subprocess.CompletedProcess[str]]


def install(python: Path, *what: str) -> None:
    """With the machine's own configuration of pip. Where no index answers, it is skipped; in CI it fails."""
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pinned = ["-c", str(ROOT / "constraints.txt")]
    ran = subprocess.run([*command, *pinned, *what], capture_output=True, text=True, check=False)
    if ran.returncode and UNREACHABLE.search(ran.stderr) and os.environ.get("CI") != "true":
        pytest.skip(f"packages cannot be had here: {ran.stderr.strip().splitlines()[-1]}")
    assert ran.returncode == 0, ran.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, check=True, cwd=ROOT, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    install(folder / "venv/bin/python", str(next(folder.glob("*.whl"))))
    return folder


@pytest.fixture(scope="module")
def run(home: Path) -> Run:
    """The installed program, in a folder that is no source tree, without this project on any path."""
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()

    def program(*words: str, path: str = "/usr/bin:/bin") -> subprocess.CompletedProcess[str]:
        command = [str(home / "venv/bin/aurora-migrate"), *words]
        environment = {"PATH": path, "HOME": str(elsewhere), "AURORA_MIGRATE_SOURCE_PASSWORD": "a secret"}
        return subprocess.run(
            command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False, timeout=300
        )

    return program


def test_it_says_which_build_it_is(run: Run) -> None:
    lines = run("--version").stdout.splitlines()
    assert lines[0].startswith("aurora-migrate 0.")
    assert re.match(r"build   (commit [0-9a-f]{12}.*, \d{4}-\d\d-\d\d|from sources without a commit)$", lines[1])
    assert lines[3].endswith("no psycopg, no PyMySQL"), "nobody asked for a driver"


def test_rules_samples_and_runbooks_come_with_it(run: Run, home: Path) -> None:
    listed = run("checks", "list")
    assert (listed.returncode, "PG301" in listed.stdout) == (0, True)
    (schema,) = home.glob("venv/lib/*/site-packages/migrate/_shipped/sample_schemas/postgres/ledger/schema.sql")
    words = ("--engine", "postgres", "--target", "aurora-postgresql:17.5", "--format", "html", "--output", "a.html")
    assessed = run("assess", "--schema", str(schema), *words)
    assert assessed.returncode in (0, 3), assessed.stderr
    assert (home / "elsewhere/a.html").stat().st_size > 10_000
    rendered = run("runbook", "render", "--folder", "pages")
    assert rendered.returncode == 0, rendered.stderr
    pages = {page.name for page in (home / "elsewhere/pages").iterdir()}
    assert pages == {"cutover.md", "rollback.md", "finalize.md", "abort.md"}
    assert run("explain", "SRC-110").returncode == 0
    assert run("grants", "--engine", "mysql", "--user", "mig").returncode == 0


@pytest.mark.parametrize(("scheme", "extra"), [("postgresql", "postgres"), ("mysql", "mysql"), ("mariadb", "mysql")])
def test_a_driver_that_is_missing_is_named_with_what_brings_it(run: Run, scheme: str, extra: str) -> None:
    refused = run("init", "--source", f"{scheme}://mig@127.0.0.1:1/db", "--name", "orders")
    assert (refused.returncode, "CFG-099" in refused.stderr) == (2, True), refused.stderr
    assert f"aurora-migrate[{extra}]" in " ".join(refused.stderr.split())


def test_with_the_extra_it_is_there(run: Run, home: Path) -> None:
    install(home / "venv/bin/python", f"{next(home.glob('*.whl'))}[mysql,postgres]")
    assert "no psycopg" not in run("--version").stdout
    refused = run("init", "--source", "mysql://mig@127.0.0.1:1/db", "--name", "orders")
    assert refused.returncode != 0
    assert "CFG-099" not in refused.stderr


def test_with_the_sandbox_it_rehearses_and_shows_it_in_a_browser(run: Run, home: Path) -> None:
    install(home / "venv/bin/python", f"{next(home.glob('*.whl'))}[sandbox,web]")
    rehearsed = run("rehearse", "postgres/ledger", "--scale", "0.02", "--rate", "100", "--work", "first")
    assert rehearsed.returncode == 0, rehearsed.stdout[-2000:] + rehearsed.stderr[-2000:]
    assert (home / "elsewhere/first/rehearsal.html").is_file()
    assert run("sandbox", "fetch", "postgres").returncode == 2
    served = run("watch", "-c", "first/migration.toml", "--once")
    assert served.returncode == 0, served.stderr
