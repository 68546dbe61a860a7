"""An installed wheel is whole: data, templates, runbooks and samples are in it, and are found from there."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from migrate.shipped import pages

ROOT = Path(__file__).resolve().parents[2]
WANTED = (
    "migrate/py.typed",
    "checks/py.typed",
    "migrate/_shipped/runbooks/cutover.toml",
    "migrate/_shipped/runbooks/rollback.toml",
    "migrate/_shipped/runbooks/finalize.toml",
    "migrate/_shipped/runbooks/ci/github-actions.yml",
    "migrate/_shipped/sample_schemas/postgres/ledger/sample.toml",
    "migrate/_shipped/sample_schemas/postgres/ledger/schema.sql",
    "migrate/_shipped/sample_schemas/postgres/ledger/workload.py",
    "migrate/_shipped/sample_schemas/mysql/shop/sample.toml",
    "migrate/_shipped/sample_schemas/mariadb/press/sample.toml",
    "migrate/_shipped/sample_schemas/judge.py",
    "migrate/_shipped/docs/operations.md",
    "migrate/_shipped/docs/reference/errors.md",
    "migrate/_shipped/build.json",
)
LOOK = """
import sys
from pathlib import Path
home = Path(sys.argv[1])
import migrate
assert Path(migrate.__file__).is_relative_to(home), migrate.__file__
from checks.registry import catalogue
from migrate.engines.postgres.queries import query
from migrate.operations.rehearsal.sample import load
from migrate.runner.load import load as runbook
from migrate.shipped import pages, shipped
(errors,) = pages("docs/reference/errors.md")
assert Path(errors).is_file() and Path(errors).is_relative_to(home), errors
for name in ("cutover", "rollback", "finalize"):
    assert runbook(shipped("runbooks") / f"{name}.toml").steps
sample = load(Path("postgres/ledger"))
for path in (sample.schema_file, sample.data_file, sample.workload, sample.judge):
    assert path.is_file() and path.is_relative_to(home), path
assert query("tables")
assert len(catalogue()) > 20
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from this tree, without a network."""
    pytest.importorskip("hatchling")
    into = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-index"]
    subprocess.run([*command, "--no-deps", "--no-build-isolation", "-w", str(into), str(ROOT)], check=True, cwd=into)
    (found,) = into.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("name", WANTED)
def test_the_wheel_holds(names: set[str], name: str) -> None:
    assert name in names


@pytest.mark.parametrize(
    "pattern",
    [
        "migrate/engines/postgres/queries/*.sql",
        "migrate/report/templates/*",
        "migrate/report/schemas/*.json",
        "migrate/web/static/*",
        "checks/data/*.toml",
        "migrate/**/*.py",
        "checks/**/*.py",
    ],
)
def test_every_file_of_the_tree_is_in_the_wheel(names: set[str], pattern: str) -> None:
    there = {path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern) if path.is_file()}
    assert there
    assert there <= names


def test_every_page_that_the_program_names_is_in_the_wheel(names: set[str]) -> None:
    """Who is told to read on must not be led to a file that only the project's own tree has."""
    texts = [
        node.value
        for package in ("migrate", "checks")
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / "runbooks").rglob("*.toml")]
    named = {f"migrate/_shipped/{Path(page).relative_to(ROOT).as_posix()}" for page in pages(*texts)}
    assert len(named) > 6
    assert named <= names


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    """Built twice at different moments, as `make dist` does: wheel and source distribution."""
    pytest.importorskip("hatchling")
    command = [sys.executable, "-m", "hatchling", "build", "-d"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600"}
    made = []
    for name in ("first", "second"):
        subprocess.run([*command, str(tmp_path / name)], check=True, cwd=ROOT, env=environment, capture_output=True)
        made.append({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()})
        time.sleep(1.1)
    assert {name.rpartition(".")[2] for name in made[0]} == {"whl", "gz"}
    assert made[0] == made[1]


def test_the_wheel_says_from_which_commit_it_was_built(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        stamp = json.loads(archive.read("migrate/_shipped/build.json"))
    asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert set(stamp) == {"commit", "changed", "at"}
    if (ROOT / ".git").exists():
        assert stamp["commit"] == asked.stdout.strip()


def test_nothing_else_is_in_the_wheel(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"migrate", "checks"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".db", ".password"))]


def test_an_unpacked_wheel_finds_what_it_ships(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    environment = {"PYTHONPATH": str(tmp_path / "site"), "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(
        [sys.executable, "-c", LOOK, str(tmp_path / "site")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
