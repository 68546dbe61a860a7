"""The tutorials cannot rot: their commands are run as they stand there, in order, against a real sandbox."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from migrate.sandbox.servers.mysql_binaries import Flavor
from tests.mysql_programs import require

DOCS = Path(__file__).resolve().parents[2] / "docs"
TUTORIAL = DOCS / "tutorial.md"
BLOCK = re.compile(r"(?:<!-- exits with (?P<code>\d+) -->\n)?```sh\n(?P<script>.*?)^```$", re.DOTALL | re.MULTILINE)
LONG = 240


@dataclass(frozen=True)
class Block:
    """Commands of one fence, and how its last one ends."""

    script: str
    code: int


def blocks(page: Path) -> list[Block]:
    return [Block(m["script"], int(m["code"] or 0)) for m in BLOCK.finditer(page.read_text(encoding="utf-8"))]


class Shell:
    """Runs blocks one after the other in a folder; what one exports, the next one sees."""

    def __init__(self, home: Path) -> None:
        self._home, self._kept = home, home / "environment"
        self._environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        for name in [name for name in self._environment if name.startswith(("AWS_", "AURORA_MIGRATE_"))]:
            del self._environment[name]

    def run(self, block: Block) -> subprocess.CompletedProcess[str]:
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{block.script}\nenv -0 > {self._kept}"],
            cwd=self._home,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )
        if ran.returncode == 0:
            pairs = (entry.partition("=") for entry in self._kept.read_text(encoding="utf-8").split("\0") if entry)
            self._environment = {name: value for name, _, value in pairs}
        return ran


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    found = Shell(tmp_path)
    yield found
    if (tmp_path / ".aurora-migrate/sandbox/sandbox.json").exists():
        found.run(Block("aurora-migrate sandbox down", 0))


@pytest.mark.server
@pytest.mark.slow
def test_every_command_block_does_what_the_page_says(shell: Shell, tmp_path: Path) -> None:
    found = blocks(TUTORIAL)
    assert len(found) > 12
    _walk(found, shell, tmp_path)


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "flavors"),
    [("tutorial-mysql.md", (Flavor.MYSQL,)), ("tutorial-mariadb.md", (Flavor.MYSQL, Flavor.MARIADB))],
)
def test_every_command_block_of_the_pages_on_mysql_does_what_they_say(
    shell: Shell, tmp_path: Path, page: str, flavors: tuple[Flavor, ...]
) -> None:
    for flavor in flavors:
        require(flavor)
    found = blocks(DOCS / page)
    assert len(found) > 5
    _walk(found, shell, tmp_path)


def _walk(found: list[Block], shell: Shell, home: Path) -> None:
    assert [block.code for block in found if block.code] == [3]
    for block in found:
        ran = shell.run(block)
        assert ran.returncode == block.code, f"{block.script}\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
    assert not (home / ".aurora-migrate/sandbox/sandbox.json").exists()


def test_the_page_walks_every_stage() -> None:
    said = "\n".join(block.script for block in blocks(TUTORIAL))
    stages = ("sandbox up", "init", "assess", "provision plan", "provision apply", "replicate start", "validate")
    later = (
        "status",
        "cutover plan",
        "cutover approve",
        "cutover run",
        "rollback",
        "status",
        "cutover finalize",
        "sandbox down",
    )
    place = 0
    for stage in (*stages, *later):
        place = said.index(f"aurora-migrate {stage}", place)
