"""A team's own programs: what they say is taken, whatever they do."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from migrate.outside.command import run


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.mark.parametrize(("code", "yes"), [(0, True), (1, False), (2, None), (137, None)])
def test_the_exit_code_is_the_answer(tmp_path: Path, code: int, yes: bool | None) -> None:
    found = run(python(f"import sys; print('looked'); sys.exit({code})"), {}, tmp_path, 20)
    assert found.yes is yes
    assert "looked" in found.said


def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    child = "import time, pathlib; time.sleep(4); pathlib.Path('late').touch()"
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(600)"
    found = run(python(code), {}, tmp_path, 1)
    assert found.yes is None
    assert "killed" in found.said
    time.sleep(4.5)
    assert not (tmp_path / "late").exists()


def test_output_of_any_bytes_is_one_readable_line(tmp_path: Path) -> None:
    code = "import sys; sys.stdout.buffer.write(b'first\\n\\xff\\xfe \\x1b[31mred\\n')"
    found = run(python(code), {}, tmp_path, 20)
    assert found.yes is True
    assert "red" in found.said
    assert found.said.isprintable()


def test_a_program_that_is_not_there_concludes_nothing(tmp_path: Path) -> None:
    found = run(["./no-such-program"], {}, tmp_path, 20)
    assert found.yes is None
    assert "cannot be started" in found.said


def test_it_learns_where_it_is_and_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURORA_MIGRATE_SOURCE_PASSWORD", "canary")
    names = ("AURORA_MIGRATE_SOURCE_PASSWORD", "AURORA_MIGRATE_RUN")
    code = f"import os; print(*(os.environ.get(name) for name in {names}), os.getcwd())"
    found = run(python(code), {"AURORA_MIGRATE_RUN": "cutover-1"}, tmp_path, 20)
    assert found.said == f"None cutover-1 {tmp_path}"
