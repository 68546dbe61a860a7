from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin, RunStatement
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule
from checks.run_statements import found

_BECAUSE = "only a live server counts what is run"


def _catalog(text: str) -> Catalog:
    statement = RunStatement(id="8f1c", text=text, calls=12)
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, statements=(statement,))


class StatementThatAuroraMysqlLacks(Rule):
    """Statement of an application that Aurora MySQL or DMS does not take.

    ## What it finds
    Statements that performance_schema has counted and that use what Aurora lacks, or
    what DMS does not carry: files of the server, administration,
    functions and syntax that MySQL 8 removed, XA, other storage engines, DDL, and the dialect of MariaDB.
    One finding for each kind, with the ids under which the server keeps the statements; their text is not told, for
    the server may keep a password in it.

    ## Why it matters on Aurora
    Such code stands in the application, where no look at the schema finds it: it fails, or loses rows, once it runs
    on Aurora.

    ## What to do
    Look the ids up (events_statements_summary_by_digest has DIGEST and DIGEST_TEXT), change the application.
    Without performance_schema nothing is known: the rule is then not applicable.

    ## References
    https://dev.mysql.com/doc/refman/8.0/en/performance-schema-statement-digests.html
    """

    code = "MY513"
    slug = "statement-that-aurora-mysql-lacks"
    severity = Severity.WARNING
    source = "https://dev.mysql.com/doc/refman/8.0/en/performance-schema-statement-digests.html"
    engines = MYSQL_FAMILY
    needs = ("statements",)
    bad = (
        LiveExample(lambda: _catalog("SELECT LOAD_FILE (?)"), because=_BECAUSE),
        LiveExample(lambda: _catalog("XA PREPARE ?"), because=_BECAUSE),
    )
    good = (
        LiveExample(lambda: _catalog("SELECT `load_file` FROM `f`"), because=_BECAUSE),
        LiveExample(lambda: _catalog("SELECT `xa` FROM `prepare`"), because=_BECAUSE),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for one in found(catalog, route.target_version):
            yield self.finding(
                ObjectRef("statements", one.row.key),
                one.told,
                remedy=one.row.instead,
                severity=one.row.severity,
                source=one.row.source,
            )
