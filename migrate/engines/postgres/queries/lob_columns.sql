-- Columns that DMS treats as LOBs (dms.md §5.3): $1 schemas, $2 names, pairwise.
SELECT n.nspname::text, c.relname::text, a.attname::text, coalesce(b.typname, t.typname) = 'bytea'
  FROM unnest($1::text[], $2::text[]) AS w(schema, name)
  JOIN pg_namespace n ON n.nspname = w.schema::name
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name::name AND c.relkind IN ('r', 'm')
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
 WHERE coalesce(b.typname, t.typname) IN ('text', 'json', 'jsonb', 'bytea', 'xml', 'tsvector', 'path', 'polygon', 'hstore')
    OR coalesce(b.typcategory, t.typcategory) = 'A' OR t.typtype = 'c'
 ORDER BY 1, 2, a.attnum
