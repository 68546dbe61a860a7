"""One data directory of MySQL or MariaDB: initialised, configured, with one account that is the sandbox's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.account import Account, data_root, shared_temp
from migrate.sandbox.servers.certificates import issue
from migrate.sandbox.servers.mysql_binaries import Flavor, MySqlBinaries
from migrate.sandbox.servers.process import clean_environment

SYSTEM_TABLES = ("system_tables", "performance_tables", "system_tables_data")
"""MariaDB's own files, in the order mariadb-install-db runs them; called mysql_… until 10.11, mariadb_… later."""


class MySqlDataDirectory:
    """Where a server keeps its data, its configuration and its temporary files: one directory below `home`, or, where
    the server's user cannot enter that, a temporary directory of its own."""

    def __init__(self, home: Path, account: Account, binaries: MySqlBinaries) -> None:
        self._account, self._binaries = account, binaries
        root = data_root(home, account)
        self.apart = root if root != home else None
        self._root = root / "server"
        self.path = self._root / "data"
        self.configuration = self._root / "server.cnf"
        self.ca_file = home / "ca.pem"

    def create(self, superuser: str, password: str, *, tls: bool, lower_case_table_names: str = "0") -> None:
        """Make the system tables and one account, `superuser`@localhost; root is removed. And a new certificate.

        How names are compared is decided here once for all: MySQL 8 does not start with another answer later.
        Raises SandboxError if the server's own initialisation fails.
        """
        self.prepare()
        self._make(self.path)
        accounts = [
            f"CREATE USER '{superuser}'@'localhost' IDENTIFIED BY '{password}';",
            f"GRANT ALL ON *.* TO '{superuser}'@'localhost' WITH GRANT OPTION;",
            "DROP USER 'root'@'localhost';",
        ]
        options = [f"--lower-case-table-names={lower_case_table_names}"]
        if self._binaries.flavor is Flavor.MYSQL:
            self._initialize(options, accounts)
        else:
            self._bootstrap(options, accounts)
        if tls:
            self.certify()

    def prepare(self) -> None:
        """Everything around the data, which is yet to be made."""
        for directory in (self._root, self._root / "tmp"):
            self._make(directory)

    def adopt(self, files: Path) -> None:
        """A copy of data that no server runs on."""
        shutil.copytree(files, self.path, symlinks=True)
        for found in (self.path, *self.path.rglob("*")):
            self._account.owns(found)

    def _make(self, directory: Path) -> None:
        directory.mkdir(mode=0o700)
        self._account.owns(directory)

    def certify(self) -> None:
        """A new certificate, of an authority of its own."""
        issued = issue()
        self._write("server-ca.pem", issued.ca)
        self._write("server.crt", issued.certificate)
        self._write("server.key", issued.key)
        self.ca_file.write_bytes(issued.ca)

    def _initialize(self, options: Sequence[str], accounts: Sequence[str]) -> None:
        handle, name = tempfile.mkstemp(dir=shared_temp(self._account), prefix="aurora-migrate-")
        statements = Path(name)
        try:
            with os.fdopen(handle, "w") as file:
                file.write("\n".join(accounts) + "\n")
            self._account.owns(statements)
            # Keys for logins without TLS are made by the server; its certificates are ours.
            self._run([*options, "--initialize-insecure", "--auto-generate-certs=OFF", f"--init-file={statements}"], "")
        finally:
            statements.unlink()

    def _bootstrap(self, options: Sequence[str], accounts: Sequence[str]) -> None:
        """What mariadb-install-db does, without its shell script's search for programs."""
        files = [self._system_file(name) for name in SYSTEM_TABLES]
        script = [
            "CREATE DATABASE IF NOT EXISTS mysql;",
            "USE mysql;",
            "SET @auth_root_socket=NULL;",
            *(file.read_text(encoding="utf-8") for file in files),
            "DELETE FROM mysql.global_priv WHERE User IN ('', 'root') AND Host <> 'localhost';",
            "DELETE FROM mysql.global_priv WHERE User = '';",
            "FLUSH PRIVILEGES;",
            *accounts,
        ]
        self._run([*options, "--bootstrap", "--skip-log-bin"], "\n".join(script) + "\n")

    def _system_file(self, name: str) -> Path:
        share = self._binaries.basedir / "share"
        names = [
            share / folder / f"{word}_{name}.sql" for folder in ("mysql", "mariadb") for word in ("mariadb", "mysql")
        ]
        found = next((file for file in names if file.is_file()), None)
        if found is None:
            raise SandboxError(
                f"{share} has no {name}.sql of MariaDB's", hint=f"set {Flavor.MARIADB.choice} to another"
            )
        return found

    def _run(self, options: Sequence[str], script: str) -> None:
        switch = self._account.switch
        done = subprocess.run(
            [
                *self._binaries.command,
                "--no-defaults",
                f"--datadir={self.path}",
                f"--tmpdir={self._root / 'tmp'}",
                *(f"--{name}={value}" for name, value in self._installation().items()),
                *options,
            ],
            input=script,
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
            title = self._binaries.flavor.title
            raise SandboxError(f"{title} could not be initialised: {last_words(done.stderr)}")

    def _installation(self) -> dict[str, str]:
        """Where a server that was unpacked elsewhere than it was built for finds its own files."""
        if self._binaries.prefix is None:
            return {}
        basedir = self._binaries.basedir
        found = {"basedir": str(basedir)}
        if self._binaries.flavor is Flavor.MARIADB:
            found["lc_messages_dir"] = str(self._system_file(SYSTEM_TABLES[0]).parent)
        return found

    def configure(self, values: Mapping[str, str], *, port: int, tls: bool, require_tls: bool) -> None:
        """Write what the next start reads: `values`, and over them what only the sandbox decides.

        `log_bin` = OFF means no log, which an option file cannot say that way.
        """
        settings = {
            **values,
            **self._installation(),
            "datadir": str(self.path),
            "tmpdir": str(self._root / "tmp"),
            "pid_file": str(self._root / "server.pid"),
            "bind_address": "127.0.0.1",
            "port": str(port),
            "socket": "",
            **self._encryption(tls=tls, require_tls=require_tls),
        }
        if self._binaries.flavor is Flavor.MYSQL:
            settings |= {"mysqlx": "OFF", "secure_file_priv": "NULL"}
        lines = ["[mysqld]"]
        if settings.get("log_bin") == "OFF":
            del settings["log_bin"]
            lines.append("skip_log_bin")
        lines += [f"{name} = {_quoted(value)}" for name, value in settings.items()]
        self._write(self.configuration.name, "".join(f"{line}\n" for line in lines).encode())

    def _encryption(self, *, tls: bool, require_tls: bool) -> dict[str, str]:
        if not tls:
            return {"tls_version": ""} if self._binaries.flavor is Flavor.MYSQL else {"ssl": "OFF"}
        names = {"ssl_ca": "server-ca.pem", "ssl_cert": "server.crt", "ssl_key": "server.key"}
        files = {setting: str(self._root / name) for setting, name in names.items()}
        return {**files, "require_secure_transport": "ON" if require_tls else "OFF"}

    def remove(self) -> None:
        """Delete the data. The server must be stopped."""
        shutil.rmtree(self.apart or self._root, ignore_errors=True)

    def _write(self, name: str, content: bytes) -> None:
        path = self._root / name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        self._account.owns(path)


def last_words(log: str) -> str:
    """What a server says went wrong, on one line: its errors, else its last lines."""
    lines = log.strip().splitlines()
    errors = [line for line in lines if "[ERROR]" in line and "Aborting" not in line]
    return " / ".join((errors or lines)[-3:])


def _quoted(value: str) -> str:
    """As an option file reads it: a `#` begins a comment and a backslash a control character outside quotes."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if value else ""
