"""Every command with its help, arguments and options, from the typer application."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

import typer

from generator.markdown import NOTE, code, table
from migrate.cli.app import app

PROGRAM = "aurora-migrate"
EXAMPLES = "\b"
"""What keeps typer from filling the lines below it into a paragraph."""


def walk(command: Any, name: str = PROGRAM) -> Iterator[tuple[str, Any]]:
    """(full name, command) of every command and group, parents first."""
    yield name, command
    if hasattr(command, "list_commands"):
        for short in command.list_commands(None):
            yield from walk(command.get_command(None, short), f"{name} {short}")


def page() -> str:
    """Raises ValueError for a command or option without help."""
    found = list(walk(typer.main.get_command(app)))
    leaves = [(name, command) for name, command in found if not hasattr(command, "commands") or _acts(command)]
    groups = {name: _help(name, command) for name, command in found if hasattr(command, "commands")}
    listing = table(
        ("command", "what it does"), [(f"[{name}](#{_anchor(name)})", _help(name, c)) for name, c in leaves]
    )
    parts = [part for name, command in leaves for part in _section(name, command, groups)]
    return "\n".join(
        [
            "# Commands",
            "",
            NOTE,
            "",
            groups[PROGRAM],
            "",
            f"`{PROGRAM} --version` shows the version; `--help` works after every command. Results go to stdout,",
            "progress and errors to stderr. [Exit codes](exit-codes.md).",
            "",
            listing,
            *parts,
        ]
    )


def _acts(group: Any) -> bool:
    """Whether a group does something itself when none of its commands is named."""
    return bool(getattr(group, "invoke_without_command", False))


def _section(name: str, command: Any, groups: dict[str, str]) -> list[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    usage = " ".join([name, *(p.name.upper() for p in arguments), *(["[OPTIONS]"] if options else [])])
    lines = [f"## {name}", "", _help(name, command), "", f"```text\n{usage}\n```", ""]
    if examples := _examples(command):
        lines += ["```sh", *examples, "```", ""]
    rows = [(code(p.name.upper()), _told(name, p), _default(p)) for p in arguments]
    rows += [(code(", ".join([*p.opts, *p.secondary_opts])), _told(name, p), _default(p)) for p in options]
    return [*lines, table(("option", "meaning", "default"), rows)] if rows else lines


def _help(name: str, command: Any) -> str:
    text = " ".join((command.help or "").partition(EXAMPLES)[0].split())
    if not text:
        raise ValueError(f"{name} has no help")
    return text


def _examples(command: Any) -> list[str]:
    """Command lines that end a command's help, below a line `Examples:`."""
    told = (command.help or "").partition(EXAMPLES)[2]
    return [line.strip() for line in told.splitlines() if line.strip().startswith(PROGRAM)]


def _told(name: str, parameter: Any) -> str:
    text = " ".join((parameter.help or "").split())
    if not text and parameter.param_type_name == "option":
        raise ValueError(f"{name} {parameter.opts[-1]} has no help")
    return text


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    match value := parameter.default:
        case None | "":
            return ""
        case Enum():
            return code(value.value)
        case bool():
            return "on" if value else "off"
        case _:
            return code(value)


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-")
