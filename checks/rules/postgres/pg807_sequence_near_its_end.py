from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule

_PART = 0.75
_LIMITS = {"smallint": 2**15 - 1, "integer": 2**31 - 1}


class SequenceNearItsEnd(Rule):
    """Sequence that soon has no more values.

    ## What it finds
    Sequences that have handed out 75 % of their values, or of those that their column holds. Cyclic and descending ones
    are left out.

    ## Why it matters on Aurora
    The cutover sets the target's sequence some way past the source's value. What has only a little room reaches its end
    there, and every insert fails. Widening a key is easy on an empty target and hard once it is open.

    ## What to do
    Make the column and the sequence bigint, on both sides before the load (the table is rewritten under an exclusive
    lock), or free values.

    ## References
    https://www.postgresql.org/docs/current/sql-createsequence.html
    """

    code = "PG807"
    slug = "sequence-near-its-end"
    severity = Severity.WARNING
    source = "unsourced: the limits are PostgreSQL's, 75 % is an estimate"
    bad = (
        "CREATE SEQUENCE ticket AS integer MAXVALUE 1000; SELECT setval('ticket', 900);",
        "CREATE TABLE t (id integer PRIMARY KEY); CREATE SEQUENCE s OWNED BY t.id; SELECT setval('s', 2000000000);",
    )
    good = (
        "CREATE SEQUENCE ticket AS integer MAXVALUE 1000; SELECT setval('ticket', 90);",
        "CREATE TABLE t (id bigint PRIMARY KEY); CREATE SEQUENCE s OWNED BY t.id; SELECT setval('s', 2000000000);",
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        columns = {
            f"{table.name}.{column.name}": (table, column) for table in catalog.tables for column in table.columns
        }
        for sequence in catalog.sequences:
            table, column = columns.get(sequence.owned_by or "", (None, None))
            narrow = _LIMITS.get(column.type) if column else None
            limit = min((one for one in (sequence.maximum, narrow) if one is not None), default=None)
            last = sequence.last_value
            if limit is None or last is None or sequence.cycle or sequence.increment < 0 or last <= _PART * limit:
                continue
            sql = f"ALTER SEQUENCE {quoted_table(sequence.name)} AS bigint NO MAXVALUE;"
            if table and column and narrow:
                sql = f"ALTER TABLE {quoted_table(table.name)} ALTER COLUMN {quoted(column.name)} TYPE bigint; {sql}"
            yield self.finding(
                ObjectRef("sequence", str(sequence.name), sequence.location),
                f"is at {last} of {limit}" + (f" (it feeds {sequence.owned_by})" if sequence.owned_by else ""),
                remedy="Widen its column, with those that refer to it, and then the sequence.",
                sql=sql,
            )
