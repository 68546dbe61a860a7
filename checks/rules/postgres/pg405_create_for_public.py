from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route, Version
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState

_BECAUSE = "older dumps do not show a default privilege"


def _catalog(*, everybody: bool) -> Catalog:
    return Catalog(
        engine=Engine.POSTGRES,
        origin=Origin.LIVE,
        version=Version((14, 20)),
        state=ServerState(public_creates=everybody),
    )


class CreateForPublic(Rule):
    """Schema public in which everybody may create objects.

    ## What it finds
    A source before PostgreSQL 15 where PUBLIC may create in the schema `public`, on its way to 15 or newer.

    ## Why it matters on Aurora
    From 15 on a new database does not give that right. Programs that make tables there, and tools that bring the
    schema up to date at their start, fail after the cutover, often only at the next release.

    ## What to do
    Grant it on the target to the roles that make objects, not to everybody.

    ## References
    https://www.postgresql.org/docs/15/release-15.html
    """

    code = "PG405"
    slug = "create-for-public"
    severity = Severity.NOTICE
    source = "unsourced: inferred from what is known of the PostgreSQL 15 release notes, which were not read again"
    source_majors = (None, 14)
    target_majors = (15, None)
    needs = ("state",)
    bad = (LiveExample(lambda: _catalog(everybody=True), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog(everybody=False), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if catalog.state is not None and catalog.state.public_creates:
            yield self.finding(
                ObjectRef("database", catalog.database or ""),
                f"lets everybody create in the schema public; version {route.target_version.major} does not by default",
                remedy="These roles use the right now. On the target: GRANT CREATE ON SCHEMA public TO each of them.",
                sql="SELECT DISTINCT relowner::regrole FROM pg_class WHERE relnamespace = 'public'::regnamespace;",
            )
