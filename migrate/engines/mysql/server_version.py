"""Which member of the family answers, and which version of it."""

from __future__ import annotations

from dataclasses import dataclass

from checks.route import Engine, Version

REPLICATION_PREFIX = "5.5.5-"
"""What MariaDB 10 puts ahead of its version in the handshake, so that old replicas accept it."""

AURORA = ".mysql_aurora."


@dataclass(frozen=True)
class ServerVersion:
    """Engine and version of the server at the other end."""

    engine: Engine
    version: Version
    """Of Aurora MySQL the version of MySQL that it is like: what statements it knows."""
    text: str
    """As the server says it: `8.0.39`, `10.11.14-MariaDB-log`, `8.0.mysql_aurora.3.08.0`."""

    @classmethod
    def parse(cls, text: str) -> ServerVersion:
        """Read `version()` or the handshake's text. Raises ValueError where there is no number."""
        mariadb = "mariadb" in text.lower()
        said = text.removeprefix(REPLICATION_PREFIX) if mariadb else text
        base = said.partition(AURORA)[0]
        return cls(Engine.MARIADB if mariadb else Engine.MYSQL, Version.parse(base), said)

    @property
    def mariadb(self) -> bool:
        return self.engine is Engine.MARIADB

    def mysql_from(self, *parts: int) -> bool:
        """True for MySQL or Aurora MySQL of this version or later."""
        return not self.mariadb and self.version.parts >= parts

    def mariadb_from(self, *parts: int) -> bool:
        """True for MariaDB of this version or later."""
        return self.mariadb and self.version.parts >= parts
