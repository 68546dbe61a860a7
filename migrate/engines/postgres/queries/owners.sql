-- Schemas, relations and sequences with the roles that own them; the service's own owners left out.  $1 schemas,
-- $2 superusers that count like others
SELECT 'SCHEMA', n.nspname::text, NULL::text, r.rolname::text
  FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
 WHERE n.nspname = ANY ($1::text[]) AND r.rolname !~ '^(pg_|rds)' AND (NOT r.rolsuper OR r.rolname = ANY ($2::text[])) AND r.rolname <> current_user
UNION ALL
SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname::text, c.relname::text, r.rolname::text
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
 WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
   AND r.rolname !~ '^(pg_|rds)' AND (NOT r.rolsuper OR r.rolname = ANY ($2::text[])) AND r.rolname <> current_user
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY 1, 2, 3
