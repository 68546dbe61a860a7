from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_code import code_of
from checks.mysql_columns import some
from checks.route import Engine, Route
from checks.rule import Rule

_DIALECTS = ("DB2", "MSSQL", "ORACLE", "POSTGRESQL", "MAXDB", "MYSQL323", "MYSQL40")
_REMOVED = ("NO_AUTO_CREATE_USER", "NO_FIELD_OPTIONS", "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS", *_DIALECTS)


class ModeThatMysqlDropped(Rule):
    """Code with an sql_mode that MySQL no longer has.

    ## What it finds
    Routines, triggers and events stored with NO_AUTO_CREATE_USER and other removed modes; one finding for each
    mode. MariaDB and MySQL 5.7 put the first into every one.

    ## Why it matters on Aurora
    A dump sets the mode before each: on MySQL 8 that is an error (1231) and the object is not made.

    ## What to do
    Strip the mode from the schema.

    ## References
    https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc
    """

    code = "MY510"
    slug = "mode-that-mysql-dropped"
    severity = Severity.WARNING
    source = "https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc"
    engines = (Engine.MARIADB, Engine.MYSQL)
    bad = ("SET sql_mode = 'NO_AUTO_CREATE_USER'; CREATE PROCEDURE one() SELECT 1;",)
    good = ("SET sql_mode = 'STRICT_ALL_TABLES'; CREATE PROCEDURE one() SELECT 1;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        found: dict[str, list[ObjectRef]] = {}
        for code in code_of(catalog):
            for mode in (code.sql_mode or "").upper().split(","):
                if mode in _REMOVED:
                    found.setdefault(mode, []).append(code.ref)
        for mode, refs in sorted(found.items()):
            yield self.finding(
                ObjectRef("sql_mode", mode, refs[0].location),
                f"is one that MySQL 8 refuses (of {some([str(ref) for ref in refs])})",
                remedy="Strip it from the schema before it is loaded.",
            )
