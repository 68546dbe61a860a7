-- One row about the server and the database.
SELECT current_setting('server_version'), current_database()::text, pg_database_size(current_database()),
       current_setting('max_replication_slots')::int, (SELECT count(*)::int FROM pg_replication_slots),
       current_setting('max_wal_senders')::int, (SELECT count(*)::int FROM pg_stat_replication)
