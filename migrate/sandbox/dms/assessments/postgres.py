"""Assessments of a PostgreSQL source. Prefix, five names and subjects are dms.md §17's, other names assumed.

What a good value is stands in dms.md §10 (source preparation).
"""

from __future__ import annotations

from migrate.sandbox.dms.assessments.look import Look
from migrate.sandbox.dms.assessments.verdict import (
    PASSED,
    SKIPPED,
    Verdict,
    failed_by,
    failed_unless,
    warned_by,
    warned_unless,
)

SUPPORTED = range(9, 18)
"""Major versions in dms.md §10's pages; 18 is in none of them."""
LONG_SECONDS = 600
"""From when on a transaction is long (assumption)."""
UNSUPPORTED = frozenset({"pg_lsn", "pg_snapshot", "txid_snapshot", "xid8"})
"""Types of the server's own workings (assumption: dms.md names no list)."""
LEAST_WORK_MEM_KB = 65_536


def types(look: Look) -> Verdict:
    found = (
        f"{one.schema}.{one.name}.{column.name} ({column.type_name})"
        for one, _ in look.pairs
        for column in one.columns
        if column.type_name in UNSUPPORTED
    )
    return failed_by(found, "columns of types that DMS does not move")


def version(look: Look) -> Verdict:
    number = int(_setting(look, "server_version_num")) // 10_000
    return warned_unless(number in SUPPORTED, f"PostgreSQL {number} is not among the versions DMS names")


def wal_level(look: Look) -> Verdict:
    return _capturing(look, _setting(look, "wal_level") == "logical", "wal_level is not logical")


def senders(look: Look) -> Verdict:
    return _capturing(look, int(_setting(look, "max_wal_senders")) > 1, "max_wal_senders must be more than 1")


def slots(look: Look) -> Verdict:
    ((used,),) = look.ask_source("SELECT count(*) FROM pg_replication_slots")
    most = int(_setting(look, "max_replication_slots"))
    return _capturing(look, used < most, f"all of max_replication_slots = {most} are in use")


def sender_timeout(look: Look) -> Verdict:
    if not look.captures:
        return SKIPPED
    milliseconds = int(_setting(look, "wal_sender_timeout"))
    fine = milliseconds == 0 or 10_000 <= milliseconds < 300_000
    return warned_unless(fine, f"wal_sender_timeout is {milliseconds} ms: 0, or 10 s to 5 min")


def slot_wal(look: Look) -> Verdict:
    if not look.captures:
        return SKIPPED
    return warned_unless(
        int(_setting(look, "max_slot_wal_keep_size")) == -1, "max_slot_wal_keep_size can invalidate the task's slot"
    )


def work_mem(look: Look) -> Verdict:
    if not look.captures:
        return SKIPPED
    kilobytes = int(_setting(look, "logical_decoding_work_mem"))
    return warned_unless(kilobytes >= LEAST_WORK_MEM_KB, "logical_decoding_work_mem is less than 64 MB")


def event_trigger(look: Look) -> Verdict:
    """With CaptureDdls DMS makes an event trigger on the source, which takes a superuser (dms.md §10)."""
    if not look.captures or str(look.source_settings.get("CaptureDdls", True)).lower() != "true":
        return SKIPPED
    ((may,),) = look.ask_source("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    return failed_unless(bool(may), "CaptureDdls is on and the user may not create its event trigger")


def postgis(look: Look) -> Verdict:
    found = (
        f"{one.schema}.{one.name}.{column.name}"
        for one, _ in look.pairs
        for column in one.columns
        if column.type_name in ("geometry", "geography")
    )
    return warned_by(found, "PostGIS columns")


def long_transactions(look: Look) -> Verdict:
    """A slot's creation waits for every open transaction."""
    rows = look.ask_source(
        "SELECT pid::text FROM pg_stat_activity WHERE xact_start < now() - make_interval(secs => %s)"
        " AND pid <> pg_backend_pid()",
        (LONG_SECONDS,),
    )
    return warned_by((f"pid {pid}" for (pid,) in rows), f"transactions open for more than {LONG_SECONDS} s")


def prepared_transactions(look: Look) -> Verdict:
    rows = look.ask_source("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()")
    return warned_unless(not rows, f"{len(rows)} prepared transactions are open")


def foreign_keys(look: Look) -> Verdict:
    """Without the bypass of dms.md §10 the load fails on them (dms.md §19 item 15)."""
    if not look.loads or "session_replication_role" in str(look.target_settings.get("AfterConnectScript", "")):
        return PASSED
    return failed_by(_of_targets(look, FOREIGN_KEYS), "foreign keys act on the target")


def secondary_indexes(look: Look) -> Verdict:
    return (
        warned_by(_of_targets(look, INDEXES), "secondary indexes on the target slow the load")
        if look.loads
        else SKIPPED
    )


POSTGRES = {
    "unsupported-data-types-in-source": types,
    "postgres-check-dbversion": version,
    "postgres-check-for-logical-decoding-work-mem": work_mem,
    "postgres-check-maxwalsenders": senders,
    "postgres-check-ddl-event-trigger": event_trigger,
    "postgres-check-postgis-data-type": postgis,
    "postgres-check-wal-level": wal_level,
    "postgres-check-max-replication-slots": slots,
    "postgres-check-wal-sender-timeout": sender_timeout,
    "postgres-check-max-slot-wal-keep-size": slot_wal,
    "postgres-check-long-running-transactions": long_transactions,
    "postgres-check-prepared-transactions": prepared_transactions,
    "postgres-check-target-foreign-keys": foreign_keys,
    "postgres-check-target-secondary-indexes": secondary_indexes,
}
FOREIGN_KEYS = """
SELECT n.nspname, c.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'f'
"""
INDEXES = """
SELECT n.nspname, c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisunique AND n.nspname NOT LIKE 'pg\\_%'
"""


def _setting(look: Look, name: str) -> str:
    """In the parameter's base unit."""
    ((value,),) = look.ask_source("SELECT setting FROM pg_settings WHERE name = %s", (name,))
    return str(value)


def _capturing(look: Look, fine: bool, what: str) -> Verdict:
    return failed_unless(fine, what) if look.captures else SKIPPED


def _of_targets(look: Look, query: str) -> list[str]:
    mine = set(look.target_names)
    return [f"{schema}.{table}" for schema, table in look.ask_target(query) if (schema, table) in mine]
