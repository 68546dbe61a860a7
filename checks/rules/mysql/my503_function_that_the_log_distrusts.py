from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_names import quoted
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class FunctionThatTheLogDistrusts(Rule):
    """Function that does not say what it does to data.

    ## What it finds
    Functions that are neither DETERMINISTIC nor NO SQL or READS SQL DATA.

    ## Why it matters on Aurora
    A server with a binary log refuses to make them (error 1418), and without SUPER refuses triggers and functions
    altogether (1419), unless log_bin_trust_function_creators is on.

    ## What to do
    Say in the function what it does, or set log_bin_trust_function_creators=1 in the parameter group.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html
    """

    code = "MY503"
    slug = "function-that-the-log-distrusts"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html"
    engines = MYSQL_FAMILY
    bad = ("CREATE FUNCTION twice(a int) RETURNS int RETURN a * 2;",)
    good = ("CREATE FUNCTION twice(a int) RETURNS int NO SQL RETURN a * 2;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for routine in catalog.routines:
            if (
                routine.kind == "function"
                and routine.deterministic is False
                and routine.data_access not in (None, "no sql", "reads sql data")
            ):
                yield self.finding(
                    routine.ref,
                    "is not declared DETERMINISTIC, NO SQL or READS SQL DATA: a server with a binary log refuses it",
                    remedy="Declare what it does, or set log_bin_trust_function_creators=1 on the target.",
                    sql=f"ALTER FUNCTION {quoted(routine.schema)}.{quoted(routine.name)} READS SQL DATA;"
                    if routine.schema
                    else f"ALTER FUNCTION {quoted(routine.name)} READS SQL DATA;",
                )
