from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import columns
from checks.route import Engine, Route
from checks.rule import Rule


class DefaultThatMysqlRefuses(Rule):
    """Default that MySQL does not take.

    ## What it finds
    Columns of MariaDB with an expression as default, or of TEXT, BLOB, JSON or spatial type with a literal one.

    ## Why it matters on Aurora
    MySQL takes an expression only in brackets and a literal for such a type not at all (errors 1064 and 1101): the
    table does not load as a dump has it.

    ## What to do
    Write `DEFAULT (expression)` in the target's schema.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc
    """

    code = "MY127"
    slug = "default-that-mysql-refuses"
    severity = Severity.WARNING
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = (Engine.MARIADB,)
    bad = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, token varchar(36) DEFAULT uuid());",)
    good = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, token varchar(36) DEFAULT 'none');",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for _, column, ref in columns(catalog):
            default = column.default
            if default is None or default.startswith(("current_timestamp", "b'", "0x")):
                continue
            literal = default.startswith("'") or default.lstrip("-")[:1].isdigit()
            if not literal or column.type.endswith(("text", "blob")):
                yield self.finding(
                    ref,
                    f"has the default {default}, which MySQL does not take as it stands",
                    remedy="Put it in brackets in the target's schema, where MySQL has that function.",
                )
