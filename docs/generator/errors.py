"""Every error code with its message and hint, read from the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.markdown import NOTE, code, table
from migrate import errors
from migrate.aws.failures import CAUSES

PACKAGE = Path(errors.__file__).resolve().parent
STABLE = re.compile(r"[A-Z]{2,}-[A-Z0-9-]+")


@dataclass(frozen=True, order=True)
class Told:
    """One place that raises. Holes in the texts are shown as `…`."""

    code: str
    message: str
    hint: str
    exit: str


def page() -> str:
    rows = [(code(t.code), t.message, t.hint, t.exit) for t in sorted(set(_found()))]
    return "\n".join(
        [
            "# Errors",
            "",
            NOTE,
            "",
            "Every code that stands in the source, with its message and hint; `…` is filled in when it happens.",
            "Other `AWS-…` codes carry the code that AWS itself answered with. Where no exit stands, it depends",
            "on where it happens.",
            "",
            table(("code", "what happened", "what to do", "exit"), rows),
        ]
    )


def _found() -> Iterator[Told]:
    for cause in CAUSES:
        yield Told(cause.code, f"…: {cause.what}: …", cause.fix, str(int(errors.Exit.AWS)))
    for path in sorted(PACKAGE.rglob("*.py")):
        if "sandbox" in path.relative_to(PACKAGE).parts[:1]:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = _constants(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            name = _text(given.get("code"), names)
            if node.args and STABLE.fullmatch(name):
                yield Told(name, _text(node.args[0], names), _text(given.get("hint"), names), _exit(node.func))


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
        case ast.Name(id=name) if name in names:
            return names[name]
        case None:
            return ""
        case _:
            return "…"
