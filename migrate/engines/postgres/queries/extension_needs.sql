-- Extensions with their schema, and whether something outside of them depends on one of their objects.
WITH members AS (
  SELECT d.classid, d.objid, d.refobjid AS extension FROM pg_depend d
   WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
)
SELECT e.extname::text, n.nspname::text,
       EXISTS (SELECT 1 FROM members m JOIN pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid
                WHERE m.extension = e.oid AND d.deptype IN ('n', 'a')
                  AND d.classid <> 'pg_extension'::regclass
                  AND NOT EXISTS (SELECT 1 FROM members o WHERE o.classid = d.classid AND o.objid = d.objid))
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
 WHERE e.extname <> 'plpgsql'
 ORDER BY e.oid
