from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ReplicaIdentity
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.route import Route
from checks.rule import Rule


class ReplicaIdentityNothing(Rule):
    """Table whose old rows are not written to the WAL.

    ## What it finds
    Tables with REPLICA IDENTITY NOTHING.

    ## Why it matters on Aurora
    An UPDATE or DELETE then does not tell which row it was, primary key or not: the change cannot be applied on the
    target. Once the table is in a publication such statements fail for the application itself.

    ## What to do
    Set the default identity (the primary key), or a unique index, before the replication starts.

    ## References
    https://www.postgresql.org/docs/current/logical-replication-restrictions.html
    """

    code = "PG305"
    slug = "replica-identity-nothing"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://www.postgresql.org/docs/current/logical-replication-restrictions.html"
    bad = ("CREATE TABLE account (id bigint PRIMARY KEY);\nALTER TABLE account REPLICA IDENTITY NOTHING;",)
    good = ("CREATE TABLE account (id bigint PRIMARY KEY);\nALTER TABLE account REPLICA IDENTITY DEFAULT;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.replica_identity is ReplicaIdentity.NOTHING:
                yield self.finding(
                    table.ref,
                    "has REPLICA IDENTITY NOTHING: its updates and deletes cannot be applied",
                    remedy="Go back to the default, which is the primary key.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} REPLICA IDENTITY DEFAULT;",
                )
