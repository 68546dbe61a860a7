"""What the connections of every engine have in common: who may act, which are kept, and errors that name the side."""

from __future__ import annotations

import ipaddress
import select
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import ClassVar, Generic, TypeVar

from migrate.engines.failures import SESSIONS_STAY, TLS_REFUSED, failure
from migrate.errors import SourceError, TargetError, replaced
from migrate.model.database import Address, Credentials, Fencing, FencingNumber, Side, Tls, unfenced

Session = TypeVar("Session")


class Pool(ABC, Generic[Session]):
    """Hands out connections to one database; keeps a few idle ones. Thread-safe."""

    IDLE_KEPT: ClassVar[int]
    DRIVER_ERROR: ClassVar[type[Exception]]

    def __init__(self, address: Address, credentials: Credentials, side: Side, fencing: Fencing = unfenced) -> None:
        self.address = address
        self.side = side
        self._credentials = credentials
        self._fencing = fencing
        self._acted_as: FencingNumber | None = None
        self._idle: list[Session] = []
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.where})"

    @property
    def where(self) -> str:
        return self._where(self._credentials)

    @property
    def user(self) -> str:
        return self._credentials.user

    @property
    def password(self) -> str:
        """For the password file of a program alone."""
        return self._credentials.password

    @contextmanager
    def use_as(self, credentials: Credentials) -> Iterator[Session]:
        """A new connection as somebody else, closed after the block."""
        with self._once(self._open(credentials), credentials) as connection:
            yield connection

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            self._end(connection)

    @abstractmethod
    def _open(self, credentials: Credentials, number: FencingNumber | None = None) -> Session:
        """A new session that prints and waits as the toolkit wants. Raises SourceError or TargetError."""

    @abstractmethod
    def _admits(self, connection: Session, number: FencingNumber) -> bool:
        """Whether nobody with a higher number acts. Raises DRIVER_ERROR, or TimeoutError when an older one stays."""

    @abstractmethod
    def _lost(self, connection: Session, error: Exception) -> bool:
        """Whether after this error nothing comes through any more."""

    @abstractmethod
    def _told(self, where: str, error: Exception) -> SourceError | TargetError:
        """What DRIVER_ERROR of a statement means."""

    @abstractmethod
    def _at_rest(self, connection: Session) -> bool:
        """Open, and outside a transaction."""

    @abstractmethod
    def _descriptor(self, connection: Session) -> int:
        """Of its socket; -1 when it has none any more."""

    @abstractmethod
    def _end(self, connection: Session) -> None: ...

    def _number(self) -> FencingNumber | None:
        """The fencing number to act under. Idle connections of an earlier one are not used any more."""
        number = self._fencing()
        with self._lock:
            if number == self._acted_as:
                return number
            idle, self._idle, self._acted_as = self._idle, [], number
        for connection in idle:
            self._end(connection)
        return number

    def _admitted(self, number: FencingNumber | None) -> Session:
        """A new connection; under a number only where no higher one acts."""
        connection = self._open(self._credentials, number)
        try:
            if number is None or self._admits(connection, number):
                return connection
        except self.DRIVER_ERROR as error:
            raise self._failed(connection, self._credentials, error) from error
        except TimeoutError as error:
            self._end(connection)
            raise failure(self.side, SESSIONS_STAY, f"{self.where}: {error}", hint="End them by hand.") from error
        self._end(connection)
        raise replaced(number.number, self.where)

    @contextmanager
    def _kept(self, connection: Session) -> Iterator[Session]:
        """For the block; idle again after it, unless the block failed."""
        try:
            yield connection
        except self.DRIVER_ERROR as error:
            raise self._failed(connection, self._credentials, error) from error
        except BaseException:
            self._end(connection)
            raise
        self._give_back(connection)

    @contextmanager
    def _once(self, connection: Session, credentials: Credentials) -> Iterator[Session]:
        try:
            yield connection
        except self.DRIVER_ERROR as error:
            raise self._failed(connection, credentials, error) from error
        finally:
            self._end(connection)

    def _failed(self, connection: Session, credentials: Credentials, error: Exception) -> SourceError | TargetError:
        """End it. Where it is lost, the idle ones go too: over a dead link each would cost a wait of its own."""
        if self._lost(connection, error):
            self.close()
        self._end(connection)
        return self._told(self._where(credentials), error)

    def _take(self, rather: Callable[[Session], bool] = lambda _: False) -> Session | None:
        """An idle connection to which the server still listens; `rather` says which are the better ones."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                better = (n for n, idle in enumerate(self._idle) if rather(idle))
                connection = self._idle.pop(next(better, -1))
            if self._silent(connection):
                return connection
            self._end(connection)

    def _silent(self, connection: Session) -> bool:
        """False when the server said something while nobody asked: it ended the session."""
        with suppress(OSError, ValueError, self.DRIVER_ERROR):
            poll = select.poll()
            poll.register(self._descriptor(connection), select.POLLIN)
            return not poll.poll(0)
        return False

    def _give_back(self, connection: Session) -> None:
        with self._lock:
            if self._at_rest(connection) and len(self._idle) < self.IDLE_KEPT:
                self._idle.append(connection)
                return
        self._end(connection)

    def _require_tls(self) -> None:
        """Raises SourceError or TargetError when TLS is off for a host that is not loopback."""
        if self.address.tls is Tls.DISABLE and not _loopback(self.address.host):
            hint = f"Set tls to {Tls.VERIFY_FULL} and name the server's authority in ca_file."
            raise failure(self.side, TLS_REFUSED, f"{self.where}: without TLS only loopback is spoken to", hint=hint)

    def _where(self, credentials: Credentials) -> str:
        address = self.address
        return f"{self.side} {credentials.user}@{address.host}:{address.port}/{address.database}"


def _loopback(host: str) -> bool:
    if host == "localhost" or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
