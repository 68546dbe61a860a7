from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ConstraintKind, ObjectRef
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import Rule


class UniqueKeyOverWholeText(Rule):
    """Unique key over a whole text or blob.

    ## What it finds
    Unique keys with a TEXT or BLOB column without a prefix length, which MariaDB keeps by a hash.

    ## Why it matters on Aurora
    MySQL refuses such a key (error 1170); left out, duplicates get in.

    ## What to do
    Put a generated column with a hash of the text into a unique key instead.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY119"
    slug = "unique-key-over-whole-text"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = (Engine.MARIADB,)
    bad = ("CREATE TABLE link (id int NOT NULL PRIMARY KEY, url text, UNIQUE KEY by_url (url));",)
    good = ("CREATE TABLE link (id int NOT NULL PRIMARY KEY, url text, UNIQUE KEY by_url (url(100)));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            types = {column.name: column.type for column in table.columns}
            for key in table.constraints:
                if key.kind is not ConstraintKind.UNIQUE:
                    continue
                prefixes = key.prefixes or (None,) * len(key.columns)
                whole = [
                    name
                    for name, prefix in zip(key.columns, prefixes, strict=True)
                    if prefix is None and types.get(name, "").endswith(("text", "blob"))
                ]
                if whole:
                    yield self.finding(
                        ObjectRef("key", f"{table.name}.{key.name}", table.location),
                        f"is unique over the whole of {', '.join(whole)}, which MySQL refuses",
                        remedy="Make a stored generated column of its SHA2 and the key over that.",
                    )
