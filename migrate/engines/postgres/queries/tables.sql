-- Tables with what their columns and constraints do not say.  $1 schemas
SELECT c.oid, n.nspname::text, c.relname::text, c.relpersistence::text, c.relkind = 'p',
       pn.nspname::text, p.relname::text, c.relreplident::text, ts.spcname::text, am.amname::text,
       CASE WHEN c.relkind = 'r' AND c.reltuples >= 0 AND (c.reltuples > 0 OR c.relpages > 0
                 OR coalesce(s.last_analyze, s.last_autoanalyze) IS NOT NULL) THEN c.reltuples::bigint END,
       CASE WHEN c.relkind = 'r' THEN pg_total_relation_size(c.oid) ELSE 0 END,
       s.n_tup_upd + s.n_tup_del, c.relrowsecurity
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND c.relispartition
  LEFT JOIN pg_class p ON p.oid = i.inhparent
  LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
  LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
  LEFT JOIN pg_am am ON am.oid = (to_jsonb(c) ->> 'relam')::oid
  LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
 WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY ($1::text[])
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY 2, 3
