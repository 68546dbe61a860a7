"""One PostgreSQL data directory: made by initdb, configured, and read for what the server says about itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.account import Account, data_root, shared_temp
from migrate.sandbox.servers.basebackup import basebackup
from migrate.sandbox.servers.binaries import Binaries
from migrate.sandbox.servers.certificates import issue
from migrate.sandbox.servers.process import clean_environment

DEFAULTS: Mapping[str, str] = {
    "wal_level": "logical",
    "max_replication_slots": "20",
    "max_wal_senders": "20",
    "max_prepared_transactions": "10",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}
OF_A_RUN = ("postmaster.pid", "postmaster.opts")
"""What a server that was killed leaves of itself; another one takes it for its own."""


class DataDirectory:
    """Where a server keeps its data. It lies under `home`, or, where the server's user cannot enter that, in a
    temporary directory of its own."""

    def __init__(self, home: Path, account: Account, binaries: Binaries) -> None:
        self._account, self._binaries = account, binaries
        root = data_root(home, account)
        self.path = root / "data"
        self.apart = root if root != home else None
        self.ca_file = home / "ca.pem"

    def create(self, superuser: str, password: str, *, tls: bool) -> None:
        """initdb with a superuser that has `password`, and a new certificate. Raises SandboxError if initdb fails."""
        self.path.mkdir(mode=0o700)
        self._account.owns(self.path)
        handle, name = tempfile.mkstemp(dir=shared_temp(self._account), prefix="aurora-migrate-")
        pwfile = Path(name)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(password + "\n")
            self._account.owns(pwfile)
            self._initdb(superuser, pwfile)
        finally:
            pwfile.unlink()
        if tls:
            self.certify()
        with (self.path / "postgresql.conf").open("a") as file:
            file.write("include 'sandbox.conf'\n")

    def certify(self) -> None:
        """A new certificate, of an authority of its own."""
        issued = issue()
        self._write("server.crt", issued.certificate)
        self._write("server.key", issued.key)
        self.ca_file.write_bytes(issued.ca)

    def copy(self, port: int, superuser: str, password: str, ca_file: Path | None) -> None:
        """The data of the running server that listens on `port`. Raises SandboxError if it fails."""
        client_bin = self._binaries.client_bin
        basebackup(client_bin, self.path, port=port, superuser=superuser, password=password, ca_file=ca_file)
        self._give_away()

    def adopt(self, files: Path) -> None:
        """A copy of data that no server runs on."""
        shutil.copytree(files, self.path, symlinks=True, ignore=shutil.ignore_patterns(*OF_A_RUN))
        self._give_away()

    def _give_away(self) -> None:
        """The caller made it, and the server's account has to own it."""
        for found in (self.path, *self.path.rglob("*")):
            self._account.owns(found)

    def _initdb(self, superuser: str, pwfile: Path) -> None:
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if self._binaries.major >= 17
            else ["--locale=C.UTF-8"]
        )
        switch = self._account.switch
        done = subprocess.run(
            [
                self._binaries.server_bin / "initdb",
                "--no-sync",
                *(["--no-instructions"] if self._binaries.major >= 14 else []),
                "--encoding=UTF8",
                "--auth=scram-sha-256",
                *locale,
                f"--username={superuser}",
                f"--pwfile={pwfile}",
                f"--pgdata={self.path}",
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.path,
            env=clean_environment(),
            user=self._account.uid if switch else None,
            group=self._account.gid if switch else None,
            extra_groups=[] if switch else None,
        )
        if done.returncode != 0:
            raise SandboxError(f"initdb failed: {' / '.join(done.stderr.strip().splitlines()[-3:])}")

    def configure(self, *, port: int, settings: Mapping[str, str], tls: bool, require_tls: bool) -> None:
        """Write what the next start reads. `settings` come after the defaults, so they win."""
        values = {
            **DEFAULTS,
            **settings,
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            "ssl": "on" if tls else "off",
        }
        lines = [f"{name} = '{_escaped(value)}'\n" for name, value in values.items()]
        self._write("sandbox.conf", "".join(lines).encode())
        word = "hostssl" if require_tls else "host"
        rules = [f"{word} {database} all 127.0.0.1/32 scram-sha-256\n" for database in ("all", "replication")]
        self._write("pg_hba.conf", "".join(rules).encode())

    def ready(self, pid: int) -> bool:
        """Whether the server with this process id says in its pid file that it takes connections."""
        try:
            lines = (self.path / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def remove(self) -> None:
        """Delete the data. The server must be stopped."""
        shutil.rmtree(self.apart or self.path, ignore_errors=True)

    def _write(self, name: str, content: bytes) -> None:
        path = self.path / name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        self._account.owns(path)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
