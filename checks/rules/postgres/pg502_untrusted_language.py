from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Route
from checks.rule import Rule

_AVAILABLE = frozenset({"sql", "plpgsql", "plperl", "pltcl", "plv8", "plcoffee", "plls"})
_BUILT_IN = frozenset({"c", "internal"})


class UntrustedLanguage(Rule):
    """Routine or language that Aurora does not have.

    ## What it finds
    Functions and procedures in a language other than those Aurora lists (SQL, PL/pgSQL, plperl, pltcl, plv8, plcoffee,
    plls), those in C or internal (aggregates aside), and such languages themselves.

    ## Why it matters on Aurora
    There is no access to the host, so no library can be put there and no language can reach its files: CREATE FUNCTION
    fails and with it everything that uses the function.

    ## What to do
    Rewrite the routine in PL/pgSQL or another language of the list, or move it out (Lambda).

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/AuroraPostgreSQL.Extensions.html
    """

    code = "PG502"
    slug = "untrusted-language"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/AuroraPostgreSQL.Extensions.html"
    )
    not_loadable = "the language plpython3u is not part of a plain server"
    bad = ("CREATE FUNCTION host() RETURNS text LANGUAGE plpython3u AS $$ BEGIN RETURN 'x'; END $$;",)
    good = ("CREATE FUNCTION host() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'x'; END $$;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for routine in catalog.routines:
            if routine.kind == "aggregate" or routine.language in _AVAILABLE:
                continue
            yield self.finding(
                routine.ref,
                f"is written in {routine.language}, which Aurora does not offer",
                remedy="Rewrite it in PL/pgSQL, plperl or plv8, or move it to Lambda (aws_lambda).",
            )
        for language in catalog.languages:
            if language.name not in _AVAILABLE | _BUILT_IN:
                yield self.finding(
                    ObjectRef("language", language.name, language.location),
                    "is not among the languages that Aurora offers",
                    remedy="Rewrite its routines, then drop it on the source.",
                    sql=f"DROP LANGUAGE {quoted(language.name)};",
                )
