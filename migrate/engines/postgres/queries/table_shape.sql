-- Columns of one table with what is needed to hash them.  $1 schema, $2 table
WITH RECURSIVE base(column_type, type_id) AS (
  SELECT DISTINCT a.atttypid, a.atttypid
    FROM pg_attribute a WHERE a.attrelid = (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                                             WHERE n.nspname = $1 AND c.relname = $2)
     AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT b.column_type, t.typbasetype FROM base b JOIN pg_type t ON t.oid = b.type_id WHERE t.typtype = 'd'
)
SELECT a.attname::text,
       format_type(a.atttypid, a.atttypmod),
       CASE WHEN tn.nspname = 'pg_catalog' THEN t.typname::text ELSE tn.nspname || '.' || t.typname END,
       c.relkind::text,
       c.reltuples::bigint
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN base b ON b.column_type = a.atttypid
   AND NOT EXISTS (SELECT 1 FROM pg_type d WHERE d.oid = b.type_id AND d.typtype = 'd')
  LEFT JOIN pg_type t ON t.oid = b.type_id
  LEFT JOIN pg_namespace tn ON tn.oid = t.typnamespace
 WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'f', 'm')
 ORDER BY a.attnum
