from __future__ import annotations

from collections.abc import Iterable

from checks.aurora_mysql import community_version, reserved_since, reserved_source
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import columns
from checks.route import Engine, Route
from checks.rule import Rule


class NameReservedLater(Rule):
    """Name that has become a reserved word.

    ## What it finds
    Tables, views, columns and routines named like a word that is reserved on the target and was not on the source.

    ## Why it matters on Aurora
    Dumps quote every name; statements of the application, which worked without quotes, do not parse any more.

    ## What to do
    Quote the name wherever it is used, or rename.

    ## References
    https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc
    """

    code = "MY801"
    slug = "name-reserved-later"
    severity = Severity.WARNING
    source = "https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc"
    engines = (Engine.MARIADB, Engine.MYSQL)
    bad = ("CREATE TABLE player (id int NOT NULL PRIMARY KEY, `rank` int);",)
    good = ("CREATE TABLE player (id int NOT NULL PRIMARY KEY, `place` int);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        made_of = community_version(route.target_version)
        source = catalog.version or route.source_version
        known = source if catalog.engine is Engine.MYSQL else None
        words = {
            word for word, since in reserved_since().items() if since <= made_of and (known is None or known < since)
        }
        names = [(table.ref, table.name.name) for table in catalog.tables]
        names += [(view.ref, view.name.name) for view in catalog.views]
        names += [(ref, column.name) for _, column, ref in columns(catalog)]
        names += [(routine.ref, routine.name) for routine in catalog.routines]
        for ref, name in names:
            if name.upper() in words:
                yield self.finding(
                    ref,
                    f"is named {name}, a reserved word of MySQL {made_of}",
                    remedy="Quote it in every statement of the application, or rename it.",
                    source=str(reserved_source()),
                )
