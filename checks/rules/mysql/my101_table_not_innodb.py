from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_names import quoted_table
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule

_CONVERTED = ("myisam", "mrg_myisam", "aria", "memory", "archive", "csv", "blackhole")
_EFFECTS = {"memory": ", empty after each restart", "blackhole": ", which keeps nothing"}


class TableNotInnodb(Rule):
    """Table that is not stored in InnoDB.

    ## What it finds
    Tables of another storage engine. It is a blocker where the engine keeps no rows of its own here or MySQL does
    not have it (FEDERATED, CONNECT, SPIDER, ColumnStore, RocksDB), otherwise a warning.

    ## Why it matters on Aurora
    Aurora keeps rows in InnoDB alone. Rows of MyISAM, Aria, ARCHIVE and CSV are no part of a consistent snapshot,
    and full-text and key lengths differ after the change; MEMORY tables, which are empty after a restart, last from
    then on; BLACKHOLE tables begin to grow.

    ## What to do
    Change the engine on the source before the load, one table at a time; leave out tables without rows of their
    own.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Migrating.RDSMySQL.Import.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    """

    code = "MY101"
    slug = "table-not-innodb"
    severity = Severity.WARNING
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Migrating.RDSMySQL.Import.html"
    engines = MYSQL_FAMILY
    bad = ("CREATE TABLE session (id int NOT NULL PRIMARY KEY) ENGINE=MyISAM;",)
    good = ("CREATE TABLE session (id int NOT NULL PRIMARY KEY) ENGINE=InnoDB;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            engine = table.storage_engine
            if engine in (None, "innodb"):
                continue
            if engine not in _CONVERTED:
                yield self.finding(
                    table.ref,
                    f"is stored in {engine}, which Aurora does not have",
                    remedy="Leave the table out, or keep its rows in an InnoDB table.",
                    severity=Severity.BLOCKER,
                )
            else:
                yield self.finding(
                    table.ref,
                    f"is stored in {engine}{_EFFECTS.get(engine, ', so in no snapshot')}; on Aurora it becomes InnoDB",
                    remedy="Change its engine before the load; the table is rewritten.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} ENGINE = InnoDB;",
                )
