from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, TableName
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.route import Route
from checks.rule import Rule

_INDEXES = frozenset({"btree", "hash", "gist", "gin", "spgist", "brin", "bloom", "rum", "hnsw", "ivfflat"})


class CustomAccessMethod(Rule):
    """Table or index with an access method of its own.

    ## What it finds
    Tables stored by another method than heap, and indexes by a method that neither PostgreSQL nor Aurora's
    extensions have.

    ## Why it matters on Aurora
    An access method is a C library, which cannot be put on an Aurora host: the schema does not load there.

    ## What to do
    Make the table a heap and the index a supported one on the source, before the schema is copied.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/AuroraPostgreSQL.Extensions.html
    """

    code = "PG127"
    slug = "custom-access-method"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "unsourced: inferred from the list of extensions that Aurora offers, none of which stores tables"
    not_loadable = "the access method columnar is not part of a plain server"
    bad = ("CREATE TABLE measure (id int PRIMARY KEY) USING columnar;",)
    good = ("CREATE TABLE measure (id int PRIMARY KEY) USING heap;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.access_method not in (None, "heap"):
                yield self.finding(
                    table.ref,
                    f"is stored by {table.access_method}, which Aurora does not have",
                    remedy="Store it as a heap; it is rewritten under an exclusive lock (PostgreSQL 15 and newer).",
                    sql=f"ALTER TABLE {quoted_table(table.name)} SET ACCESS METHOD heap;",
                )
        for index in catalog.indexes:
            if index.method not in _INDEXES:
                yield self.finding(
                    ObjectRef("index", f"{index.table.schema}.{index.name}", index.location),
                    f"is of method {index.method}, which Aurora does not have",
                    remedy="Make an index of a supported method in its place.",
                    sql=f"DROP INDEX {quoted_table(TableName(index.table.schema, index.name))};",
                )
