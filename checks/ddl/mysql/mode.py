"""How the server that a script was written for reads its text: quotes, escapes and conditional comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from checks.route import Engine, Version

_CONDITIONAL = re.compile(r"/\*(?P<mariadb>M)?!(?P<version>\d{5,6})?")
_NEVER = 99999
"""`/*!99999 … */`, in six digits `/*!999999 … */`, is written for no server: MariaDB's dumps begin with it."""
_ANSI_QUOTING = frozenset({"ANSI_QUOTES", "ANSI", "ORACLE", "MSSQL", "DB2", "MAXDB", "POSTGRESQL"})
"""Values of sql_mode with which `"` quotes a name."""
_STRICT = "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,TRADITIONAL"
_COMBINED = {
    "TRADITIONAL": f"{_STRICT},NO_ENGINE_SUBSTITUTION",
    "ANSI": "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ONLY_FULL_GROUP_BY,ANSI",
}
_COMBINED_BY_MARIADB = {
    "TRADITIONAL": f"{_STRICT},NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION",
    "ANSI": "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ANSI",
    "ORACLE": (
        "PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ORACLE,NO_KEY_OPTIONS,NO_TABLE_OPTIONS,NO_FIELD_OPTIONS,"
        "NO_AUTO_CREATE_USER,SIMULTANEOUS_ASSIGNMENT"
    ),
}
"""What the servers make of a value that stands for several (RUN on MySQL 9.7 and MariaDB 10.11)."""


@dataclass
class Mode:
    """The part of a session that decides how text is cut into tokens; SET statements of the script change it."""

    engine: Engine
    version: Version | None = None
    """Of the server that wrote the script; None is unknown, and then every version's comment counts."""
    sql_mode: str = ""
    """As the script sets it, upper case; empty where it has not."""

    @property
    def ansi_quotes(self) -> bool:
        """Whether `"` quotes a name rather than a string."""
        return not _ANSI_QUOTING.isdisjoint(self._values())

    @property
    def backslash_escapes(self) -> bool:
        return "NO_BACKSLASH_ESCAPES" not in self._values()

    @property
    def real_as_float(self) -> bool:
        return "REAL_AS_FLOAT" in self._values()

    @property
    def oracle(self) -> bool:
        return "ORACLE" in self._values()

    @property
    def mariadb(self) -> bool:
        return self.engine is Engine.MARIADB

    def enter(self, sql_mode: str) -> None:
        """Take over what a script sets, as the server keeps it."""
        combined = _COMBINED_BY_MARIADB if self.mariadb else _COMBINED
        self.sql_mode = combined.get(sql_mode.upper(), sql_mode.upper())

    def since(self, *version: int) -> bool:
        """Whether the server is of this version or newer; an unknown one is taken for new."""
        return self.version is None or self.version.parts >= version

    def conditional(self, text: str, at: int) -> tuple[bool, int]:
        """For the comment that begins at `at`: whether the server runs what is in it, and where that begins.

        MariaDB runs `/*!` of no version between 5.7 and 9.9.99, which are features of MySQL alone, and MySQL no
        `/*M!`. A plain comment is not run.
        """
        found = _CONDITIONAL.match(text, at)
        if not found or (found.group("mariadb") and not self.mariadb):
            return False, at + 2
        digits = found.group("version")
        if digits is None:
            return True, found.end()
        needed = int(digits)
        if self.mariadb and not found.group("mariadb") and 50700 <= needed <= _NEVER:
            return False, found.end()
        return needed <= self._number() and needed != _NEVER, found.end()

    def _number(self) -> int:
        if self.version is None:
            return 999998
        major, minor, patch = (*self.version.parts, 0, 0)[:3]
        return major * 10000 + minor * 100 + patch

    def _values(self) -> list[str]:
        return self.sql_mode.upper().split(",")
