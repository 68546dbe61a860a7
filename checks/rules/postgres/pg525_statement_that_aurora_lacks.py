from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin, RunStatement
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule
from checks.run_statements import found

_BECAUSE = "only a live server counts what is run"


def _catalog(text: str) -> Catalog:
    statement = RunStatement(id="-4021", text=text, calls=12)
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, statements=(statement,))


class StatementThatAuroraLacks(Rule):
    """Statement of an application that Aurora or DMS does not take.

    ## What it finds
    Statements that pg_stat_statements has counted and that use what Aurora lacks, or
    what DMS does not carry: files of the server, acts of a superuser,
    functions of a standby or of a newer version, TRUNCATE, two-phase commit, large objects, dblink, LISTEN, DDL.
    One finding for each kind, with the ids under which the server keeps the statements; their text is not told, for
    the server may keep a password in it.

    ## Why it matters on Aurora
    Such code stands in the application, where no look at the schema finds it: it fails, or loses rows, once it runs
    on Aurora.

    ## What to do
    Look the ids up (SELECT query FROM pg_stat_statements WHERE queryid = …), change the application.
    Without pg_stat_statements nothing is known: the rule is then not applicable.

    ## References
    https://www.postgresql.org/docs/current/pgstatstatements.html
    """

    code = "PG525"
    slug = "statement-that-aurora-lacks"
    severity = Severity.WARNING
    source = "https://www.postgresql.org/docs/current/pgstatstatements.html"
    needs = ("statements",)
    bad = (
        LiveExample(lambda: _catalog("SELECT pg_read_file($1)"), because=_BECAUSE),
        LiveExample(lambda: _catalog("TRUNCATE cart"), because=_BECAUSE),
    )
    good = (
        LiveExample(lambda: _catalog("SELECT $1::text, pg_read_files"), because=_BECAUSE),
        LiveExample(lambda: _catalog("SELECT truncate FROM cart"), because=_BECAUSE),
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
