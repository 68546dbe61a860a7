from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ConstraintKind, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import is_on
from checks.route import MYSQL_FAMILY, Engine, Route, Version
from checks.rule import Rule

_LOGGED_SINCE = Version((9, 6))


class ForeignKeyThatCascades(Rule):
    """Foreign key that changes rows by itself.

    ## What it finds
    Foreign keys ON DELETE or ON UPDATE with CASCADE, SET NULL or SET DEFAULT.

    ## Why it matters on Aurora
    InnoDB changes the child's rows beneath the binary log, so changes of a parent arrive on the target without
    those of its children. Only from MySQL 9.6 on, without innodb_native_foreign_keys, are they logged, ahead of the
    parent's: then the target would change them twice.

    ## What to do
    Keep the key on the target and its checks on while changes are applied, so that it cascades there as well, and
    do not apply in batches; this toolkit does so. Compare the children before the cutover.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://dev.mysql.com/doc/refman/9.7/en/replication-features-foreign-keys.html
    """

    code = "MY110"
    slug = "foreign-key-that-cascades"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = (
        (
            "CREATE TABLE shelf (id int NOT NULL PRIMARY KEY); CREATE TABLE book (id int NOT NULL "
            "PRIMARY KEY, shelf int, FOREIGN KEY (shelf) REFERENCES shelf (id) ON DELETE CASCADE);"
        ),
    )
    good = (
        (
            "CREATE TABLE shelf (id int NOT NULL PRIMARY KEY); CREATE TABLE book (id int NOT NULL "
            "PRIMARY KEY, shelf int, FOREIGN KEY (shelf) REFERENCES shelf (id));"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        logged = (
            catalog.engine is Engine.MYSQL
            and catalog.version is not None
            and catalog.version >= _LOGGED_SINCE
            and is_on(catalog, "innodb_native_foreign_keys") is False
        )
        effect = (
            "which this server also logs: the target changes them twice"
            if logged
            else "which the binary log does not tell"
        )
        for table, key in catalog.constraints(ConstraintKind.FOREIGN_KEY):
            actions = {"DELETE": key.on_delete, "UPDATE": key.on_update}
            acts = [f"ON {event} {action.upper()}" for event, action in actions.items() if action]
            if acts:
                yield self.finding(
                    ObjectRef("foreign key", f"{table.name}.{key.name}", table.location),
                    f"changes rows {' and '.join(acts)}, {effect}",
                    remedy="Start the source with innodb_native_foreign_keys=ON for the migration."
                    if logged
                    else "Keep the key on the target with foreign_key_checks=1 while changes are applied.",
                )
