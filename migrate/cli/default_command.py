"""A group of commands of which one need not be named: `rehearse postgres/ledger` is its `run`."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class WithRun(TyperGroup):
    """Words that name no command of the group go to its command `run`."""

    default = "run"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in self.get_help_option_names(ctx):
            args = [self.default, *args]
        return super().parse_args(ctx, args)
