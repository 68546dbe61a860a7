-- Tables whose log lines belong to other ones: a table itself, or a partitioned table's leaves, too.
-- identity: columns whose old values an UPDATE or DELETE prints; NULL where it prints all.
-- $1 schemas, $2 names, pairwise
WITH RECURSIVE tree(root_schema, root_name, root, oid) AS (
  SELECT w.schema, w.name, c.oid, c.oid
    FROM unnest($1::text[], $2::text[]) AS w(schema, name)
    JOIN pg_namespace n ON n.nspname = w.schema::name
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name::name
  UNION ALL
  SELECT t.root_schema, t.root_name, t.root, i.inhrelid
    FROM tree t JOIN pg_class p ON p.oid = t.oid AND p.relkind = 'p' JOIN pg_inherits i ON i.inhparent = t.oid
)
SELECT t.root_schema, t.root_name, n.nspname::text, c.relname::text, c.relreplident = 'f',
       coalesce(array(
         SELECT a.attname::text
           FROM pg_index i
           JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
          WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
            AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END
       ), '{}'::text[])
  FROM tree t JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind <> 'p' OR c.oid = t.root
