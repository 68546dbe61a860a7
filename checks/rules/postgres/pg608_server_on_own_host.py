from __future__ import annotations

from collections.abc import Iterable

from checks.ddl.lexer import Kind, tokens
from checks.facts import Catalog, SchemaObject
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Route
from checks.rule import Rule
from checks.rules.postgres.pg607_foreign_data_wrapper_outside_list import wrapper_of

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", ""})
_POSTGRES = frozenset({"postgres_fdw", "dblink_fdw"})


def _options(server: SchemaObject) -> dict[str, str]:
    found = list(tokens(server.definition))
    return {
        found[at].value: found[at + 1].value
        for at in range(len(found) - 1)
        if found[at].kind is Kind.WORD and found[at + 1].kind is Kind.STRING
    }


class ServerOnOwnHost(Rule):
    """Foreign server on the host of the database itself.

    ## What it finds
    Servers of postgres_fdw and dblink_fdw whose host is localhost, a socket or not given.

    ## Why it matters on Aurora
    Its other databases do not come along, and no socket is there: the foreign tables fail. Where a database of the
    same name is on the target, they read and write that one.

    ## What to do
    Name the host, so that it means the same from Aurora, and open the way to it from Aurora's subnets. A database that
    moves as well gets its new endpoint at the cutover.

    ## References
    https://www.postgresql.org/docs/current/postgres-fdw.html
    """

    code = "PG608"
    slug = "server-on-own-host"
    severity = Severity.WARNING
    source = "https://www.postgresql.org/docs/current/postgres-fdw.html"
    bad = (
        (
            "CREATE EXTENSION postgres_fdw; "
            "CREATE SERVER archive FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'localhost', dbname 'archive');"
        ),
    )
    good = (
        (
            "CREATE EXTENSION postgres_fdw; "
            "CREATE SERVER archive FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'far.example', dbname 'archive');"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for other in catalog.others:
            if other.kind != "server" or wrapper_of(other) not in _POSTGRES:
                continue
            options = _options(other)
            host = options.get("hostaddr") or options.get("host", "")
            if host in _LOCAL or host.startswith("/"):
                verb = "SET" if "host" in options else "ADD"
                yield self.finding(
                    other.ref,
                    f"is on {host or 'the server itself'}: from Aurora that is another place",
                    remedy="Name the host as Aurora reaches it (example.invalid stands for it):",
                    sql=f"ALTER SERVER {quoted(other.name)} OPTIONS ({verb} host 'example.invalid');",
                )
