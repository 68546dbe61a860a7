from __future__ import annotations

from collections.abc import Iterable, Iterator

from checks.facts import Catalog, ObjectRef, Origin, Routine
from checks.finding import Finding, Severity
from checks.postgres_code import begins, stored_code
from checks.postgres_names import since
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule

_BODIES = {("begin", "atomic"): ("a body of BEGIN ATOMIC", 14), ("return",): ("a body of RETURN", 14)}
_NULLS = "nulls not distinct"


def _catalog() -> Catalog:
    routine = Routine(schema="public", name="one", body="BEGIN ATOMIC SELECT 1; END")
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, routines=(routine,))


def _uses(catalog: Catalog) -> Iterator[tuple[ObjectRef, str, int]]:
    for routine in catalog.routines:
        start = tuple(routine.body.lower().split(None, 2)[:2])
        for words, (what, major) in _BODIES.items():
            if routine.language == "sql" and start[: len(words)] == words:
                yield routine.ref, what, major
    for code in stored_code(catalog, ("merge",)):
        if any(begins(statement, "merge", "into") for statement in code.statements):
            yield code.ref, "MERGE", 15
    for index in catalog.indexes:
        if _NULLS in index.definition.lower():
            yield ObjectRef("index", f"{index.table.schema}.{index.name}", index.location), _NULLS.upper(), 15
    if catalog.version is not None:
        own = {routine.name for routine in catalog.routines}
        known = {name: major for name, major in since().items() if major <= catalog.version.major}
        for code in stored_code(catalog, known):
            for call, _ in code.calls(known.keys() - own):
                if call.schema in ("", "pg_catalog"):
                    yield code.ref, f"{call.name}()", known[call.name]


class SyntaxNewerThanTarget(Rule):
    """Object written for a newer PostgreSQL than the target.

    ## What it finds
    SQL-standard bodies (from 14), NULLS NOT DISTINCT and MERGE (15), and functions that came with 14 to 18, where the
    target's major version is older. Functions only where the source's version is known and has them.

    ## Why it matters on Aurora
    The older server refuses them; a routine in PL/pgSQL is made, and fails when it is called.

    ## What to do
    Choose a target of the source's major version or a newer one.

    ## References
    https://www.postgresql.org/docs/release/
    """

    code = "PG517"
    slug = "syntax-newer-than-target"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://www.postgresql.org/docs/release/"
    target_majors = (None, 17)
    bad = (LiveExample(_catalog, because="its finding depends on the target alone", target="13.20"),)
    good = (LiveExample(_catalog, because="its finding depends on the target alone", target="14.17"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        newer = {(ref, what, major) for ref, what, major in _uses(catalog) if major > route.target_version.major}
        for ref, what, major in sorted(newer, key=lambda use: (use[0].kind, use[0].name, use[1])):
            yield self.finding(
                ref,
                f"has {what}, which came with PostgreSQL {major}: {route.target_version} does not know it",
                remedy=f"Choose a target of major version {major} or newer, or write it anew.",
            )
