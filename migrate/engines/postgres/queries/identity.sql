-- Who answers: system identifier and timeline, version, database, whether it takes writes.
SELECT (SELECT system_identifier::text FROM pg_control_system()) || '/' ||
       CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id FROM pg_control_checkpoint())
            ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END,
       current_setting('server_version'),
       current_database()::text,
       NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'
