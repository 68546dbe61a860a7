-- What others run now on this server: neither the toolkit nor the server itself, nor a feed that waits for changes.
-- Last: sessions whose state this user may not see.  $1 pattern of the toolkit's application_name
SELECT count(*) FILTER (WHERE state IN ('active', 'fastpath function call'))::int,
       greatest(coalesce(extract(epoch FROM max(clock_timestamp() - query_start) FILTER (WHERE state = 'active')), 0), 0)::float8,
       count(*) FILTER (WHERE query = '<insufficient privilege>')::int
  FROM pg_stat_activity
 WHERE coalesce(backend_type, 'client backend') = 'client backend'
   AND coalesce(application_name, '') !~ $1 AND pid <> pg_backend_pid()
