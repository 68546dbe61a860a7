"""Assessments of a MySQL or MariaDB source. The subjects are dms.md §17's, the names are assumed.

What a good value is stands in dms.md §10 (source preparation, target grants).
"""

from __future__ import annotations

from migrate.sandbox.dms.assessments.look import Look
from migrate.sandbox.dms.assessments.verdict import SKIPPED, Verdict, failed_by, failed_unless, warned_by, warned_unless

DAY = 86_400
UNSUPPORTED = frozenset({"vector"})
"""Assumption: dms.md names no list."""


def types(look: Look) -> Verdict:
    found = (
        f"{one.schema}.{one.name}.{column.name} ({column.type_name})"
        for one, _ in look.pairs
        for column in one.columns
        if column.type_name in UNSUPPORTED
    )
    return failed_by(found, "columns of types that DMS does not move")


def log_bin(look: Look) -> Verdict:
    return _is(look, "log_bin", ("ON", "1"))


def log_format(look: Look) -> Verdict:
    return _is(look, "binlog_format", ("ROW",))


def row_image(look: Look) -> Verdict:
    return _is(look, "binlog_row_image", ("FULL",))


def compression(look: Look) -> Verdict:
    if not look.captures:
        return SKIPPED
    value = _variable(look, "binlog_transaction_compression") or _variable(look, "log_bin_compress") or "OFF"
    return failed_unless(value.upper() in ("OFF", "0"), "the binary log is compressed")


def server_id(look: Look) -> Verdict:
    if not look.captures:
        return SKIPPED
    return failed_unless(int(_variable(look, "server_id") or 0) >= 1, "server_id must be at least 1")


def retention(look: Look) -> Verdict:
    """Zero keeps the log for ever."""
    if not look.captures:
        return SKIPPED
    seconds = float(_variable(look, "binlog_expire_logs_seconds") or 0)
    return warned_unless(seconds == 0 or seconds >= DAY, "the binary log is kept for less than a day")


def storage_engine(look: Look) -> Verdict:
    rows = look.ask_source(
        "SELECT table_schema, table_name, engine FROM information_schema.tables WHERE table_schema IN %s",
        (look.schemas,),
    )
    mine = set(look.source_names)
    found = (f"{schema}.{name} ({engine})" for schema, name, engine in rows if (schema, name) in mine)
    return warned_by((one for one in found if not one.endswith("(InnoDB)")), "tables of another engine than InnoDB")


def auto_increment(look: Look) -> Verdict:
    """The attribute is lost when DMS makes the tables (dms.md §12)."""
    rows = look.ask_source(
        "SELECT table_schema, table_name FROM information_schema.columns"
        " WHERE extra LIKE '%%auto_increment%%' AND table_schema IN %s",
        (look.schemas,),
    )
    return warned_by(_mine(look, rows), "AUTO_INCREMENT is not carried over")


def partitions(look: Look) -> Verdict:
    rows = look.ask_source(
        "SELECT DISTINCT table_schema, table_name FROM information_schema.partitions"
        " WHERE partition_name IS NOT NULL AND table_schema IN %s",
        (look.schemas,),
    )
    return warned_by(_mine(look, rows), "partitioned tables")


def cascades(look: Look) -> Verdict:
    """What a cascade does is not in the log (before MySQL 9.6)."""
    if not look.captures:
        return SKIPPED
    rows = look.ask_source(
        "SELECT constraint_schema, table_name FROM information_schema.referential_constraints"
        " WHERE (delete_rule IN ('CASCADE', 'SET NULL') OR update_rule IN ('CASCADE', 'SET NULL'))"
        " AND constraint_schema IN %s",
        (look.schemas,),
    )
    return warned_by(_mine(look, rows), "foreign keys that cascade")


def local_infile(look: Look) -> Verdict:
    if not look.loads:
        return SKIPPED
    ((value,),) = look.ask_target("SELECT @@global.local_infile")
    return failed_unless(bool(value), "local_infile is off on the target")


def target_foreign_keys(look: Look) -> Verdict:
    """The load itself does without checks, changes do not (dms.md §10)."""
    rows = look.ask_target(
        "SELECT constraint_schema, table_name FROM information_schema.referential_constraints"
        " WHERE constraint_schema IN %s",
        (sorted({schema for schema, _ in look.target_names}) or [""],),
    )
    mine = set(look.target_names)
    return warned_by((f"{a}.{b}" for a, b in rows if (a, b) in mine), "foreign keys act on the target")


def generated_columns(look: Look) -> Verdict:
    found = (f"{one.schema}.{one.name}.{c.name}" for one, _ in look.pairs for c in one.columns if c.generated)
    return warned_by(found, "generated columns")


MYSQL = {
    "unsupported-data-types-in-source": types,
    "mysql-check-log-bin": log_bin,
    "mysql-check-binlog-format": log_format,
    "mysql-check-binlog-row-image": row_image,
    "mysql-check-binlog-compression": compression,
    "mysql-check-binlog-retention": retention,
    "mysql-check-server-id": server_id,
    "mysql-check-storage-engine": storage_engine,
    "mysql-check-auto-increment": auto_increment,
    "mysql-check-partitions": partitions,
    "mysql-check-cascade-constraints": cascades,
    "mysql-check-target-local-infile": local_infile,
    "mysql-check-target-foreign-keys": target_foreign_keys,
}
MARIADB = {**MYSQL, "mariadb-check-generated-columns": generated_columns}


def _variable(look: Look, name: str) -> str | None:
    rows = look.ask_source("SHOW GLOBAL VARIABLES LIKE %s", (name,))
    return str(rows[0][1]) if rows else None


def _is(look: Look, name: str, wanted: tuple[str, ...]) -> Verdict:
    if not look.captures:
        return SKIPPED
    value = _variable(look, name)
    fine = value is not None and value.upper() in wanted
    return failed_unless(fine, f"{name} is {value}, not {wanted[0]}")


def _mine(look: Look, rows: list[tuple[object, ...]]) -> list[str]:
    mine = set(look.source_names)
    return [f"{schema}.{table}" for schema, table in rows if (str(schema), str(table)) in mine]
