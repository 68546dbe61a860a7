-- Materialized views that hold rows, each after those it is made of, and whether one may be refreshed beside readers.  $1 schemas
WITH RECURSIVE seen AS (
  SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name,
         EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
                    AND i.indexprs IS NULL) AS beside
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'm' AND c.relispopulated AND n.nspname = ANY ($1::text[])
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), needs AS (
  SELECT DISTINCT r.ev_class AS oid, d.refobjid AS needed FROM pg_rewrite r
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
), depth AS (
  SELECT oid, oid AS start, 0 AS steps FROM seen
  UNION SELECT n.needed, d.start, d.steps + 1 FROM depth d JOIN needs n ON n.oid = d.oid
)
SELECT s.schema, s.name, s.beside FROM seen s JOIN depth d ON d.start = s.oid GROUP BY 1, 2, 3 ORDER BY max(d.steps), 1, 2
