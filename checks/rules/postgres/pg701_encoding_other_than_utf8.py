from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class EncodingOtherThanUtf8(Rule):
    """Database that does not hold UTF-8.

    ## What it finds
    A database whose encoding is SQL_ASCII (blocker) or another than UTF8 (warning). In a dump its `client_encoding` is
    taken for it; a dump made with `--encoding` hides the fault.

    ## Why it matters on Aurora
    In SQL_ASCII the server never checked the bytes: what is no valid UTF-8 is refused by a UTF8 target, or arrives
    as other characters. Other encodings are converted on the way, and a value may grow past the length of its column
    in bytes, or sort otherwise.

    ## What to do
    Find the values that are not valid and mend them on the source (the SQL tries one column), or make the target
    database with the same encoding and rehearse.

    ## References
    https://www.postgresql.org/docs/current/multibyte.html
    """

    code = "PG701"
    slug = "encoding-other-than-utf8"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "unsourced: inferred from how PostgreSQL checks text on input; no AWS page was read for it"
    bad = ("SET client_encoding = 'SQL_ASCII'; CREATE TABLE t (a text);",)
    good = ("SET client_encoding = 'UTF8'; CREATE TABLE t (a text);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if catalog.encoding is None or catalog.encoding.replace("-", "") in ("UTF8", "UNICODE"):
            return
        raw = catalog.encoding == "SQL_ASCII"
        yield self.finding(
            ObjectRef("server", catalog.database or "database"),
            f"has the encoding {catalog.encoding}"
            + (": bytes that are no UTF-8 fail on the target" if raw else ": text is converted on its way"),
            remedy="Try every text column, and mend what fails, before the load."
            if raw
            else "Rehearse with all data, and compare lengths and sort order.",
            sql="SELECT format('SELECT ctid FROM %I.%I WHERE convert_to(%I, ''SQL_ASCII'') <> convert_to("
            "convert_from(convert_to(%I, ''SQL_ASCII''), ''UTF8''), ''SQL_ASCII'');', table_schema, table_name, "
            "column_name, column_name) FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', "
            "'information_schema') AND data_type IN ('text', 'character varying', 'character');"
            if raw
            else None,
            severity=Severity.BLOCKER if raw else Severity.WARNING,
        )
