"""From an Aurora cluster parameter group to settings of a stock PostgreSQL server.

Source: Aurora PostgreSQL's parameter reference: rds.logical_replication=1 sets wal_level to logical, rds.force_ssl
defaults to 1 from version 15 on, and its defaults for slots and senders.
"""

from __future__ import annotations

import functools
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from migrate.sandbox.servers.account import server_account
from migrate.sandbox.servers.binaries import find
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.sandbox.servers.process import clean_environment

AURORA_DEFAULTS = {"max_replication_slots": "20", "max_wal_senders": "20", "wal_level": "replica"}
THE_SANDBOX_DECIDES = re.compile(
    r"^(listen_addresses|port|unix_socket_.*|data_directory|.*_file|ssl.*|shared_buffers|huge_pages|wal_level"
    r"|logging_collector|log_destination|log_directory|log_filename|.*_command)$"
)
AURORA_ONLY = re.compile(r"^(rds|aurora|apg|babelfishpg\w*|pgtle)[._]")
FIRST_MAJOR_WITH_FORCED_TLS = 15


class AuroraPostgres:
    """Aurora PostgreSQL, served by PostgreSQL."""

    name = "aurora-postgresql"
    engine = "postgres"

    def server_settings(self, group: Mapping[str, str]) -> dict[str, str]:
        """What of `group` a stock server understands.

        Aurora's own parameters, formulas over the instance's memory, and names this server does not know are left out;
        libraries that are not installed are left out of shared_preload_libraries.
        """
        server_bin = find(server_account(), PostgresServer.oldest_major).server_bin
        known = _known(server_bin)
        settings = dict(AURORA_DEFAULTS)
        for name, value in group.items():
            if AURORA_ONLY.match(name) or THE_SANDBOX_DECIDES.match(name) or "{" in value:
                continue
            if name == "shared_preload_libraries":
                value = ",".join(word for word in re.split(r"[\s,]+", value) if _installed(word, server_bin))
            if name in known or "." in name:
                settings[name] = value
        if group.get("rds.logical_replication") == "1":
            settings["wal_level"] = "logical"
        return settings

    def wants_tls(self, group: Mapping[str, str], engine_version: str) -> bool:
        """Whether the cluster refuses plain connections: rds.force_ssl."""
        major = int(re.split(r"\D", engine_version, maxsplit=1)[0])
        return group.get("rds.force_ssl", "1" if major >= FIRST_MAJOR_WITH_FORCED_TLS else "0") == "1"


@functools.cache
def _known(server_bin: Path) -> frozenset[str]:
    answer = subprocess.run(
        [server_bin / "postgres", "--describe-config"],
        capture_output=True,
        text=True,
        check=True,
        env=clean_environment(),
    )
    return frozenset(line.split("\t", 1)[0] for line in answer.stdout.splitlines())


@functools.cache
def _installed(library: str, server_bin: Path) -> bool:
    answer = subprocess.run(
        [server_bin / "pg_config", "--pkglibdir"], capture_output=True, text=True, check=True, env=clean_environment()
    )
    return bool(library) and (Path(answer.stdout.strip()) / f"{library}.so").exists()
