"""Aurora's two engines: which local server stands for a cluster, and what its parameter group means to that server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from migrate.sandbox.aws.aurora_mysql import AuroraMySql
from migrate.sandbox.aws.aurora_postgres import AuroraPostgres


class Aurora(Protocol):
    """One engine of Aurora."""

    @property
    def name(self) -> str:
        """As RDS says it: `aurora-postgresql`."""

    @property
    def engine(self) -> str:
        """The local server's: `postgres`."""

    def server_settings(self, group: Mapping[str, str]) -> dict[str, str]:
        """What of a cluster parameter group the local server understands, with Aurora's own defaults."""

    def wants_tls(self, group: Mapping[str, str], engine_version: str) -> bool:
        """Whether the cluster refuses plain connections."""


ENGINES: Mapping[str, Aurora] = {engine.name: engine for engine in (AuroraMySql(), AuroraPostgres())}
