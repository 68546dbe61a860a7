from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import columns
from checks.mysql_names import quoted, quoted_table
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule

_ZERO = re.compile(r"'(0000-|\d{4}-00-|\d{4}-\d\d-00)")


class ZeroDateDefault(Rule):
    """Default that is no date.

    ## What it finds
    Columns whose default is 0000-00-00 or has a zero month or day.

    ## Why it matters on Aurora
    Under the default sql_mode of MySQL 8 the table does not load (error 1067), and a stored zero date arrives as
    NULL where the target does not accept it.

    ## What to do
    Give such columns NULL or a real date as default and clean their values; or run the target without NO_ZERO_DATE,
    NO_ZERO_IN_DATE and load with such a session, as this toolkit does.

    ## References
    https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    """

    code = "MY204"
    slug = "zero-date-default"
    severity = Severity.WARNING
    source = "https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc"
    engines = MYSQL_FAMILY
    bad = (
        (
            "SET sql_mode = ''; CREATE TABLE visit (id int NOT NULL PRIMARY KEY, day date NOT NULL "
            "DEFAULT '0000-00-00');"
        ),
    )
    good = (
        (
            "SET sql_mode = ''; CREATE TABLE visit (id int NOT NULL PRIMARY KEY, day date NOT NULL "
            "DEFAULT '1970-01-01');"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table, column, ref in columns(catalog):
            if column.type.startswith(("date", "timestamp")) and _ZERO.match(column.default or ""):
                yield self.finding(
                    ref,
                    f"has the default {column.default}, which is no date",
                    remedy="Take the default away, or keep NO_ZERO_DATE out of the target's sql_mode.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} ALTER COLUMN {quoted(column.name)} DROP DEFAULT;",
                )
