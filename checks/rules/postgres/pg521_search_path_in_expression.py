from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_routine
from checks.postgres_name_lookup import called_by_expressions, places, unqualified
from checks.route import Route
from checks.rule import Rule


class SearchPathInExpression(Rule):
    """Routine of an index that finds its names by the search_path.

    ## What it finds
    Routines in SQL and PL/pgSQL that an index or a materialized view (blocker), a check or a generated column (warning)
    calls, that have no search_path of their own, and that name a routine, table or extension's function without its
    schema: `unaccent($1)`.

    ## Why it matters on Aurora
    A dump is loaded with an empty search_path, and from PostgreSQL 17 on CREATE INDEX, REFRESH and ANALYZE set one
    themselves. Over rows the index cannot be made then; a row that comes by replication is refused by the check.

    ## What to do
    Fix the search_path with the routine, as the remedy does, or write the schema before each name.

    ## References
    https://www.postgresql.org/docs/release/17.0/
    https://www.postgresql.org/docs/release/10.3/
    """

    code = "PG521"
    slug = "search-path-in-expression"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://www.postgresql.org/docs/release/17.0/"
    bad = (
        (
            "CREATE TABLE town (id int PRIMARY KEY, name text); "
            "CREATE FUNCTION fold(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(t)'; "
            "CREATE FUNCTION plain(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN fold(t); END $$; "
            "CREATE INDEX town_plain ON town (plain(name));"
        ),
    )
    good = (
        (
            "CREATE TABLE town (id int PRIMARY KEY, name text); "
            "CREATE FUNCTION fold(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(t)'; "
            "CREATE FUNCTION plain(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS "
            "$$ BEGIN RETURN public.fold(t); END $$; "
            "CREATE INDEX town_plain ON town (plain(name));"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        routines, relations = places(catalog)
        for routine, (ref, made) in called_by_expressions(catalog).items():
            named = unqualified(routine, routines, relations)
            if named:
                schemas = ", ".join(["pg_catalog", *(quoted(schema) for schema in sorted(set(named.values())))])
                yield self.finding(
                    routine.ref,
                    f"is called by {ref} and names {', '.join(sorted(named))} without a schema",
                    remedy="Fix its search_path:",
                    sql=f"ALTER ROUTINE {quoted_routine(routine)} SET search_path = {schemas};",
                    severity=Severity.BLOCKER if made else Severity.WARNING,
                )
