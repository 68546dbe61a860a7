-- Who makes things where: schema and role that owns something in it (NULL: the schema itself), and whether it may so for good.  $1 schemas,
-- $2 superusers that count like others
WITH owners AS (
  SELECT c.relnamespace AS schema, c.relowner AS role FROM pg_class c WHERE c.relkind NOT IN ('t', 'i', 'I')
  UNION SELECT p.pronamespace, p.proowner FROM pg_proc p
  UNION SELECT t.typnamespace, t.typowner FROM pg_type t
  UNION SELECT s.stxnamespace, s.stxowner FROM pg_statistic_ext s
  UNION SELECT c.collnamespace, c.collowner FROM pg_collation c
  UNION SELECT o.oprnamespace, o.oprowner FROM pg_operator o
  UNION SELECT o.opcnamespace, o.opcowner FROM pg_opclass o
  UNION SELECT d.dictnamespace, d.dictowner FROM pg_ts_dict d
  UNION SELECT d.cfgnamespace, d.cfgowner FROM pg_ts_config d
)
SELECT n.nspname::text, r.rolname::text, n.nspowner = r.oid OR EXISTS (
         SELECT 1 FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a WHERE a.grantee = r.oid AND a.privilege_type = 'CREATE')
  FROM owners o JOIN pg_namespace n ON n.oid = o.schema JOIN pg_roles r ON r.oid = o.role
 WHERE n.nspname = ANY ($1::text[]) AND (NOT r.rolsuper OR r.rolname = ANY ($2::text[])) AND r.rolname !~ '^(pg_|rds)' AND r.rolname <> current_user
UNION ALL
SELECT NULL, r.rolname::text, EXISTS (
         SELECT 1 FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
          WHERE d.datname = current_database() AND a.grantee = r.oid AND a.privilege_type = 'CREATE')
  FROM pg_roles r
 WHERE (r.oid IN (SELECT nspowner FROM pg_namespace WHERE nspname = ANY ($1::text[])) OR r.oid IN (SELECT pubowner FROM pg_publication))
   AND (NOT r.rolsuper OR r.rolname = ANY ($2::text[])) AND r.rolname !~ '^(pg_|rds)' AND r.rolname <> current_user
 ORDER BY 1, 2
