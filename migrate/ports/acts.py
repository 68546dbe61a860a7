"""What a team's own gates and steps do in the world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from migrate.model.act import Act, Performed


class Acts(Protocol):
    def perform(self, act: Act, told: Mapping[str, str], *, changing: bool) -> Performed:
        """Do it, or ask it, and say what came of it; never raises for what the act itself does.

        `told` are facts for a command's environment: AURORA_MIGRATE_RUN and the like. SQL that is not `changing` runs
        in a transaction that cannot write.
        """
