-- Every sequence of the application in the schemas $1, in all where $1 is empty: where it stands and how it steps.
SELECT n.nspname::text, c.relname::text, v.last_value,
       s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
       has_sequence_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE')
  FROM pg_sequence s
  JOIN pg_class c ON c.oid = s.seqrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_sequences v ON v.schemaname = n.nspname AND v.sequencename = c.relname
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'aurora_migrate', 'awsdms_control')
   AND (cardinality($1::text[]) = 0 OR n.nspname = ANY ($1::text[]))
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY 1, 2
