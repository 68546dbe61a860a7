from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_code import code_of
from checks.route import Engine, Route
from checks.rule import Rule

_WORDS = re.compile(r"\bexecute immediate\b|\breturning\b|\bcolumn_(get|create|add|json) (?=\()")


class CodeInDialectOfMariadb(Rule):
    """Code that only MariaDB understands.

    ## What it finds
    Packages, code with sql_mode ORACLE, and EXECUTE IMMEDIATE, RETURNING or dynamic columns in the text.

    ## Why it matters on Aurora
    MySQL does not read it.

    ## What to do
    Write it anew for MySQL.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY509"
    slug = "code-in-dialect-of-mariadb"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = (Engine.MARIADB,)
    bad = (
        (
            "CREATE TABLE item (id int NOT NULL PRIMARY KEY); CREATE PROCEDURE gone() DELETE FROM item "
            "WHERE id = 1 RETURNING id;"
        ),
    )
    good = (
        ("CREATE TABLE item (id int NOT NULL PRIMARY KEY); CREATE PROCEDURE gone() DELETE FROM item WHERE id = 1;"),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        packages = [routine.ref for routine in catalog.routines if routine.kind.startswith("package")]
        for ref in packages:
            yield self.finding(ref, "is a package, which MySQL does not have", remedy="Write it anew as procedures.")
        for code in code_of(catalog):
            if code.ref in packages:
                continue
            oracle = "ORACLE" in (code.sql_mode or "").upper().split(",")
            found = sorted({match[0] for match in _WORDS.finditer(code.spoken)})
            if oracle or found:
                yield self.finding(
                    code.ref,
                    f"is written for MariaDB: {', '.join(['sql_mode ORACLE'] * oracle + found)}",
                    remedy="Write it anew for MySQL.",
                )
