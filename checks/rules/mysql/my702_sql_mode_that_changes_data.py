from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, setting, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule

_VALUES = ("PAD_CHAR_TO_FULL_LENGTH", "NO_UNSIGNED_SUBTRACTION", "NO_AUTO_VALUE_ON_ZERO", "REAL_AS_FLOAT")
_READING = ("PIPES_AS_CONCAT", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES", "ANSI", "ORACLE", "HIGH_NOT_PRECEDENCE")
_ODD = {*_VALUES, *_READING, "IGNORE_SPACE"}


class SqlModeThatChangesData(Rule):
    """SQL mode that decides what is stored or read.

    ## What it finds
    An sql_mode without STRICT_TRANS_TABLES or STRICT_ALL_TABLES, and modes that give statements another meaning.

    ## Why it matters on Aurora
    With another mode on the target the same statement stores another value, fails, or is read in another way. A
    target with ANSI_QUOTES breaks the SQL of DMS.

    ## What to do
    Put the source's mode into the cluster's parameter group, without ANSI_QUOTES while DMS works, and test the
    application with it.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html
    """

    code = "MY702"
    slug = "sql-mode-that-changes-data"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(sql_mode="NO_ENGINE_SUBSTITUTION"), because=BECAUSE),)
    good = (LiveExample(with_settings(sql_mode="STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        value = setting(catalog, "sql_mode")
        if value is None:
            return
        modes = set(value.upper().split(","))
        odd = sorted(modes & _ODD)
        if not modes & {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "TRADITIONAL"}:
            odd.insert(0, "no strict mode")
        if odd:
            yield self.finding(
                ObjectRef("server", "sql_mode"),
                f"decides what is stored: {', '.join(odd)}",
                remedy="Put the same mode into the cluster's parameter group, and test the application with it.",
            )
