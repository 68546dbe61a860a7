from __future__ import annotations

from collections.abc import Iterable, Iterator

from checks.ddl.lexer import Kind
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.postgres_code import Statement, begins, stored_code
from checks.postgres_names import family
from checks.route import Route
from checks.rule import Rule

_ATTRIBUTES = frozenset({"superuser", "replication", "bypassrls"})
_HOST_ROLES = frozenset({"pg_read_server_files", "pg_write_server_files", "pg_execute_server_program"})
_WRITES = (("insert", "into"), ("update",), ("delete", "from"))
_WORDS = frozenset({"authorization", *_ATTRIBUTES, *_HOST_ROLES})


def _acts(statement: Statement) -> Iterator[str]:
    words = [token.value if token.kind is Kind.WORD else "" for token in statement]
    if begins(statement, "set", "session", "authorization"):
        yield "SET SESSION AUTHORIZATION"
    if words[:1] in (["create"], ["alter"]) and words[1:2] in (["role"], ["user"]):
        yield from (f"{words[0]} {words[1]} … {word}".upper() for word in words[3:] if word in _ATTRIBUTES)
    if begins(statement, "grant"):
        yield from (f"GRANT {role}" for role in words if role in _HOST_ROLES)
    for start in _WRITES:
        if begins(statement, *start):
            named = words[len(start) :]
            table = (named[2:] if named[:1] == ["pg_catalog"] else named)[:1]
            if table and table[0] in family("system_catalogs"):
                yield f"{' '.join(start).upper()} {table[0]}"


class SuperuserActInCode(Rule):
    """Code that does what only a superuser may.

    ## What it finds
    Routines with SET SESSION AUTHORIZATION, with CREATE or ALTER ROLE … SUPERUSER, REPLICATION or BYPASSRLS, with a
    grant of the roles that reach the host, or with a write to a system catalog. Text that EXECUTE runs is looked into.

    ## Why it matters on Aurora
    The master user is no superuser: the routine is made, and fails when it is called.

    ## What to do
    Use SET ROLE, the roles of RDS (rds_superuser, rds_replication) and ordinary DDL in place of it.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
    """

    code = "PG511"
    slug = "superuser-act-in-code"
    severity = Severity.WARNING
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
        "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html"
    )
    bad = (
        (
            "CREATE PROCEDURE hire(who text) LANGUAGE plpgsql AS "
            "$$ BEGIN EXECUTE format('CREATE ROLE %I LOGIN SUPERUSER', who); END $$;"
        ),
    )
    good = (
        (
            "CREATE PROCEDURE hire(who text) LANGUAGE plpgsql AS "
            "$$ BEGIN EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER', who); END $$;"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for code in stored_code(catalog, _WORDS | family("system_catalogs")):
            acts = sorted({act for statement in code.statements for act in _acts(statement)})
            if acts:
                yield self.finding(
                    code.ref,
                    f"does what only a superuser may ({', '.join(acts)}), and nobody is one on Aurora",
                    remedy="Write it for the rights of rds_superuser, or leave it out.",
                )
