"""Two databases of one name on two servers, without a migration and without AWS, and the command line for them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.scenarios.theatre import LONG, Ran

MAIN = "from migrate.cli.app import main\nmain()"


@dataclass
class Pair:
    """`run` is `validate --source … --target …` in a process of its own; SQL is run as the databases' owner."""

    home: Path
    urls: Mapping[str, str]
    passwords: dict[str, str]
    connect: Callable[[str], Any]
    """Log in to `source` or `target` as the owner; autocommit."""
    environment: dict[str, str] = field(default_factory=dict)

    def on(self, side: str, *statements: str) -> None:
        for place in ("source", "target") if side == "both" else (side,):
            with self.connect(place) as connection, connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)

    def arguments(self, **users: str) -> list[str]:
        """Options that name both sides; `source="somebody"` logs in there as somebody else."""
        urls = {side: url.format(user=quote(users.get(side, "mig_admin"))) for side, url in self.urls.items()}
        return ["validate", "--source", urls["source"], "--target", urls["target"]]

    def start(self, *more: str, sabotage: str = "", **users: str) -> subprocess.Popen[str]:
        """`sabotage` is Python that runs before the command line."""
        known = {f"AURORA_MIGRATE_{side.upper()}_PASSWORD": word for side, word in self.passwords.items()}
        return subprocess.Popen(
            [sys.executable, "-c", f"{sabotage}\n{MAIN}", *self.arguments(**users), *more],
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **known, **self.environment, "PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,
        )

    def run(self, *more: str, **users: str) -> Ran:
        process = self.start(*more, **users)
        out, err = process.communicate(timeout=LONG)
        return Ran(process.returncode, out, err)
