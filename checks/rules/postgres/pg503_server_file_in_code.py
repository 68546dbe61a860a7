from __future__ import annotations

from collections.abc import Iterable

from checks.ddl.lexer import Kind
from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.postgres_code import Statement, begins, called, is_mark, outermost, stored_code
from checks.postgres_names import family
from checks.route import Route
from checks.rule import Rule


def _copies(statement: Statement) -> str | None:
    """What a COPY works with on the server: a file or a program."""
    if not begins(statement, "copy"):
        return None
    for at, token in outermost(statement):
        if token.kind is Kind.WORD and token.value in ("from", "to") and at + 1 < len(statement):
            other = statement[at + 1]
            if other.kind is Kind.WORD and other.value == "program":
                return "COPY … PROGRAM"
            if other.kind is Kind.STRING or is_mark(other, "?"):
                return f"COPY … {token.value.upper()} a file"
    return None


class ServerFileInCode(Rule):
    """Code that works with files or programs of the server.

    ## What it finds
    Routines in SQL and PL/pgSQL, views and defaults with COPY from or to a file or PROGRAM, also as text that EXECUTE
    runs, and with calls of functions that read and write the server's files (pg_read_file, pg_ls_dir, lo_import,
    pg_file_write and their kin).

    ## Why it matters on Aurora
    The routine is made there without complaint. When it is called it fails: nobody has access to an Aurora host, and
    nobody is the superuser that these ask for.

    ## What to do
    Import and export through S3 (aws_s3), or let the client do it with COPY … FROM STDIN (psql: \\copy).

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
    """

    code = "PG503"
    slug = "server-file-in-code"
    severity = Severity.BLOCKER
    blocks = "cutover"
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
        "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html"
    )
    bad = (
        "CREATE PROCEDURE load(f text) LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('COPY t FROM %L', f); END $$;",
        "CREATE FUNCTION motd() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN pg_read_file('motd'); END $$;",
    )
    good = (
        "CREATE PROCEDURE load(f text) LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'COPY t FROM %', f; END $$;",
        "CREATE FUNCTION motd() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'pg_read_file(1)'; END $$;",
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for code in stored_code(catalog, ("copy",)):
            copies = {found for statement in code.statements if (found := _copies(statement))}
            if copies:
                yield self._about(code.ref, sorted(copies))
        for ref, names in called(catalog, family("server_files"), builtin=False):
            yield self._about(ref, list(names))

    def _about(self, ref: ObjectRef, what: list[str]) -> Finding:
        return self.finding(
            ref,
            f"works with files or programs of the server ({', '.join(what)}), which Aurora gives nobody access to",
            remedy="Go through S3 (aws_s3), or let the client copy; then change the code on both sides.",
        )
