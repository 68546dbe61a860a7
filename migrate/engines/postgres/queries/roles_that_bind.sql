-- Roles that objects of these schemas cannot do without: name, what names it.  $1 schemas
WITH base AS (SELECT oid FROM pg_database WHERE datname = current_database()), found AS (
  SELECT d.refobjid AS role, CASE WHEN d.classid = 'pg_default_acl'::regclass THEN 'default privileges'
           WHEN d.deptype = 'o' THEN 'owner' WHEN d.deptype = 'r' THEN 'policies' ELSE 'grants' END AS how
    FROM pg_shdepend d JOIN base b ON b.oid = d.dbid WHERE d.refclassid = 'pg_authid'::regclass
  UNION
  SELECT r, 'policies' FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace,
         unnest(p.polroles) r WHERE r <> 0 AND n.nspname = ANY ($1::text[])
  UNION
  SELECT d.defaclrole, 'default privileges' FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
   WHERE n.oid IS NULL OR n.nspname = ANY ($1::text[])
)
SELECT r.rolname::text, array_agg(DISTINCT f.how ORDER BY f.how), bool_or(f.how IN ('policies', 'default privileges'))
  FROM found f JOIN pg_roles r ON r.oid = f.role GROUP BY 1 ORDER BY 1
