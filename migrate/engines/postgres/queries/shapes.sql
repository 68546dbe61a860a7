-- All that hashing must know of many tables, one row each; a table that is not there has none.
-- Last but one: how far the key's first column follows the physical order, 0 to 1; NULL if not known, or the table is
-- small. Last: which files the rows lie in, and as what; another one when the table was made anew, emptied, rewritten or
-- renamed, or a column of it was dropped.
-- $1 schemas, $2 names, pairwise; $3 bytes up to which a table is small
WITH RECURSIVE wanted AS (
  SELECT c.oid, n.nspname, c.relname, c.relkind, c.relrowsecurity,
         has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
         has_schema_privilege(n.oid, 'USAGE') AS reachable
    FROM unnest($1::text[], $2::text[]) AS w(schema, name)
    JOIN pg_namespace n ON n.nspname = w.schema::name
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name::name AND c.relkind IN ('r', 'p', 'f', 'm')
), tree(root, oid) AS (
  SELECT oid, oid FROM wanted
  UNION ALL
  SELECT t.root, i.inhrelid
    FROM tree t JOIN pg_class p ON p.oid = t.oid AND p.relkind = 'p' JOIN pg_inherits i ON i.inhparent = p.oid
), locked AS (
  -- pg_relation_size would wait for these
  SELECT DISTINCT relation FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation IS NOT NULL
), measured AS (
  SELECT t.root, c.oid, c.relfilenode, c.relkind, c.relpages, c.reltuples,
         -- written anew when the table is renamed, though it be called as before again
         (SELECT y.xmin::text FROM pg_type y WHERE y.oid = c.reltype) AS named,
         -- a column that was dropped and added again has another number, and no row was written
         (SELECT string_agg(a.attnum::text, ',' ORDER BY a.attnum) FROM pg_attribute a
           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS places,
         CASE WHEN c.relkind NOT IN ('r', 'm') THEN 0
              WHEN c.oid IN (SELECT relation FROM locked) OR c.reltoastrelid IN (SELECT relation FROM locked)
              THEN c.relpages::bigint * current_setting('block_size')::int
              ELSE pg_relation_size(c.oid)
         END AS main,
         coalesce((SELECT o.relpages::bigint * current_setting('block_size')::int FROM pg_class o
                    WHERE o.oid = c.reltoastrelid AND c.reltoastrelid <> 0), 0) AS apart
    FROM tree t JOIN pg_class c ON c.oid = t.oid
), sizes AS (
  -- as the planner does: tuples per page as last counted, times the pages of now; -1 when a part was never counted
  SELECT root, bool_or(relkind = 'f') AS foreign_part,
         md5(string_agg(concat_ws(':', oid, relfilenode, named, places), ' ' ORDER BY oid)) AS identity,
         coalesce(sum(main), 0)::bigint AS main, coalesce(sum(main + apart), 0)::bigint AS bytes,
         CASE WHEN bool_or(relkind IN ('r', 'm') AND main > 0 AND (relpages = 0 OR reltuples < 0)) THEN -1
              ELSE coalesce(sum(CASE WHEN relpages > 0
                                     THEN reltuples / relpages * (main / current_setting('block_size')::int) END), 0)
         END::bigint AS tuples
    FROM measured GROUP BY root
), attributes AS (
  SELECT a.attrelid, a.attname, a.atttypid, a.atttypmod, a.attcollation,
         w.readable OR has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS readable
    FROM wanted w JOIN pg_attribute a ON a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
), walked(column_type, type_id, modifier) AS (
  SELECT DISTINCT atttypid, atttypid, -1 FROM attributes
  UNION ALL
  SELECT b.column_type, t.typbasetype, t.typtypmod
    FROM walked b JOIN pg_type t ON t.oid = b.type_id WHERE t.typtype = 'd'
), types AS (
  SELECT b.column_type, b.modifier, b.type_id <> b.column_type AS domain, t.oid AS base,
         tn.nspname AS base_schema, t.typname AS base_name, t.typtype AS kind, t.typcategory AS category,
         e.oid AS element, en.nspname AS element_schema, e.typname AS element_name
    FROM walked b
    JOIN pg_type t ON t.oid = b.type_id AND t.typtype <> 'd'
    JOIN pg_namespace tn ON tn.oid = t.typnamespace
    LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typlen = -1 AND t.typcategory = 'A' AND t.typname LIKE '\_%'
    LEFT JOIN pg_namespace en ON en.oid = e.typnamespace
), columns AS (
  SELECT a.attrelid, bool_and(a.readable) AS readable,
         json_agg(json_build_array(
           a.attname, y.base_schema, y.base_name, y.kind, y.category,
           CASE WHEN y.domain THEN y.modifier ELSE a.atttypmod END, y.element_schema, y.element_name,
           y.base::bigint, a.attcollation::bigint)) AS listed
    FROM attributes a JOIN types y ON y.column_type = a.atttypid
   GROUP BY a.attrelid
), candidates AS (
  SELECT i.indexrelid, i.indrelid, i.indisprimary, i.indkey, i.indclass, i.indnkeyatts AS width
    FROM wanted w JOIN pg_index i ON i.indrelid = w.oid
   WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indimmediate
  OFFSET 0  -- find the few indexes first, then describe them: the planner has no idea how many there are
), described AS (
  -- from version 18 on a NOT NULL may stand for new rows alone
  SELECT k.indexrelid, k.indrelid, k.indisprimary, k.width, p.place, a.attname,
         a.attnotnull AND NOT EXISTS (
           SELECT 1 FROM pg_constraint n
            WHERE n.conrelid = k.indrelid AND n.contype = 'n' AND NOT n.convalidated AND a.attnum = ANY (n.conkey)
         ) AS never_null,
         opn.nspname AS operator_schema, op.oprname AS operator_name
    FROM candidates k
    CROSS JOIN LATERAL generate_series(0, k.width - 1) AS p(place)
    JOIN pg_attribute a ON a.attrelid = k.indrelid AND a.attnum = k.indkey[p.place]
    JOIN pg_opclass oc ON oc.oid = k.indclass[p.place]
    JOIN pg_am am ON am.oid = oc.opcmethod AND am.amname = 'btree'
    JOIN pg_amop ao ON ao.amopfamily = oc.opcfamily AND ao.amopstrategy = 3
     AND ao.amoplefttype = oc.opcintype AND ao.amoprighttype = oc.opcintype
    JOIN pg_operator op ON op.oid = ao.amopopr
    JOIN pg_namespace opn ON opn.oid = op.oprnamespace
), best AS (
  SELECT DISTINCT ON (indrelid) indrelid,
         json_agg(json_build_array(attname, operator_schema, operator_name) ORDER BY place) AS listed
    FROM described
   GROUP BY indrelid, indexrelid, indisprimary, width
  HAVING bool_and(never_null) AND count(*) = width
   ORDER BY indrelid, indisprimary DESC, width, array_agg(attname::text COLLATE "C" ORDER BY place)
)
SELECT w.nspname::text, w.relname::text, w.relkind::text, s.tuples, s.main, s.bytes, s.foreign_part,
       w.readable OR (w.reachable AND coalesce(c.readable, false)),
       w.relrowsecurity AND row_security_active(w.oid),
       c.listed, b.listed,
       CASE WHEN s.main > $3 AND b.listed IS NOT NULL THEN (
         SELECT abs(t.correlation) FROM pg_stats t
          WHERE t.schemaname = w.nspname AND t.tablename = w.relname AND t.attname = (b.listed -> 0 ->> 0)::name
            AND t.inherited = (w.relkind = 'p')
       ) END::float8,
       s.identity
  FROM wanted w
  JOIN sizes s ON s.root = w.oid
  LEFT JOIN columns c ON c.attrelid = w.oid
  LEFT JOIN best b ON b.indrelid = w.oid
