from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.postgres_code import called
from checks.postgres_names import family
from checks.route import Route
from checks.rule import Rule


class LargeObjectInCode(Rule):
    """Code that works with large objects.

    ## What it finds
    Routines, views and defaults that call lo_create, lo_put, lo_from_bytea, lo_unlink and their kin. lo_import and
    lo_export, which need the host, are PG503's.

    ## Why it matters on Aurora
    Large objects are in no feed: what the code writes while changes are captured never reaches the target, and the
    number that points at it does.

    ## What to do
    Keep the content in a bytea column. Otherwise let the code rest from the copy of the large objects to the cutover.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://www.postgresql.org/docs/current/logical-replication-restrictions.html
    """

    code = "PG523"
    slug = "large-object-in-code"
    severity = Severity.WARNING
    source = "https://www.postgresql.org/docs/current/logical-replication-restrictions.html"
    bad = ("CREATE FUNCTION page(number oid) RETURNS bytea LANGUAGE sql AS 'SELECT lo_get(number)';",)
    good = ("CREATE FUNCTION page(number oid) RETURNS bytea LANGUAGE sql AS 'SELECT oidsend(number)';",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for ref, names in called(catalog, family("large_objects"), builtin=True):
            yield self.finding(
                ref,
                f"works with large objects ({', '.join(names)}), which no feed carries",
                remedy="Keep the content in a bytea column, or let it rest until the cutover.",
            )
