from __future__ import annotations

from collections.abc import Iterable, Iterator

from checks.ddl.lexer import Kind
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_routine
from checks.postgres_code import StoredCode, begins, is_name, stored_code
from checks.postgres_names import family
from checks.route import Route
from checks.rule import Rule


def _sets(code: StoredCode) -> Iterator[str]:
    for statement in code.statements:
        if begins(statement, "set"):
            local = begins(statement, "set", "local") or begins(statement, "set", "session")
            at = 2 if local else 1
            if at < len(statement) and is_name(statement[at]):
                yield statement[at].value.lower()
    for call, statement in code.calls({"set_config"}):
        if call.at + 1 < len(statement) and statement[call.at + 1].kind is Kind.STRING:
            yield statement[call.at + 1].value.lower()


class SuperuserSettingInCode(Rule):
    """Routine that sets what only a superuser may set.

    ## What it finds
    Functions and procedures with a SET clause (blocker), a SET statement or a set_config call (warnings) for a
    parameter that PostgreSQL leaves to superusers, such as log_statement, lc_messages or temp_file_limit.
    session_replication_role, which rds_superuser may set, is left out.

    ## Why it matters on Aurora
    With the clause, CREATE FUNCTION is refused, and the schema copy with it; the statement fails when it runs. Nobody
    is a superuser there.

    ## What to do
    Take the clause away, and set the parameter in the parameter group.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html
    """

    code = "PG505"
    slug = "superuser-setting-in-code"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html"
    )
    bad = (
        "CREATE FUNCTION quiet() RETURNS int LANGUAGE sql SET log_statement = 'none' AS 'SELECT 1';",
        "CREATE PROCEDURE quiet() LANGUAGE plpgsql AS $$ BEGIN SET LOCAL lc_messages = 'C'; END $$;",
    )
    good = (
        "CREATE FUNCTION quiet() RETURNS int LANGUAGE sql SET application_name = 'none' AS 'SELECT 1';",
        "CREATE PROCEDURE quiet() LANGUAGE plpgsql AS $$ BEGIN SET LOCAL lc_numeric = 'C'; END $$;",
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for routine in catalog.routines:
            for name in sorted({name for name in routine.settings if name.lower() in family("superuser_settings")}):
                yield self.finding(
                    routine.ref,
                    f"has SET {name}, which only a superuser may: it cannot be made on the target",
                    remedy="Take the clause away before the schema is copied.",
                    sql=f"ALTER ROUTINE {quoted_routine(routine)} RESET {quoted(name)};",
                )
        for code in stored_code(catalog, family("superuser_settings")):
            names = sorted(set(_sets(code)) & family("superuser_settings"))
            if names:
                yield self.finding(
                    code.ref,
                    f"sets {', '.join(names)} when it runs, which only a superuser may",
                    remedy="Take the statement out, and set the parameter in the parameter group.",
                    severity=Severity.WARNING,
                )
