-- Event triggers of the database; they belong to no schema.
SELECT e.evtname::text, e.evtevent::text, e.evtfoid::regproc::text, e.evtenabled::text
  FROM pg_event_trigger e
 WHERE NOT EXISTS (SELECT 1 FROM pg_depend d
                    WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e')
 ORDER BY 1
