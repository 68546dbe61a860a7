"""What every local database server has in common: a port of its own, TLS, a log, a keeper, and a certain end.

The superuser belongs to the sandbox alone. The toolkit connects as the master, who has what RDS gives and no more.
"""

from __future__ import annotations

import secrets
import shutil
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.account import Account, server_account
from migrate.sandbox.servers.kept_data import KeptData
from migrate.sandbox.servers.process import KeptProcess, StopSignals

START_SECONDS = 60.0
OTHER_PORTS = 5
"""How often another free port is tried when somebody took the first one before the server did."""


class Server(ABC):
    """One server. `start` and `stop` may alternate; the port and the data stay until `remove`.

    `settings` are server parameters for the next start. `require_tls` refuses plain connections.
    """

    host: ClassVar[str] = "127.0.0.1"
    superuser: ClassVar[str]
    stop_signals: ClassVar[StopSignals]

    def __init__(
        self,
        home: Path,
        *,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
        tls: bool = True,
        require_tls: bool = False,
    ) -> None:
        self.home = home
        self.settings: dict[str, str] = dict(settings or {})
        self.require_tls = require_tls
        self.superuser_password = secrets.token_urlsafe(24)
        self.master_user = ""
        self.master_password = ""
        self._tls = tls
        self._wanted_port, self._port = port, port
        self._created = False
        self._process: KeptProcess | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.home)!r}, port={self._port})"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.remove()

    @property
    @abstractmethod
    def engine(self) -> str:
        """`postgres`, `mysql` or `mariadb`."""

    @property
    @abstractmethod
    def version(self) -> str:
        """The server's own version; empty until the first start."""

    @property
    def port(self) -> int:
        """The TCP port; 0 until the first start when none was named."""
        return self._port

    @property
    def ca_file(self) -> Path:
        """PEM of the authority that signed the server's certificate (127.0.0.1, localhost)."""
        return self.home / "ca.pem"

    @property
    def log_file(self) -> Path:
        return self.home / "server.log"

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process is not None and self._process.running() else None

    def start(self, copy_of: Server | KeptData | None = None) -> None:
        """Start, making the data directory first if there is none yet; returns when connections are taken.

        What is made as a `copy_of` a running server of this engine holds everything that was committed there when the
        copying ended, its logins included; so does one that is made of kept data. Certificate, port and settings are
        its own.

        Raises SandboxError: no programs, port taken, nothing to copy from, or the server's own last words.
        """
        if self.pid is not None:
            return
        if not self._created:
            self._account = server_account()
            try:
                if copy_of is None:
                    self._create(self._account)
                else:
                    self._copy_all(self._account, copy_of)
            except BaseException:
                self._delete()
                raise
            self._created = True
        for attempt in range(OTHER_PORTS):
            if self._port == 0:
                self._port = _free_port()
            try:
                self._start()
                break
            except _PortTakenError:
                if self._wanted_port or attempt == OTHER_PORTS - 1:
                    raise
                self._port = 0
        if copy_of is not None:
            self._settle()

    def _copy_all(self, account: Account, origin: Server | KeptData) -> None:
        if isinstance(origin, KeptData):
            self._adopt(account, origin)
        else:
            origin._require_running()
            self._copy(account, origin)
        self.master_user, self.master_password = origin.master_user, origin.master_password

    def _require_running(self) -> None:
        if self.pid is None:
            raise SandboxError(f"{self.engine} on port {self.port} does not run", hint="start it, then copy it")

    def copy_data(self, into: Path) -> KeptData:
        """Keep a copy of the data of this running server in `into`, which is yet to be made: everything that was
        committed when the copying began, and what is written meanwhile up to one moment.

        Raises SandboxError when it does not run, or refuses.
        """
        self._require_running()
        into.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._copy_out(into)
        except BaseException:
            shutil.rmtree(into, ignore_errors=True)
            raise
        return self._kept(into)

    def give_up_data(self, into: Path) -> KeptData:
        """Stop, and leave the data in `into` instead of deleting it; the server is to be removed."""
        self.stop()
        into.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.move(self._files, into)
        return self._kept(into)

    def _kept(self, path: Path) -> KeptData:
        return KeptData(self.engine, path, self.superuser_password, self.master_user, self.master_password)

    def _start(self) -> None:
        self._configure()
        deadline = time.monotonic() + START_SECONDS
        while True:
            said_before = self.log_file.stat().st_size if self.log_file.exists() else 0
            self._process = KeptProcess(
                self._command(),
                account=self._account,
                log=self.log_file,
                abandoned=self._abandoned(),
                signals=self.stop_signals,
            )
            while self._process.running() and time.monotonic() < deadline:
                if self._ready(self._process.pid, said_before):
                    return
                time.sleep(0.01)
            self._process.stop()
            words = self._said(said_before)
            if self._passes(words) and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            if "Address already in use" in words:
                raise _PortTakenError(f"port {self._port} is taken", hint="name another one, or 0 for any free port")
            raise SandboxError(
                f"the {self.engine} server did not start: {self._last_words(words)}", hint=f"see {self.log_file}"
            )

    def _said(self, since: int) -> str:
        """What the server wrote to its log after byte `since`."""
        with self.log_file.open("rb") as log:
            log.seek(since)
            return log.read().decode(errors="replace")

    def _last_words(self, words: str) -> str:
        return " / ".join(words.strip().splitlines()[-3:])

    def _passes(self, words: str) -> bool:
        """Whether what kept the server from starting goes away by itself."""
        return False

    def stop(self) -> None:
        """Stop fast: sessions are ended, nothing committed is lost. Calling it again does nothing."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def kill(self) -> None:
        """SIGKILL the server, as a crash of the machine would. `start` then recovers."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def remove(self) -> None:
        """Delete the stopped server's data."""
        self._delete()
        self._created = False

    @abstractmethod
    def _create(self, account: Account) -> None:
        """Find the programs and make the data directory."""

    @abstractmethod
    def _copy(self, account: Account, origin: Server) -> None:
        """Make the data directory out of that of a running server of the same engine, physically."""

    @abstractmethod
    def _adopt(self, account: Account, kept: KeptData) -> None:
        """Make the data directory out of data that no server runs on."""

    @abstractmethod
    def _copy_out(self, into: Path) -> None:
        """Copy this running server's data into `into`, physically."""

    @property
    @abstractmethod
    def _files(self) -> Path:
        """The data directory."""

    @abstractmethod
    def _settle(self) -> None:
        """Take away what only the copying needed, once the copy runs."""

    @abstractmethod
    def _delete(self) -> None:
        """Delete the data, also what a failed `_create` left; nothing to do when there is none."""

    @abstractmethod
    def _configure(self) -> None:
        """Write what the next start reads."""

    @abstractmethod
    def _command(self) -> Sequence[str | Path]:
        """The server's program in the foreground."""

    @abstractmethod
    def _abandoned(self) -> Path | None:
        """The directory nobody knows of any more once this process is gone; None when it lies in `home`."""

    @abstractmethod
    def _ready(self, pid: int, said_before: int) -> bool:
        """Whether the server takes connections."""

    @abstractmethod
    def execute(self, *statements: str) -> None:
        """Run statements as the superuser. Names in them must come from the engine's quoting."""

    @abstractmethod
    def create_master(self, user: str, password: str) -> None:
        """A login like the one RDS hands out; kept as `master_user` and `master_password`."""

    @abstractmethod
    def change_master_password(self, password: str) -> None:
        """Give the master another password; sessions go on."""

    @abstractmethod
    def create_database(self, name: str, owner: str) -> None:
        """A new database. Raises the driver's error, as when it exists."""

    @abstractmethod
    def drop_database(self, name: str) -> None:
        """Drop a database with what hangs on it; a missing one is no error."""


class _PortTakenError(SandboxError):
    """Somebody listens on the port already."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((Server.host, 0))
        return int(probe.getsockname()[1])
