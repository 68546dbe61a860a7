"""Every command that a page shows: the program takes it as it stands, and some test runs it with these options."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer

from tests.docs.commands import PAGES, PROGRAM, ROOT, Line, acts, line, resolved, run_by_tests, shown

WRITTEN = [page for page in PAGES if page.name != "commands.md"]
"""That one is generated from the commands' own help, whose examples have a test of their own."""
HINTS = "errors.md"
"""Generated from hints, which show what one may do and not what is done."""
LINES = [(page.name, text) for page in WRITTEN if page.name != HINTS for text in shown(page, PROGRAM)]
MAKES = sorted({text for page in PAGES for text in shown(page, "make")})
RECIPES = sorted((ROOT / "runbooks/ci").glob("*.yml"))


def complaint(text: str) -> str:
    """Why the program would not take the line; empty where it would. What stands for something else is left out."""
    words = shlex.split(text.replace("…", ""), comments=True)[1:]
    command, name, left = resolved(words)
    if not acts(command):
        wrong = [word for word in left if not word.startswith("-")]
        return f"there is no {wrong[0]} in {' '.join(name) or PROGRAM}" if wrong else ""
    if "…" in text:
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        strange = [word for word in left if word.startswith("-") and word.partition("=")[0] not in known]
        return f"{strange[0]} is unknown" if strange else ""
    try:
        command.make_context(" ".join(name), list(left)).close()
    except typer.Exit:
        return ""
    except typer.TyperException as problem:
        return problem.format_message()
    return ""


def test_there_is_something_to_look_at() -> None:
    assert len(LINES) > 100
    assert len(MAKES) > 10


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_program_takes_what_the_page_shows(page: Path) -> None:
    """Names, options, the types and ranges of their values, and that nothing is missing."""
    told = {text: complaint(text) for text in shown(page, PROGRAM) if not _no_more_than_a_name(text)}
    assert not {text: problem for text, problem in told.items() if problem}


def _no_more_than_a_name(text: str) -> bool:
    """In prose a command is mentioned by its name, without what it must be given."""
    command, _, left = resolved(shlex.split(text.replace("…", ""), comments=True)[1:])
    return not left and acts(command)


def test_a_wrong_line_would_be_noticed() -> None:
    for wrong in (
        "aurora-migrate cutover fly",
        "aurora-migrate cutover run --faster",
        "aurora-migrate cutover approve --by",
        "aurora-migrate assess --engine oracle",
        "aurora-migrate sandbox up --port many",
        "aurora-migrate explain CFG-001 CFG-002",
        "aurora-migrate runbook show cutover rollback",
    ):
        assert complaint(wrong), wrong
    assert not complaint("aurora-migrate cutover approve --by you")


def test_every_command_that_a_page_shows_is_run_by_a_test_with_these_options() -> None:
    ran = run_by_tests()
    assert Line(("cutover", "run"), frozenset()) in ran
    assert Line(("cutover", "fly"), frozenset()) not in ran
    together: dict[tuple[str, ...], frozenset[str]] = {}
    for one in ran:
        together[one.command] = together.get(one.command, frozenset()) | one.options
    never = set()
    for page, text in LINES:
        one = line(shlex.split(text.replace("…", ""), comments=True)[1:])
        if one is not None and (one.command not in together or one.options - together[one.command]):
            lacking = sorted(one.options - together.get(one.command, frozenset()))
            never.add(f"{page}: {' '.join(one.command)} {' '.join(lacking)}".strip())
    assert not sorted(never)


@pytest.mark.parametrize("text", MAKES)
def test_make_has_the_target(text: str) -> None:
    """Shown, not run: what each recipe calls is run by the suite itself, or is the suite."""
    words = [word for word in shlex.split(text, comments=True)[1:] if "…" not in word]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    variables = set(re.findall(r"^([A-Z_]+) \?= ", makefile, re.MULTILINE))
    for word in words:
        name, given, value = word.partition("=")
        assert (name in variables) if given else (name in targets), word
        if name == "SAMPLE":
            assert (ROOT / "sample_schemas" / value / "sample.toml").is_file()
    dry = subprocess.run(["make", "-n", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert dry.returncode == 0, dry.stderr


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.name)
def test_the_program_takes_what_a_recipe_runs(recipe: Path) -> None:
    text = recipe.read_text(encoding="utf-8").replace("\n          --", " --").replace("\n      --", " --")
    for name, value in re.findall(r'^ *([A-Z]+): *("[^"]*"|\S+)', text, re.MULTILINE):
        text = text.replace(f"${name}", value.strip('"'))
    lines = re.findall(rf"{PROGRAM} [^\n]*", text)
    assert len(lines) >= 2
    assert not {one: problem for one in lines if (problem := complaint(one))}
