"""The program's commands by name; one is imported when it is asked for, so that each starts as fast as it can."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

HOMES = {
    "init": "init",
    "doctor": "doctor",
    "grants": "grants",
    "assess": "assess",
    "provision": "provision",
    "replicate": "replicate",
    "validate": "validate",
    "drill": "drill",
    "cutover": "cutover",
    "rollback": "cutover",
    "cleanup": "cleanup",
    "status": "status",
    "report": "report",
    "watch": "room",
    "rehearse": "rehearse",
    "sandbox": "sandbox",
    "checks": "checks",
    "runbook": "runbook",
    "explain": "explain",
}
"""Module of `migrate.cli` that holds each command, in the order in which help lists them."""


class Commands(TyperGroup):
    """All commands. A module has an `app`, a group of its own name, or `register`, which adds to the top."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(HOMES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in HOMES:
            return None
        if cmd_name not in self.commands:
            self.commands[cmd_name] = _loaded(cmd_name)
        return self.commands[cmd_name]


def _loaded(name: str) -> Any:
    home = import_module(f"migrate.cli.{HOMES[name]}")
    top = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    top.callback()(lambda: None)
    if hasattr(home, "app"):
        top.add_typer(home.app, name=HOMES[name])
    if hasattr(home, "register"):
        home.register(top)
    return get_group(top).commands[name]
