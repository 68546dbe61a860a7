from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule


def _catalog(count: int) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, large_objects=count)


class LargeObject(Rule):
    """Large objects (pg_largeobject).

    ## What it finds
    Large objects in the database or the dump, and columns of type `oid` or `lo`, which usually point at them.

    ## Why it matters on Aurora
    Large objects are not in the logical stream, and DMS does not migrate them: a column with their number arrives, the
    object behind it does not.

    ## What to do
    Turn them into `bytea` columns before the migration, or dump them with pg_dump --large-objects while writers are
    stopped and restore them during the cutover.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://www.postgresql.org/docs/current/logical-replication-restrictions.html
    """

    code = "PG103"
    slug = "large-object"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    bad = (
        "CREATE TABLE scan (id bigint PRIMARY KEY, page oid);",
        LiveExample(lambda: _catalog(3), because="a schema dump does not hold large objects"),
    )
    good = (
        "CREATE TABLE scan (id bigint PRIMARY KEY, page bytea);",
        LiveExample(lambda: _catalog(0), because="a schema dump does not hold large objects"),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if catalog.large_objects:
            yield self.finding(
                ObjectRef("database", catalog.database or "(unnamed)"),
                f"holds {catalog.large_objects} large objects, which neither DMS nor logical replication carries",
                remedy="Turn them into bytea columns, or move them with pg_dump --large-objects while writers stand.",
                sql="SELECT oid, pg_get_userbyid(lomowner) AS owner FROM pg_largeobject_metadata ORDER BY oid;",
            )
        if catalog.large_objects == 0:
            return
        for table in catalog.tables:
            for column in table.columns:
                if column.type.rsplit(".", 1)[-1] in ("oid", "lo"):
                    name = quoted(column.name)
                    yield self.finding(
                        ObjectRef("column", f"{table.name}.{column.name}", table.location),
                        f"has type {column.type}: if its values name large objects, those are not migrated",
                        remedy="Find out whether the values name large objects.",
                        sql=f"SELECT count(*) FROM {quoted_table(table.name)} AS t "
                        f"JOIN pg_largeobject_metadata AS l ON l.oid = t.{name};",
                        severity=Severity.WARNING,
                    )
