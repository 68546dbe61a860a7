"""The pages say what the code says: generated ones are fresh, links lead somewhere, every command has help."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from migrate.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "aurora-migrate"
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "runbooks/rendered").glob("*.md")],
    key=lambda path: path.as_posix(),
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("pages")
    subprocess.run([sys.executable, str(ROOT / "docs/generate.py"), "--into", str(into)], check=True, cwd=into)
    return into


def test_generated_pages_are_up_to_date(regenerated: Path) -> None:
    fresh = {path.relative_to(regenerated): path.read_text() for path in regenerated.rglob("*.md")}
    assert len(fresh) >= 10
    stale = [str(name) for name, text in fresh.items() if _text(ROOT / name) != text]
    assert not stale, "run: make docs"


def test_no_generated_page_is_left_over(regenerated: Path) -> None:
    for folder in ("docs/reference", "runbooks/rendered"):
        there = {path.name for path in (ROOT / folder).iterdir()}
        assert there == {path.name for path in (regenerated / folder).iterdir()}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_resolve(page: Path) -> None:
    broken = []
    for link in LINK.findall(re.sub(r"`[^`]*`", "", _prose(page))):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        found = (page.parent / name).resolve() if name else page
        if not found.exists() or (anchor and anchor not in _anchors(found)):
            broken.append(link)
    assert not broken


def _prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def _anchors(page: Path) -> set[str]:
    """Anchors of headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


# --- commands ------------------------------------------------------------------------------------------------------

TOP = typer.main.get_command(app)


def walk(command: Any, name: str = PROGRAM) -> Iterator[tuple[str, Any]]:
    yield name, command
    for short in command.list_commands(None) if hasattr(command, "list_commands") else ():
        yield from walk(command.get_command(None, short), f"{name} {short}")


COMMANDS = dict(walk(TOP))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    command = COMMANDS[name]
    assert (command.help or "").strip(), name
    options = [p for p in command.params if p.param_type_name == "option"]
    assert not [p.opts for p in options if not (p.help or "").strip()]


HINTED = re.compile(r"(?:: |`)aurora-migrate ((?:[a-z-]+ ?){1,2})")


def test_hints_name_commands_that_exist() -> None:
    """A text that sends somebody to a command must not send them nowhere."""
    wrong = []
    for path in sorted((ROOT / "migrate").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            wrong += [f"{path.name}: {said}" for said in HINTED.findall(text) if not _known(said)]
    assert not wrong


def _known(said: str) -> bool:
    first, _, second = said.strip().partition(" ")
    if first not in TOP.commands:  # type: ignore[attr-defined]
        return False
    group = TOP.commands[first]  # type: ignore[attr-defined]
    inner = getattr(group, "commands", None)
    return inner is None or not second or second in inner or second.startswith("-") or hasattr(group, "default")


# --- what the pages must say ------------------------------------------------------------------------------------------


def test_fidelity_tells_sources_from_assumptions() -> None:
    text = (ROOT / "docs/fidelity.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `dms/")]
    assert len(rows) > 100
    assert all(line.rstrip(" |").rpartition("|")[2].strip() for line in rows), "a behaviour without a source"
    for heading in ("### Modelled", "### Assumed", "### Not modelled", "## What was proven where"):
        assert heading in text
    assert "dms.md" not in text


def test_every_step_of_every_plan_says_what_it_guards() -> None:
    """Of `replicate`, `provision` and `cleanup`, too, which no rendered runbook covers."""
    from migrate.stages.cutover import finalize
    from migrate.stages.cutover import plan as handover
    from migrate.stages.provision.plan import VERIFY
    from migrate.stages.replicate import plan as replication
    from migrate.stages.retire.plan import GROUPS

    page = (ROOT / "docs/reference/steps.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    told = {first.removeprefix("| ").strip("`").partition(":")[0] for first, *_ in rows}
    started = {kind.name for kind in (*replication.SET_UP, *replication.KEYS_AFTER_CHANGES)}
    assert told > {VERIFY, *started, *GROUPS, *handover.STEPS, *finalize.STEPS, "reload/tables", "settings/modify"}
    assert all(len(why) > 20 and "(leaving: " not in why for _, _, why, _ in rows)


def test_every_exit_code_is_explained() -> None:
    from migrate.errors import Exit

    text = (ROOT / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    assert all(f"| {int(code)} |" in text for code in Exit)
