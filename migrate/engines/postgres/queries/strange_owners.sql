-- Owners of tables in these schemas (none: all of the user's) that the own login is no member of, with how many.
SELECT pg_get_userbyid(c.relowner)::text, count(*)
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'm')
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'awsdms_control', 'aurora_migrate')
   AND (cardinality($1::text[]) = 0 OR n.nspname = ANY ($1::text[]))
   AND NOT pg_has_role(c.relowner, 'MEMBER')
   AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
 GROUP BY 1
 ORDER BY 1
