from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_code import code_of
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule

_WORDS = re.compile(
    r"\bset (global|persist)\b|@ @ (global|persist)\b|\b(change|reset|show) (master|slave|replica|binary)\b"
    r"|\bpurge (binary|master)\b|\bflush privileges\b|\bkill \d|\bmysql`? \. `?(user|db|proc|event|global_priv)\b"
)


class AdministrationInCode(Rule):
    """Code that administers the server.

    ## What it finds
    Views, routines, triggers and events that set global variables, change replication, purge logs, flush
    privileges, kill or look into the database mysql.

    ## Why it matters on Aurora
    These need privileges that Aurora gives to nobody, or words that MySQL 8.4 no longer knows (MASTER, SLAVE).

    ## What to do
    Use parameter groups and the procedures mysql.rds_….

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Replication.MySQL.html
    """

    code = "MY506"
    slug = "administration-in-code"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Replication.MySQL.html"
    engines = MYSQL_FAMILY
    bad = ("CREATE PROCEDURE tune() SET GLOBAL max_connections = 100;",)
    good = ("CREATE PROCEDURE tune() SET SESSION max_connections = 100;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for code in code_of(catalog):
            found = sorted({match[0] for match in _WORDS.finditer(code.spoken)})
            if found:
                yield self.finding(
                    code.ref,
                    f"does what Aurora gives to nobody: {', '.join(found)}",
                    remedy="Use a parameter group or a procedure mysql.rds_….",
                )
