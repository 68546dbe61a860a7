from __future__ import annotations

from collections.abc import Iterable, Sequence

from checks.ddl.lexer import Kind
from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.postgres_code import Statement, begins, called, stored_code
from checks.postgres_names import family
from checks.route import Route
from checks.rule import Rule

_STATEMENTS = (("alter", "system"), ("create", "tablespace"), ("load",))


def _is(statement: Statement, words: tuple[str, ...]) -> bool:
    named = statement[len(words) :]
    return begins(statement, *words) and bool(named) and (words != ("load",) or named[0].kind is Kind.STRING)


class HostTaskInCode(Rule):
    """Code that runs the server: configuration, backup, log files.

    ## What it finds
    Routines and views with ALTER SYSTEM, CREATE TABLESPACE or LOAD, or with calls such as pg_reload_conf,
    pg_rotate_logfile, pg_backup_start and pg_switch_wal.

    ## Why it matters on Aurora
    These are the operator's tasks, and Aurora's operator is AWS: the code is made, and fails when it is called.

    ## What to do
    Drop it: parameters stand in the parameter group, backups and logs are Aurora's own, libraries are named in
    shared_preload_libraries.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html
    """

    code = "PG504"
    slug = "host-task-in-code"
    severity = Severity.WARNING
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html"
    )
    bad = ("CREATE PROCEDURE tune() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_reload_conf(); END $$;",)
    good = ("CREATE PROCEDURE tune() LANGUAGE plpgsql AS $$ BEGIN PERFORM now(); END $$;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for code in stored_code(catalog, ("system", "tablespace", "load")):
            words = [
                " ".join(words).upper()
                for words in _STATEMENTS
                if any(_is(statement, words) for statement in code.statements)
            ]
            if words:
                yield self._about(code.ref, words)
        for ref, names in called(catalog, family("host_tasks"), builtin=True):
            yield self._about(ref, names)

    def _about(self, ref: ObjectRef, what: Sequence[str]) -> Finding:
        return self.finding(
            ref,
            f"does what only the operator of the server may ({', '.join(what)})",
            remedy="Leave it out of the target; set what it sets in the cluster's parameter group.",
        )
