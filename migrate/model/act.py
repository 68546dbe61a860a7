"""Something a team does or asks beside the toolkit: SQL on one side, an HTTP request, or a command of its own."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit


@dataclass(frozen=True, kw_only=True)
class Act:
    """Exactly one of `sql`, `url` and `command` is given. Ended after `seconds`."""

    sql: str = ""
    side: str = ""
    """Where the SQL runs: `source` or `target`."""
    url: str = ""
    method: str = "GET"
    expect: int = 200
    """HTTP status that means yes."""
    command: tuple[str, ...] = ()
    """Program and arguments; run without a shell, in the folder of migration.toml."""
    seconds: float = 30.0

    def __str__(self) -> str:
        if self.sql:
            return f"SQL on the {self.side}"
        return f"{self.method} {_shown(self.url)}" if self.url else f"command {self.command[0]}"


def _shown(url: str) -> str:
    """Without what may let somebody in: a login before the host, a token in the query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


@dataclass(frozen=True)
class Performed:
    """What came of an act. `yes` is None when nothing can be concluded: it broke off, timed out, or returned NULL."""

    yes: bool | None
    said: str
    """One line, with what looks like a secret masked."""


@dataclass(frozen=True, kw_only=True)
class OwnGate:
    """A gate of the team's own: open when its act says yes, closed when it says no, else unknown."""

    name: str
    prose: str
    act: Act | None
    """None: a person confirms it beforehand, with `cutover confirm`."""


@dataclass(frozen=True, kw_only=True)
class OwnStep:
    """A step of the team's own. `undo`, where given, is performed when the run is unwound."""

    name: str
    title: str
    act: Act
    undo: Act | None = None
