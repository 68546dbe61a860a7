-- Sequences with the column that owns them.  $1 schemas
SELECT n.nspname::text, c.relname::text, dn.nspname || '.' || t.relname || '.' || a.attname, d.deptype = 'i',
       CASE WHEN has_sequence_privilege(c.oid, 'SELECT') THEN v.last_value END, s.seqincrement, s.seqmax, s.seqcycle,
       has_sequence_privilege(c.oid, 'SELECT')
  FROM pg_sequence s
  JOIN pg_class c ON c.oid = s.seqrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_sequences v ON v.schemaname = n.nspname AND v.sequencename = c.relname
  LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
   AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
  LEFT JOIN pg_class t ON t.oid = d.refobjid
  LEFT JOIN pg_namespace dn ON dn.oid = t.relnamespace
  LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
 WHERE n.nspname = ANY ($1::text[])
   AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
 ORDER BY 1, 2
