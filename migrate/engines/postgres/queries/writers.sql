-- Open transactions that have written, in all databases: a new slot waits for them.
SELECT a.usename::text, extract(epoch FROM clock_timestamp() - a.xact_start)::int, a.datname::text, a.pid
  FROM pg_stat_activity a
 WHERE a.backend_xid IS NOT NULL AND a.xact_start IS NOT NULL AND a.usename IS NOT NULL AND a.pid <> pg_backend_pid()
 ORDER BY a.xact_start
