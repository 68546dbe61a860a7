from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_code import code_of
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule

_WORDS = re.compile(r"\binto (out|dump)file\b|\bload_file \(|\bload data (local )?infile\b")


class FileAccessInCode(Rule):
    """Code that reads or writes files of the server.

    ## What it finds
    Views, routines, triggers and events with INTO OUTFILE or DUMPFILE, LOAD_FILE or LOAD DATA INFILE.

    ## Why it matters on Aurora
    Aurora gives nobody its file system.

    ## What to do
    Use LOAD DATA FROM S3 and SELECT INTO OUTFILE S3, or let the client read and write.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Integrating.LoadFromS3.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Integrating.SaveIntoS3.html
    """

    code = "MY505"
    slug = "file-access-in-code"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Integrating.LoadFromS3.html"
    engines = MYSQL_FAMILY
    bad = (
        (
            "CREATE TABLE item (id int NOT NULL PRIMARY KEY); CREATE PROCEDURE export() SELECT id FROM "
            "item INTO OUTFILE '/tmp/items';"
        ),
    )
    good = (("CREATE TABLE item (id int NOT NULL PRIMARY KEY); CREATE PROCEDURE export() SELECT id FROM item;"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for code in code_of(catalog):
            found = sorted({match[0] for match in _WORDS.finditer(code.spoken)})
            if found:
                yield self.finding(
                    code.ref,
                    f"uses files of the server: {', '.join(found)}",
                    remedy="Use S3, or let the client read and write.",
                )
