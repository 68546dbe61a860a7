from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ReplicaIdentity
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.route import Route
from checks.rule import Rule


class ReplicaIdentityFull(Rule):
    """Table whose whole old rows are written to the WAL.

    ## What it finds
    Tables with REPLICA IDENTITY FULL; where the extension pglogical is installed it is a warning.

    ## Why it matters on Aurora
    DMS does not support it together with pglogical, which it prefers where it is installed. Every UPDATE and DELETE
    writes the whole old row, so the WAL that a slot keeps grows faster.

    ## What to do
    Let DMS decode with test_decoding (endpoint setting PluginName, as this toolkit sets it), or give the table its
    default identity where it has a primary key.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG306"
    slug = "replica-identity-full"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    bad = ("CREATE TABLE account (id bigint PRIMARY KEY);\nALTER TABLE account REPLICA IDENTITY FULL;",)
    good = ("CREATE TABLE account (id bigint PRIMARY KEY);\nALTER TABLE account REPLICA IDENTITY DEFAULT;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        pglogical = any(extension.name == "pglogical" for extension in catalog.extensions)
        for table in catalog.tables:
            if table.replica_identity is ReplicaIdentity.FULL:
                keyed = table.primary_key is not None
                yield self.finding(
                    table.ref,
                    "has REPLICA IDENTITY FULL" + (", which DMS does not support with pglogical" if pglogical else ""),
                    remedy="Decode with test_decoding"
                    + ("; with its primary key the default identity is enough." if keyed else "."),
                    sql=f"ALTER TABLE {quoted_table(table.name)} REPLICA IDENTITY DEFAULT;" if keyed else None,
                    severity=Severity.WARNING if pglogical else Severity.NOTICE,
                )
