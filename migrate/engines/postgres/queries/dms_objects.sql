-- $1: schemas that are dropped as a whole. Kind, name, owner and size of DMS's objects outside of them.
SELECT 'table', n.nspname || '.' || c.relname, pg_get_userbyid(c.relowner)::text, pg_total_relation_size(c.oid)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname LIKE 'awsdms\_%' AND c.relkind IN ('r', 'p') AND n.nspname <> ALL ($1)
UNION ALL
SELECT 'function', n.nspname || '.' || p.proname, pg_get_userbyid(p.proowner)::text, NULL
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.proname LIKE 'awsdms\_%' AND n.nspname <> ALL ($1)
UNION ALL
SELECT 'event trigger', e.evtname::text, pg_get_userbyid(e.evtowner)::text, NULL
  FROM pg_event_trigger e
 WHERE e.evtname LIKE 'awsdms\_%'
ORDER BY 1, 2
