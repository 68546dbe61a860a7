-- Indexes that are not a constraint's own, as CREATE INDEX would make them.  $1 oids of tables, $2 schemas of materialized views
SELECT x.relname::text, n.nspname::text, c.relname::text,
       array(SELECT pg_get_indexdef(i.indexrelid, place, true) FROM generate_series(1, i.indnatts) AS g(place)
              WHERE place <= coalesce((to_jsonb(i) ->> 'indnkeyatts')::int, i.indnatts)),
       i.indisunique, am.amname::text, i.indisvalid, pg_get_indexdef(i.indexrelid)
  FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_am am ON am.oid = x.relam
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE (i.indrelid = ANY ($1::oid[])
        OR (c.relkind = 'm' AND n.nspname = ANY ($2::text[])))
   AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
 ORDER BY 2, 1
