from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import TypeKind, kind_of
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class BaseType(Rule):
    """Base type of the user's own.

    ## What it finds
    CREATE TYPE with input and output functions.

    ## Why it matters on Aurora
    Only a superuser may make such a type, and its functions are C from a library that cannot be put on an Aurora
    host: the type is refused, and every table that uses it.

    ## What to do
    Replace it by a domain, a composite type or a built-in type on the source.

    ## References
    https://www.postgresql.org/docs/current/sql-createtype.html
    """

    code = "PG202"
    slug = "base-type"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "unsourced: inferred from CREATE TYPE, which asks for a superuser, and Aurora has none"
    bad = (
        (
            "CREATE TYPE shade; "
            "CREATE FUNCTION shade_in(cstring) RETURNS shade LANGUAGE internal IMMUTABLE STRICT AS 'int4in'; "
            "CREATE FUNCTION shade_out(shade) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out'; "
            "CREATE TYPE shade (INPUT = shade_in, OUTPUT = shade_out, LIKE = integer);"
        ),
    )
    good = (
        (
            "CREATE TYPE shade; "
            "CREATE FUNCTION shade_in(cstring) RETURNS shade LANGUAGE internal IMMUTABLE STRICT AS 'int4in'; "
            "CREATE FUNCTION shade_out(shade) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out'; "
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for other in catalog.others:
            if kind_of(other) is TypeKind.BASE:
                yield self.finding(
                    other.ref,
                    "is a base type: only a superuser can make one, and Aurora has none",
                    remedy="Replace it on the source by a domain, a composite type or a built-in type.",
                )
