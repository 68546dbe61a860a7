"""Where a database comes from and where it goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum


class Engine(StrEnum):
    """A source database engine."""

    MYSQL = "mysql"
    MARIADB = "mariadb"
    POSTGRES = "postgres"


MYSQL_FAMILY = (Engine.MYSQL, Engine.MARIADB)


class TargetEngine(StrEnum):
    """An Aurora engine, spelled as the RDS API spells it."""

    AURORA_MYSQL = "aurora-mysql"
    AURORA_POSTGRESQL = "aurora-postgresql"


TARGET_OF = {
    Engine.MYSQL: TargetEngine.AURORA_MYSQL,
    Engine.MARIADB: TargetEngine.AURORA_MYSQL,
    Engine.POSTGRES: TargetEngine.AURORA_POSTGRESQL,
}


@dataclass(frozen=True, order=True)
class Version:
    """A dotted version compared number by number and told as it was written: Aurora MySQL writes 3.08.0."""

    parts: tuple[int, ...]
    text: str = field(default="", compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read the leading dotted number of `text`; of `8.0.mysql_aurora.3.08.0`, as the RDS API has it, Aurora's own.

        Raises ValueError where there is none.
        """
        found = re.match(r"\s*(?:\d+\.\d+\.mysql_aurora\.)?(\d+(?:\.\d+)*)", text)
        if not found:
            raise ValueError(f"not a version: {text!r}")
        return cls(tuple(int(part) for part in found.group(1).split(".")), found.group(1))

    @property
    def major(self) -> int:
        return self.parts[0]

    def __str__(self) -> str:
        return self.text or ".".join(str(part) for part in self.parts)


def aurora_text(engine: TargetEngine, version: Version) -> str:
    """A version as AWS writes it: the minor of Aurora MySQL 2 and 3 has two digits, `3.08.0`."""
    parts = [str(part) for part in version.parts]
    if engine is TargetEngine.AURORA_MYSQL and version.major < 8 and len(parts) > 1:
        parts[1] = parts[1].zfill(2)
    return ".".join(parts)


@dataclass(frozen=True)
class Route:
    """Source engine and version to target engine and version; a source version may be unknown (a dump without one)."""

    source: Engine
    source_version: Version | None
    target: TargetEngine
    target_version: Version

    @property
    def target_text(self) -> str:
        """The target's version as AWS writes it."""
        return aurora_text(self.target, self.target_version)

    def __str__(self) -> str:
        version = f" {self.source_version}" if self.source_version else ""
        return f"{self.source.value}{version} → {self.target.value} {self.target_text}"
