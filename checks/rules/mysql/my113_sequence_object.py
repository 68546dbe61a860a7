from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_columns import columns, some
from checks.route import Engine, Route
from checks.rule import Rule


class SequenceObject(Rule):
    """Sequence of MariaDB.

    ## What it finds
    Sequences, and with them columns whose default asks one for its next value.

    ## Why it matters on Aurora
    MySQL has no sequences: neither the object nor such a default loads, and DMS does not move its state.

    ## What to do
    Use AUTO_INCREMENT, or a table of counters, and carry the next value at the cutover.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY113"
    slug = "sequence-object"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = (Engine.MARIADB,)
    bad = ("CREATE SEQUENCE invoice_number; CREATE TABLE invoice (id bigint NOT NULL PRIMARY KEY);",)
    good = ("CREATE TABLE invoice (id bigint NOT NULL PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        uses = {ref.name: column.default or "" for _, column, ref in columns(catalog)}
        for sequence in catalog.sequences:
            marks = (f"`{sequence.name.name}`", f".{sequence.name.name})", f"({sequence.name.name})")
            users = [name for name, default in uses.items() if any(mark in default for mark in marks)]
            yield self.finding(
                ObjectRef("sequence", str(sequence.name), sequence.location),
                "is a sequence, which MySQL does not have" + (f" (it feeds {some(users)})" if users else ""),
                remedy="Put AUTO_INCREMENT or a table of counters in its place before the load.",
            )
