-- Triggers that somebody made; not those of constraints.  $1 oids of the tables, $2 schemas of views
SELECT t.tgname::text, n.nspname::text, c.relname::text, t.tgenabled::text, pg_get_triggerdef(t.oid)
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT t.tgisinternal AND coalesce(to_jsonb(t) ->> 'tgparentid', '0') = '0'
   AND (t.tgrelid = ANY ($1::oid[]) OR (c.relkind = 'v' AND n.nspname = ANY ($2::text[])))
 ORDER BY 2, 3, 1
