"""Error codes as the program's own source tells them: what is raised, what to do, and with which exit code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from migrate import errors

PACKAGE = Path(errors.__file__).resolve().parent
STABLE = re.compile(r"[A-Z]{2,}-[A-Z0-9-]+")
CAUSES = PACKAGE / "aws" / "failures.py"
REFUSALS = ("failure", "_Meaning")
FAMILIES = {
    "CFG": "the command line or migration.toml",
    "STA": "the state of the migration: its journal, its lease, or what was begun with another request",
    "RUN": "how a run's steps are executed",
    "SRC": "the source database",
    "TGT": "the target database",
    "AWS": "AWS; other codes of this family carry the code that AWS itself answered with",
    "PRV": "provisioning the target",
    "REP": "replication",
    "VAL": "validation",
    "CUT": "cutover, rollback and finalize",
    "DRL": "drills",
    "CLN": "cleaning up",
    "REH": "a rehearsal",
    "SBX": "the sandbox",
    "INT": "the program itself, or whoever stopped it",
}


@dataclass(frozen=True, order=True)
class Told:
    """One place that raises. Holes in the texts are shown as `…`."""

    code: str
    message: str
    hint: str
    exit: str


def every() -> list[Told]:
    """Sorted, each text once."""
    return sorted(set(_found("")))


def about(code: str) -> list[Told]:
    """What the source says with one code; only files that hold it are read through."""
    return sorted({told for told in _found(code) if told.code == code})


def _found(code: str) -> Iterator[Told]:
    """Of every file that holds `code`; servers' refusals have numbers, which the code's side is put before."""
    if not code or code.startswith(("SRC-", "TGT-")):
        yield from _refusals()
    for path in sorted(PACKAGE.rglob("*.py")):
        if "sandbox" in path.relative_to(PACKAGE).parts[:1]:
            continue
        text = path.read_text(encoding="utf-8")
        if code not in text:
            continue
        tree = ast.parse(text)
        names = _constants(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            if path == CAUSES and isinstance(node.func, ast.Name) and node.func.id == "Cause":
                yield _cause(node, names)
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            name = _text(given.get("code"), names)
            if node.args and STABLE.fullmatch(name):
                yield Told(name, _text(node.args[0], names), _text(given.get("hint"), names), _exit(node.func))


def _refusals() -> Iterator[Told]:
    """Of either side's server, as the engines' `failures.py` and the one above them number them."""
    engines = PACKAGE / "engines"
    shared = _numbers(ast.parse((engines / "failures.py").read_text(encoding="utf-8")))
    for home in (engines, *sorted(path.parent for path in engines.glob("*/failures.py"))):
        numbers = shared | _numbers(ast.parse((home / "failures.py").read_text(encoding="utf-8")))
        for path in sorted(home.glob("*.py") if home == engines else home.rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = _constants(tree)
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
                    for number in {numbers[name] for name in _may_be(node.args[1], tree) if name in numbers}:
                        yield from _refusal(node, number, names)


def _refusal(node: ast.Call, number: int, names: dict[str, str]) -> Iterator[Told]:
    """`failure(side, NUMBER, message, hint=…)` or `_Meaning(when, NUMBER, what, hint)`, with either side's code."""
    hint = next((keyword.value for keyword in node.keywords if keyword.arg == "hint"), None)
    if hint is None and len(node.args) > 3:
        hint = node.args[3]
    message, remedy = _text(node.args[2], names), _text(hint, names)
    yield Told(f"SRC-{number}", message, remedy, str(int(errors.Exit.SOURCE)))
    yield Told(f"TGT-{number}", message, remedy, str(int(errors.Exit.TARGET)))


def _may_be(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """Names of the numbers that stand there, or that the variable there was given."""
    given = [
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign)
        and isinstance(node, ast.Name)
        and any(isinstance(target, ast.Name) and target.id == node.id for target in one.targets)
    ]
    for place in (node, *given):
        yield from (one.id for one in ast.walk(place) if isinstance(one, ast.Name))


def _numbers(tree: ast.Module) -> dict[str, int]:
    return {
        target.id: statement.value.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, int)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }


def _cause(node: ast.Call, names: dict[str, str]) -> Told:
    """`Cause(code, fault, words, what, fix, …)`."""
    code, _, _, what, fix = (_text(one, names) for one in node.args[:5])
    return Told(code, f"…: {what}: …", fix, str(int(errors.Exit.AWS)))


def _exit(called: ast.expr) -> str:
    kind = getattr(errors, called.id, None) if isinstance(called, ast.Name) else None
    if isinstance(kind, type) and issubclass(kind, errors.MigrateError):
        return str(int(kind.exit))
    return ""


def _constants(tree: ast.Module) -> dict[str, str]:
    """Texts that a module gives a name."""
    return {
        target.id: statement.value.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }


def _text(node: ast.expr | None, names: dict[str, str]) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=values):
            return re.sub("…+", "…", "".join(_text(value, names) for value in values))
        case ast.IfExp(body=body, orelse=other):
            return " / ".join(dict.fromkeys((_text(body, names), _text(other, names))))
        case ast.Name(id=name) | ast.FormattedValue(value=ast.Name(id=name)) if name in names:
            return names[name]
        case None:
            return ""
        case _:
            return "…"
