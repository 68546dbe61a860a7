-- Which of these tables are there.  $1 schemas, $2 names, pairwise
SELECT n.nspname::text, c.relname::text
  FROM unnest($1::text[], $2::text[]) AS w(schema, name)
  JOIN pg_namespace n ON n.nspname = w.schema::name
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name::name AND c.relkind IN ('r', 'p', 'f', 'm')
