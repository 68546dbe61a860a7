from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_code import definers
from checks.mysql_columns import some
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class DefinerToCarry(Rule):
    """Code that runs as an account of the source.

    ## What it finds
    Definers of views, routines, triggers and events; one finding for each account, with what runs as it.

    ## Why it matters on Aurora
    DMS moves no accounts. Where the definer is missing on the target the object fails when it is used, and whoever
    loads it needs SET_USER_ID (Aurora MySQL 3) or SET_ANY_DEFINER (8.4) to name another account.

    ## What to do
    Make these accounts on the target before the code is loaded, with the privileges that the code needs, or let it
    run as another one.

    ## References
    https://dev.mysql.com/doc/refman/8.0/en/stored-objects-security.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Compare-80-v3.html
    """

    code = "MY402"
    slug = "definer-to-carry"
    severity = Severity.WARNING
    source = "https://dev.mysql.com/doc/refman/8.0/en/stored-objects-security.html"
    engines = MYSQL_FAMILY
    bad = (
        (
            "CREATE TABLE price (id int NOT NULL PRIMARY KEY); CREATE DEFINER = 'mig_admin'@'%' VIEW "
            "prices AS SELECT id FROM price;"
        ),
    )
    good = ("CREATE TABLE price (id int NOT NULL PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for definer, refs in definers(catalog):
            yield self.finding(
                ObjectRef("account", definer, refs[0].location),
                f"is the definer of {some([str(ref) for ref in refs])}",
                remedy="Make the account on the target before its code is loaded.",
            )
