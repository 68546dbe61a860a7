from __future__ import annotations

from collections.abc import Iterable

from checks.aurora import listed_wrappers
from checks.ddl.lexer import Kind, tokens
from checks.facts import Catalog, SchemaObject
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Route
from checks.rule import Rule


def wrapper_of(server: SchemaObject) -> str:
    """The foreign data wrapper that a CREATE SERVER names."""
    values = [token.value if token.kind in (Kind.WORD, Kind.QUOTED) else "" for token in tokens(server.definition)]
    for at in range(len(values) - 3):
        if values[at : at + 3] == ["foreign", "data", "wrapper"]:
            return values[at + 3]
    return ""


class ForeignDataWrapper(Rule):
    """Foreign data wrapper that Aurora does not have.

    ## What it finds
    Wrappers that belong to no extension, and servers whose wrapper is none of postgres_fdw, dblink_fdw, oracle_fdw,
    mysql_fdw, tds_fdw and log_fdw.

    ## Why it matters on Aurora
    CREATE FOREIGN DATA WRAPPER asks for a superuser and for a library on the host; CREATE SERVER fails where the
    wrapper is missing, and every foreign table with it.

    ## What to do
    Load files through aws_s3 in place of file_fdw, read the engine's log with log_fdw, and let the application or a
    job do what other wrappers did.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Extensions.foreign-data-wrappers.html
    https://www.postgresql.org/docs/current/sql-createforeigndatawrapper.html
    """

    code = "PG607"
    slug = "foreign-data-wrapper-outside-list"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Extensions.foreign-data-wrappers.html"
    bad = (
        "CREATE EXTENSION postgres_fdw; CREATE FOREIGN DATA WRAPPER house HANDLER postgres_fdw_handler;",
        "CREATE EXTENSION file_fdw; CREATE EXTENSION dblink; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;",
    )
    good = (
        "CREATE EXTENSION postgres_fdw;",
        "CREATE EXTENSION file_fdw; CREATE EXTENSION dblink; CREATE SERVER files FOREIGN DATA WRAPPER dblink_fdw;",
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        listed, source = listed_wrappers()
        own = {other.name for other in catalog.others if other.kind == "foreign data wrapper"}
        for other in catalog.others:
            if other.kind == "foreign data wrapper":
                yield self.finding(
                    other.ref,
                    "is a wrapper of your own, which only a superuser may make",
                    remedy="Replace what stands on it, then drop it on the source.",
                    sql=f"DROP FOREIGN DATA WRAPPER {quoted(other.name)};",
                    source=str(source),
                )
            elif other.kind == "server" and (wrapper := wrapper_of(other)) not in listed | own:
                yield self.finding(
                    other.ref,
                    f"is a server of {wrapper or 'an unknown wrapper'}, which Aurora does not have",
                    remedy="Replace what stands on it (aws_s3 for files), then drop it on the source.",
                    sql=f"DROP SERVER {quoted(other.name)};",
                    source=str(source),
                )
