from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule

_HYPERTABLE = "ts_insert_blocker"


class RowsInHiddenTables(Rule):
    """Table whose rows stand in tables of an extension.

    ## What it finds
    Hypertables of TimescaleDB, by the trigger that each has, or else the extension; and the extension citus.

    ## Why it matters on Aurora
    The table itself is empty. The rows are in chunks that belong to the extension, or on other servers: a task that
    maps the table loads nothing, its changes name tables that are not mapped, and the task succeeds.

    ## What to do
    Copy each into a plain or partitioned table on the source first, and migrate that; or copy by COPY (SELECT …).

    ## References
    https://rafa-dot-el.github.io/blog/posts/migrate-timescale-hypertables-to-vanilla-postgres
    https://docs.timescale.com/migrate/latest/troubleshooting/
    """

    code = "PG609"
    slug = "rows-in-hidden-tables"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://rafa-dot-el.github.io/blog/posts/migrate-timescale-hypertables-to-vanilla-postgres"
    bad = (
        (
            "CREATE TABLE metric (at timestamptz PRIMARY KEY); "
            "CREATE FUNCTION insert_blocker() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; "
            "CREATE TRIGGER ts_insert_blocker BEFORE INSERT ON metric FOR EACH ROW EXECUTE FUNCTION insert_blocker();"
        ),
    )
    good = (
        (
            "CREATE TABLE metric (at timestamptz PRIMARY KEY); "
            "CREATE FUNCTION insert_blocker() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; "
            "CREATE TRIGGER our_insert_blocker BEFORE INSERT ON metric FOR EACH ROW EXECUTE FUNCTION insert_blocker();"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        hypertables = [trigger for trigger in catalog.triggers if trigger.name == _HYPERTABLE]
        for trigger in hypertables:
            plain = f"{quoted(trigger.table.schema)}.{quoted(trigger.table.name + '_plain')}"
            yield self.finding(
                ObjectRef("table", str(trigger.table), trigger.location),
                "is a hypertable: its rows stand in chunks of TimescaleDB, and a task that maps it loads none",
                remedy="Copy it into a plain table with its keys, which then takes its name:",
                sql=f"CREATE TABLE {plain} AS SELECT * FROM {quoted_table(trigger.table)};",
            )
        for extension in catalog.extensions:
            ref = ObjectRef("extension", extension.name, extension.location)
            if extension.name == "timescaledb" and not hypertables:
                yield self.finding(
                    ref,
                    "keeps the rows of hypertables in chunks of its own: a task that maps a hypertable loads none",
                    remedy="Copy each of them into a plain table first:",
                    sql="SELECT hypertable_schema, hypertable_name FROM timescaledb_information.hypertables;",
                )
            if extension.name == "citus":
                yield self.finding(
                    ref,
                    "keeps the rows of distributed tables on its workers: on this server the tables are empty",
                    remedy="Turn each into a plain table first: SELECT undistribute_table(…);",
                    sql="SELECT table_name FROM citus_tables;",
                )
