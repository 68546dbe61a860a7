"""Command lines that the pages show, and those that tests run."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from migrate.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "aurora-migrate"
TOP: Any = typer.main.get_command(app)
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "runbooks").rglob("*.md")],
    key=lambda path: path.as_posix(),
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`((?:aurora-migrate|make) [a-z][^`]*)`")
SHELL = ("sh", "console", "text")
WORDS_OF_HELPERS = {
    "tests/assess/*.py": ("assess",),
    "tests/checks/*.py": ("assess",),
    "tests/control_room/*.py": ("watch",),
    "tests/readiness/*.py": ("report",),
    "tests/scenarios/test_*watching.py": ("replicate", "status"),
    "tests/scenarios/test_validate_*.py": ("validate",),
    "tests/stages_provision/*.py": ("provision",),
}
"""What the helpers of these tests put before the words that they are given."""


def shown(page: Path, program: str) -> Iterator[str]:
    """Lines of `program` in a page: in its prose, and in its fences of commands."""
    text = page.read_text(encoding="utf-8")
    yield from (_bare(line) for line in INLINE.findall(FENCE.sub("", text)) if line.startswith(f"{program} "))
    for language, body in FENCE.findall(text):
        if language not in SHELL:
            continue
        for line in body.replace("\\\n", " ").splitlines():
            for part in re.split(r"&&|;|\|", line.removeprefix("$ ")):
                if part.strip().startswith(f"{program} "):
                    yield _bare(part.strip())


def _bare(line: str) -> str:
    """Without where its output goes and what is remarked on it."""
    return re.split(r" > | +#", line)[0]


def acts(command: Any) -> bool:
    """Whether it does something itself, and is no mere group of commands."""
    return not hasattr(command, "commands") or bool(command.invoke_without_command)


@dataclass(frozen=True)
class Line:
    """A command of the program by its words, and the options that are given to it."""

    command: tuple[str, ...]
    options: frozenset[str]


def resolved(words: list[str]) -> tuple[Any, tuple[str, ...], list[str]]:
    """The command that the words name, its name, and what is left for it; a group where they stop at one."""
    command, name = TOP, []
    left = [word for word in words if word != "--quiet"]
    while hasattr(command, "commands"):
        default = getattr(command, "default", None)
        if left and command.get_command(None, left[0]) is not None:
            name.append(left.pop(0))
        elif default and left and left[0] != "--help":
            name.append(default)
        else:
            break
        command = command.get_command(None, name[-1])
    return command, tuple(name), left


def line(words: list[str]) -> Line | None:
    """None where the words name no command."""
    command, name, left = resolved(words)
    if not acts(command):
        return None
    spelt = {option: parameter.opts[-1] for parameter in command.params for option in parameter.opts}
    off = {option: parameter.opts[-1] for parameter in command.params for option in parameter.secondary_opts}
    given = {(spelt | off).get(word.partition("=")[0]) for word in left if word.startswith("-")}
    return Line(name, frozenset(option for option in given if option))


def run_by_tests() -> set[Line]:
    """Commands whose words stand beside one another as texts in a test, or in a tutorial that a test walks."""
    found = set()
    for path in (ROOT / "tests").rglob("*.py"):
        if path.parent.name == "docs":
            continue
        name = path.relative_to(ROOT)
        before = [list(words) for pattern, words in WORDS_OF_HELPERS.items() if name.match(pattern)]
        for words in _texts(path):
            for begun in ([], *before):
                if (one := line([*begun, *words])) is not None:
                    found.add(one)
    for page in (ROOT / "docs").glob("tutorial*.md"):
        found |= {one for text in shown(page, PROGRAM) if (one := line(shlex.split(text)[1:])) is not None}
    return found


def _texts(path: Path) -> Iterator[list[str]]:
    """The words of each call's arguments, list and tuple, from each of its first ones on."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        items = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
        words = [word for item in items for word in _words(item)]
        yield from (words[start:] for start in range(min(len(words), 6)))


def _words(item: ast.AST) -> list[str]:
    match item:
        case ast.Constant(value=str(text)):
            return text.split() or [text]
        case ast.JoinedStr():
            return ["…"]
        case ast.Starred(value=ast.Tuple(elts=elts) | ast.List(elts=elts)):
            return [word for one in elts for word in _words(one)]
        case _:
            return ["…"]
