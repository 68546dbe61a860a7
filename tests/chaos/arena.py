"""A migration that is ready to cut over, with a link in front of its source and of its AWS that can be cut."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from checks.route import Engine
from migrate.sandbox import client
from tests.chaos.case import Trouble
from tests.chaos.link import Link
from tests.chaos.tape import Hold, Tape
from tests.scenarios.theatre import Staged, replicated, stage

SAMPLES = {Engine.POSTGRES: "postgres/ledger", Engine.MYSQL: "mysql/shop", Engine.MARIADB: "mariadb/press"}
SLOW_SECONDS = 0.05
FREEZE_SECONDS = 900.0
"""A run that is killed at every step is frozen for long; that the budget is kept is another test's story."""


@dataclass(frozen=True)
class Arena:
    """One staged migration; cases follow one another in it. `aws` and `source` are the links in front."""

    staged: Staged
    aws: Link
    source: Link

    @property
    def file(self) -> Path:
        return self.staged.home / ".aurora-migrate/state.db"

    def owner(self) -> str:
        """Where the application's secret points now."""
        return "source" if self.staged.secret()["port"] == str(self.source.own_port) else "target"

    @contextmanager
    def watching(self) -> Iterator[tuple[Tape, Hold]]:
        tape, hold = Tape(self.file), Hold(self.file)
        try:
            yield tape, hold
        finally:
            hold.close()
            tape.close()

    def harm(self, trouble: Trouble) -> None:
        """Begin a fault. A killed server is SIGKILLed by the one who keeps it."""
        match trouble:
            case Trouble.SOURCE_KILLED | Trouble.TARGET_KILLED:
                client.fault(self.staged.sandbox.control_url, "kill-server", self._server(trouble))
            case Trouble.LINK_CUT:
                self.source.cut()
            case Trouble.API_DOWN:
                self.aws.cut()
            case Trouble.SLOW:
                self.aws.delay = self.source.delay = SLOW_SECONDS
            case _:
                raise ValueError(f"{trouble} is no fault")

    def heal(self, trouble: Trouble) -> None:
        """End a fault; harmless for one that has ended."""
        if trouble in (Trouble.SOURCE_KILLED, Trouble.TARGET_KILLED):
            client.fault(self.staged.sandbox.control_url, "start-server", self._server(trouble))
        self.source.mend()
        self.aws.mend()

    def _server(self, trouble: Trouble) -> str:
        role = "source" if trouble is Trouble.SOURCE_KILLED else "cluster"
        servers = client.status(self.staged.sandbox.control_url)["servers"]
        return next(f"{role}/{server['name']}" for server in servers if server["role"] == role)


@contextmanager
def arena(engine: Engine, scale: float) -> Iterator[Arena]:
    """Staged, replicated and validated, in a folder that goes again."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        Path(folder).chmod(0o755)
        scene = stage(Path(folder), sample=SAMPLES[engine], scale=scale)
        staged = next(scene)
        aws, source = Link(int(staged.sandbox.endpoint_url.rpartition(":")[2])), Link(staged.source.port)
        try:
            _lead_through(staged, aws, source)
            replicated(staged)
            yield Arena(staged, aws, source)
        finally:
            with suppress(StopIteration):
                next(scene)
            aws.close()
            source.close()


def _lead_through(staged: Staged, aws: Link, source: Link) -> None:
    """Have the toolkit, DMS and the application reach the source by its link, and the toolkit AWS by its own."""
    file = staged.home / "migration.toml"
    told = file.read_text()
    told = told.replace(f"port = {staged.source.port}\n", f"port = {source.own_port}\n")
    told = told.replace(staged.sandbox.endpoint_url, f"http://127.0.0.1:{aws.own_port}")
    file.write_text(re.sub(r"(freeze_budget_seconds) = [\d.]+", rf"\1 = {FREEZE_SECONDS}", told))
    secret = {**staged.secret(), "port": str(source.own_port)}
    staged.boto("secretsmanager").put_secret_value(SecretId=staged.secret_id, SecretString=json.dumps(secret))
