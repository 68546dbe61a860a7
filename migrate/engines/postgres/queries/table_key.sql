-- The best key of one table: the primary key, else the smallest unique index over NOT NULL columns.
-- One row per key column: name, and the equality operator of the index.  $1 schema, $2 table
WITH candidates AS (
  SELECT i.indexrelid, i.indisprimary, i.indkey, i.indclass, i.indrelid,
         CASE WHEN to_jsonb(i) ? 'indnkeyatts' THEN (to_jsonb(i) ->> 'indnkeyatts')::int ELSE i.indnatts END AS width
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = $1 AND c.relname = $2
     AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
     AND (i.indisprimary OR i.indimmediate)
  OFFSET 0  -- find the few indexes first, then describe them
), described AS (
  SELECT k.indexrelid, k.indisprimary, k.width, p.place, a.attname::text AS column_name, a.attnotnull,
         opn.nspname::text AS operator_schema, op.oprname::text AS operator_name
    FROM candidates k
    CROSS JOIN LATERAL generate_series(0, k.width - 1) AS p(place)
    JOIN pg_attribute a ON a.attrelid = k.indrelid AND a.attnum = k.indkey[p.place]
    JOIN pg_opclass oc ON oc.oid = k.indclass[p.place]
    JOIN pg_amop ao ON ao.amopfamily = oc.opcfamily AND ao.amopstrategy = 3
     AND ao.amoplefttype = oc.opcintype AND ao.amoprighttype = oc.opcintype
    JOIN pg_operator op ON op.oid = ao.amopopr
    JOIN pg_namespace opn ON opn.oid = op.oprnamespace
), best AS (
  SELECT indexrelid
    FROM described
   GROUP BY indexrelid, indisprimary, width
  HAVING bool_and(attnotnull) AND count(*) = width
   ORDER BY indisprimary DESC, width, array_agg(column_name ORDER BY place) COLLATE "C"
   LIMIT 1
)
SELECT column_name, operator_schema, operator_name
  FROM described JOIN best USING (indexrelid)
 ORDER BY place
