from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import TypeKind, UserTypes, bare, columns, is_lob, modifiers
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class KeyTooWideToValidate(Rule):
    """Primary key that DMS cannot validate.

    ## What it finds
    Primary keys over text, bytea, json, xml and other types that DMS takes for LOBs, and over varchar of 1024
    characters or more, or without length.

    ## Why it matters on Aurora
    DMS's data validation does not compare a table by such a key, and its assessment objects to LOBs in one. Rows in
    full LOB mode are fetched by the key, one at a time.

    ## What to do
    Declare a length below 1024 where the values allow it. This toolkit's own validation compares such tables.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Validating.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.PG.html
    """

    code = "PG121"
    slug = "key-too-wide-to-validate"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Validating.html"
    methods = ("dms",)
    bad = ("CREATE TABLE page (path text PRIMARY KEY);",)
    good = ("CREATE TABLE page (path varchar(200) PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        types = UserTypes(catalog)
        for table, column, ref in columns(catalog):
            key = table.primary_key
            if key is None or column.name not in key.columns:
                continue
            spelled = types.resolved(column.type)
            wide = bare(spelled) == "character varying" and min(modifiers(spelled), default=1024) >= 1024
            if wide or is_lob(spelled) or types.kind(spelled) is TypeKind.COMPOSITE:
                yield self.finding(
                    ref,
                    f"is {column.type} and in the primary key: DMS does not validate the table by it",
                    remedy="Find the longest value; below 1024 characters, varchar with that length serves.",
                    sql=f"SELECT max(length({quoted(column.name)}::text)) FROM {quoted_table(table.name)};",
                )
