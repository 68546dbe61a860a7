from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, is_on, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class PackedBinaryLog(Rule):
    """Binary log that is compressed or encrypted.

    ## What it finds
    Servers with binlog_transaction_compression (MySQL), log_bin_compress or encrypt_binlog (MariaDB).

    ## Why it matters on Aurora
    DMS does not read compressed transactions. MariaDB's compressed events are its own, and an encrypted log of
    MariaDB is open to its own replicas alone.

    ## What to do
    Turn it off, and start capturing after FLUSH BINARY LOGS.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY307"
    slug = "packed-binary-log"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(binlog_transaction_compression="ON"), because=BECAUSE),)
    good = (LiveExample(with_settings(binlog_transaction_compression="OFF"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for name in ("binlog_transaction_compression", "log_bin_compress", "encrypt_binlog"):
            if is_on(catalog, name):
                yield self.finding(
                    ObjectRef("server", name),
                    "is on: DMS cannot read such a log",
                    remedy="Turn it off, also where it is configured, and begin a new file.",
                    sql=None if name == "encrypt_binlog" else f"SET GLOBAL {name} = OFF; FLUSH BINARY LOGS;",
                )
