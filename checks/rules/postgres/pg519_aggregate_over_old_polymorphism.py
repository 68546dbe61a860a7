from __future__ import annotations

from collections.abc import Iterable

from checks.ddl.lexer import Kind, tokens
from checks.facts import Catalog, Routine
from checks.finding import Finding, Severity
from checks.identifiers import quoted_routine
from checks.postgres_names import family
from checks.route import Route
from checks.rule import Rule


def _function(aggregate: Routine) -> str | None:
    """The built-in function of an aggregate over anyarray that has other arguments from PostgreSQL 14 on."""
    words = [token.value for token in tokens(aggregate.body) if token.kind in (Kind.WORD, Kind.QUOTED)]
    if "anyarray" not in words or "anycompatiblearray" in words:
        return None
    return next((word for word in words if word in family("changed_in_14")), None)


class AggregateOverOldPolymorphism(Rule):
    """Aggregate over an array function that PostgreSQL 14 changed.

    ## What it finds
    Aggregates with a state of type anyarray whose function is array_append, array_cat, array_prepend or another of
    the eight that take anycompatiblearray from PostgreSQL 14 on. Of a live server the transition function alone is
    known.

    ## Why it matters on Aurora
    CREATE AGGREGATE is refused there: a function with these arguments does not exist.

    ## What to do
    Make it anew over anycompatible and anycompatiblearray on the target, and leave it out of the schema copy. Often
    it was written before array_agg was there: use that.

    ## References
    https://www.postgresql.org/docs/release/14.0/
    https://github.com/postgres/postgres/blob/master/src/bin/pg_upgrade/check.c
    """

    code = "PG519"
    slug = "aggregate-over-old-polymorphism"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://www.postgresql.org/docs/release/14.0/"
    source_majors = (None, 13)
    target_majors = (14, None)
    not_loadable = "PostgreSQL 14 and newer refuse it"
    bad = ("CREATE AGGREGATE gather(anyarray) (SFUNC = array_cat, STYPE = anyarray);",)
    good = ("CREATE AGGREGATE gather(anyarray) (SFUNC = array_larger, STYPE = anyarray);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for routine in catalog.routines:
            function = _function(routine) if routine.kind == "aggregate" else None
            if function:
                yield self.finding(
                    routine.ref,
                    f"is built on {function}(anyarray, …), which is no more from 14 on",
                    remedy="Replace it by array_agg, or make it anew on the target over anycompatiblearray.",
                    sql=f"DROP AGGREGATE {quoted_routine(routine)};",
                )
