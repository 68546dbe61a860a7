-- Tables of which the log does not tell rows apart, by any of their leaves: no replica identity, or that of an index which
-- is not there any more or deferrable.
-- $1 schemas, $2 names, pairwise
WITH RECURSIVE tree(schema, name, oid) AS (
  SELECT n.nspname::text, c.relname::text, c.oid
    FROM unnest($1::text[], $2::text[]) AS w(schema, name)
    JOIN pg_namespace n ON n.nspname = w.schema::name
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name::name
  UNION ALL
  SELECT t.schema, t.name, i.inhrelid
    FROM tree t JOIN pg_class p ON p.oid = t.oid AND p.relkind = 'p' JOIN pg_inherits i ON i.inhparent = p.oid
)
SELECT DISTINCT t.schema, t.name
  FROM tree t JOIN pg_class c ON c.oid = t.oid AND c.relkind = 'r'
 WHERE c.relreplident <> 'f' AND NOT EXISTS
       (SELECT FROM pg_index i
         WHERE i.indrelid = c.oid AND i.indimmediate
           AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END)
