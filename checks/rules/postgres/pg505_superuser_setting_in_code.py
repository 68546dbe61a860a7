from __future__ import annotations

from collections.abc import Iterable, Iterator

from checks.ddl.lexer import Kind
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_routine
from checks.route import Route
from checks.rule import Rule
from checks.stored_code import StoredCode, begins, is_name, stored_code

_SUPERUSER_ONLY = frozenset(
    """
    allow_in_place_tablespaces allow_system_table_mods backtrace_functions commit_delay compute_query_id
    deadlock_timeout debug_discard_caches dynamic_library_path event_triggers ignore_checksum_failure lc_messages
    lo_compat_privileges log_duration log_error_verbosity log_executor_stats log_lock_waits log_min_duration_sample
    log_min_duration_statement log_min_error_statement log_min_messages log_parameter_max_length log_parser_stats
    log_planner_stats log_replication_commands log_statement log_statement_sample_rate log_statement_stats
    log_temp_files log_transaction_sample_rate max_stack_depth session_preload_libraries temp_file_limit
    track_activities track_counts track_functions track_io_timing track_wal_io_timing update_process_title
    wal_compression wal_consistency_checking wal_init_zero wal_recycle zero_damaged_pages
    """.split()
)
"""The parameters of context superuser that PostgreSQL 17 lists, without session_replication_role."""


def _sets(code: StoredCode) -> Iterator[str]:
    for statement in code.statements:
        if begins(statement, "set"):
            local = begins(statement, "set", "local") or begins(statement, "set", "session")
            at = 2 if local else 1
            if at < len(statement) and is_name(statement[at]):
                yield statement[at].value.lower()
    for call, statement in code.calls({"set_config"}):
        if call.at + 1 < len(statement) and statement[call.at + 1].kind is Kind.STRING:
            yield statement[call.at + 1].value.lower()


class SuperuserSettingInCode(Rule):
    """Routine that sets what only a superuser may set.

    ## What it finds
    Functions and procedures with a SET clause (blocker), a SET statement or a set_config call (warnings) for a
    parameter that PostgreSQL leaves to superusers, such as log_statement, lc_messages or temp_file_limit.
    session_replication_role, which rds_superuser may set, is left out.

    ## Why it matters on Aurora
    With the clause, CREATE FUNCTION is refused, and the schema copy with it; the statement fails when it runs. Nobody
    is a superuser there.

    ## What to do
    Take the clause away, and set the parameter in the parameter group.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html
    """

    code = "PG505"
    slug = "superuser-setting-in-code"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html"
    )
    bad = (
        "CREATE FUNCTION quiet() RETURNS int LANGUAGE sql SET log_statement = 'none' AS 'SELECT 1';",
        "CREATE FUNCTION quiet() RETURNS int LANGUAGE plpgsql AS $$ BEGIN SET LOCAL lc_messages = 'C'; RETURN 1; END $$;",
    )
    good = (
        "CREATE FUNCTION quiet() RETURNS int LANGUAGE sql SET application_name = 'none' AS 'SELECT 1';",
        "CREATE FUNCTION quiet() RETURNS int LANGUAGE plpgsql AS $$ BEGIN SET LOCAL lc_numeric = 'C'; RETURN 1; END $$;",
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for routine in catalog.routines:
            for name in sorted({name for name in routine.settings if name.lower() in _SUPERUSER_ONLY}):
                yield self.finding(
                    routine.ref,
                    f"has SET {name}, which only a superuser may: it cannot be made on the target",
                    remedy="Take the clause away before the schema is copied.",
                    sql=f"ALTER ROUTINE {quoted_routine(routine)} RESET {quoted(name)};",
                )
        for code in stored_code(catalog, _SUPERUSER_ONLY):
            names = sorted(set(_sets(code)) & _SUPERUSER_ONLY)
            if names:
                yield self.finding(
                    code.ref,
                    f"sets {', '.join(names)} when it runs, which only a superuser may",
                    remedy="Take the statement out, and set the parameter in the parameter group.",
                    severity=Severity.WARNING,
                )
