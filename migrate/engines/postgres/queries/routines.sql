-- Functions, procedures and aggregates; window functions count as functions.  $1 schemas
SELECT n.nspname::text, p.proname::text, pg_get_function_identity_arguments(p.oid),
       CASE WHEN to_jsonb(p) ->> 'prokind' = 'p' THEN 'procedure'
            WHEN to_jsonb(p) ->> 'prokind' = 'a' OR to_jsonb(p) ->> 'proisagg' = 'true' THEN 'aggregate'
            ELSE 'function' END,
       l.lanname::text,
       coalesce((SELECT format('(SFUNC = %s, STYPE = %s)', a.aggtransfn::regproc, format_type(a.aggtranstype, NULL))
                   FROM pg_aggregate a WHERE a.aggfnoid = p.oid),
                CASE WHEN to_jsonb(p) ->> 'prosqlbody' IS NOT NULL
                     THEN substring(pg_get_functiondef(p.oid) FROM '\n((?:BEGIN ATOMIC|RETURN )(?:.*))$') END,
                p.prosrc),
       p.prosecdef, pg_get_userbyid(p.proowner)::text,
       ARRAY(SELECT split_part(c, '=', 1) FROM unnest(p.proconfig) AS c)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
 WHERE n.nspname = ANY ($1::text[])
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
 ORDER BY 1, 2, 3
