-- Sessions in this database that are neither a friend's nor the service's own.  $1 friends, $2 accounts of the service
SELECT a.pid, a.usename::text, a.application_name, coalesce(a.backend_type, 'session')
  FROM pg_stat_activity a
 WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
   AND a.usename IS NOT NULL AND a.usename <> ALL ($1::text[]) AND a.usename <> ALL ($2::text[])
   AND coalesce(a.backend_type, '') NOT LIKE '%launcher'
   AND coalesce(a.backend_type, '') NOT IN ('autovacuum worker', 'parallel worker')
 ORDER BY a.pid
