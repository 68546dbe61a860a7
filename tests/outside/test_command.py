"""A team's own programs: what they say is taken, whatever they do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from migrate.outside.command import run
from tests.processes import wait_until_gone


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.mark.parametrize(("code", "yes"), [(0, True), (1, False), (2, None), (137, None)])
def test_the_exit_code_is_the_answer(tmp_path: Path, code: int, yes: bool | None) -> None:
    found = run(python(f"import sys; print('looked'); sys.exit({code})"), {}, tmp_path, 20)
    assert found.yes is yes
    assert "looked" in found.said


def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    code = (
        "import pathlib, subprocess, time; child = subprocess.Popen(['sleep', '600']);"
        " pathlib.Path('child').write_text(str(child.pid)); time.sleep(600)"
    )
    found = run(python(code), {}, tmp_path, 5)
    assert found.yes is None
    assert "killed" in found.said
    wait_until_gone(int((tmp_path / "child").read_text()))


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


def test_there_is_no_shell_whatever_the_words_look_like(tmp_path: Path) -> None:
    hostile = "$(touch made) `touch made`; touch made & echo * > made | cat \"'"
    done = run([sys.executable, "-c", "import sys; print(sys.argv[1])", hostile], {}, tmp_path, 20)
    assert (done.yes, done.said) == (True, hostile)
    assert list(tmp_path.iterdir()) == []
