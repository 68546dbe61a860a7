"""Performs a team's own acts. Implements ports.acts.Acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from migrate.errors import Interrupted, MigrateError
from migrate.model.act import Act, Performed
from migrate.outside import command, http
from migrate.ports.database import Sides

MOST_CHARACTERS = 300


class OwnActs:
    """`folder` is where commands run; `masked` takes out of a text what looks like a secret."""

    def __init__(self, sides: Sides, folder: Path, masked: Callable[[str], str]) -> None:
        self._sides, self._folder, self._masked = sides, folder, masked

    def perform(self, act: Act, told: Mapping[str, str], *, changing: bool) -> Performed:
        """See ports.acts.Acts."""
        found = self._perform(act, told, changing)
        said = self._masked(found.said)
        return replace(found, said=said if len(said) <= MOST_CHARACTERS else f"{said[: MOST_CHARACTERS - 1]}…")

    def _perform(self, act: Act, told: Mapping[str, str], changing: bool) -> Performed:
        if act.command:
            return command.run(act.command, told, self._folder, act.seconds)
        if act.url:
            return http.ask(act.url, act.method, act.expect, act.seconds)
        try:
            database = self._sides.source if act.side == "source" else self._sides.target
            if changing:
                database.statements.execute(act.sql, act.seconds)
                return Performed(True, "executed")
            value = database.statements.ask(act.sql, act.seconds)
        except Interrupted:
            raise
        except MigrateError as problem:
            return Performed(None, str(problem))
        return Performed(None if value is None else bool(value), f"answered {value}")
