-- Owners, grants, default privileges, comments: object, aspect, value. The toolkit's and DMS's own grantees are left out.
-- $1 schemas, $2 roles that stand for the owner of what they made, $3 roles that are left out, $4 roles with $5 what the other side
-- calls them, empty for one that it has not
WITH roles AS MATERIALIZED (
  SELECT r.oid, r.rolsuper, r.rolname::text AS here, coalesce(m.there, r.rolname::text) AS rolname, coalesce(m.there <> '', false) AS meant
    FROM pg_roles r LEFT JOIN unnest($4::text[], $5::text[]) AS m(here, there) ON m.here = r.rolname
), ours AS MATERIALIZED (
  SELECT 'pg_class'::regclass::oid AS class, c.oid, 0 AS sub, 'rel' AS kind, c.relowner AS owner, c.relacl AS acl,
         CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END AS default_kind,
         CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence'
              WHEN 'c' THEN 'type' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' ELSE 'table' END || ' ' || format('%I.%I', n.nspname, c.relname) AS object
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY ($1::text[]) AND c.relkind <> 't' AND c.relpersistence <> 't'
  UNION ALL
  SELECT 'pg_class'::regclass, a.attrelid, a.attnum, 'column', NULL, a.attacl, NULL, 'column ' || format('%I.%I.%I', n.nspname, c.relname, a.attname)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT 'pg_namespace'::regclass, n.oid, 0, 'schema', n.nspowner, n.nspacl, 'n', format('schema %I', n.nspname) FROM pg_namespace n WHERE n.nspname = ANY ($1::text[])
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, 0, 'routine', p.proowner, p.proacl, 'f',
         CASE p.prokind WHEN 'p' THEN 'procedure ' WHEN 'a' THEN 'aggregate ' ELSE 'function ' END || format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ANY ($1::text[])
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, 0, 'type', t.typowner, t.typacl, 'T', CASE t.typtype WHEN 'd' THEN 'domain ' ELSE 'type ' END || format('%I.%I', n.nspname, t.typname)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
   WHERE n.nspname = ANY ($1::text[]) AND t.typtype IN ('d', 'e', 'r', 'c', 'b') AND t.typcategory <> 'A' AND (t.typrelid = 0 OR c.relkind = 'c')
  UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid, 0, 'statistics', s.stxowner, NULL, NULL, format('statistics %I.%I', n.nspname, s.stxname)
    FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE n.nspname = ANY ($1::text[])
  UNION ALL SELECT 'pg_collation'::regclass, s.oid, 0, 'collation', s.collowner, NULL, NULL, format('collation %I.%I', n.nspname, s.collname)
    FROM pg_collation s JOIN pg_namespace n ON n.oid = s.collnamespace WHERE n.nspname = ANY ($1::text[])
  UNION ALL SELECT 'pg_operator'::regclass, s.oid, 0, 'operator', s.oprowner, NULL, NULL, format('operator %s', s.oid::regoperator)
    FROM pg_operator s JOIN pg_namespace n ON n.oid = s.oprnamespace WHERE n.nspname = ANY ($1::text[])
  UNION ALL SELECT 'pg_ts_config'::regclass, s.oid, 0, 'text', s.cfgowner, NULL, NULL, format('text search configuration %I.%I', n.nspname, s.cfgname)
    FROM pg_ts_config s JOIN pg_namespace n ON n.oid = s.cfgnamespace WHERE n.nspname = ANY ($1::text[])
  UNION ALL SELECT 'pg_constraint'::regclass, k.oid, 0, 'constraint', NULL, NULL, NULL, format('constraint %I on %s', k.conname, coalesce(nullif(k.conrelid, 0)::regclass::text, 'domain ' || k.contypid::regtype))
    FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE n.nspname = ANY ($1::text[])
  UNION ALL SELECT 'pg_trigger'::regclass, k.oid, 0, 'trigger', NULL, NULL, NULL, format('trigger %I on %s', k.tgname, k.tgrelid::regclass)
    FROM pg_trigger k JOIN pg_class c ON c.oid = k.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY ($1::text[]) AND NOT k.tgisinternal
  UNION ALL SELECT 'pg_policy'::regclass, k.oid, 0, 'policy', NULL, NULL, NULL, format('policy %I on %s', k.polname, k.polrelid::regclass)
    FROM pg_policy k JOIN pg_class c ON c.oid = k.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY ($1::text[])
  UNION ALL SELECT 'pg_rewrite'::regclass, k.oid, 0, 'rule', NULL, NULL, NULL, format('rule %I on %s', k.rulename, k.ev_class::regclass)
    FROM pg_rewrite k JOIN pg_class c ON c.oid = k.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY ($1::text[]) AND k.rulename <> '_RETURN'
  UNION ALL SELECT 'pg_event_trigger'::regclass, t.oid, 0, 'event trigger', t.evtowner, NULL, NULL, format('event trigger %I', t.evtname) FROM pg_event_trigger t WHERE t.evtname !~ '^awsdms'
  UNION ALL SELECT 'pg_publication'::regclass, p.oid, 0, 'publication', p.pubowner, NULL, NULL, format('publication %I', p.pubname) FROM pg_publication p WHERE p.pubname !~ '^(awsdms|sandbox)'
  UNION ALL SELECT 'pg_foreign_server'::regclass, s.oid, 0, 'server', s.srvowner, s.srvacl, 'S', format('server %I', s.srvname) FROM pg_foreign_server s
), kept AS (
  SELECT o.* FROM ours o WHERE NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e')
), named AS (
  SELECT k.*, CASE WHEN r.meant THEN r.rolname WHEN r.rolsuper OR r.here = ANY ($2::text[]) OR r.rolname ~ '^(pg_|rds)' THEN NULL ELSE nullif(r.rolname, '') END AS owner_name
    FROM kept k LEFT JOIN roles r ON r.oid = k.owner
)
SELECT object, 'owner' AS aspect, owner_name AS value FROM named WHERE owner_name IS NOT NULL AND kind NOT IN ('column') AND object !~ '^index '
UNION ALL
SELECT n.object, 'granted to ' || coalesce(g.rolname, 'PUBLIC'),
       string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ', ' ORDER BY a.privilege_type, a.is_grantable)
  FROM (SELECT k.*, s.grantee, s.privilege_type, bool_or(s.is_grantable) AS is_grantable FROM named k,
               aclexplode(CASE WHEN k.kind = 'column' THEN k.acl ELSE coalesce(k.acl, acldefault(k.default_kind, k.owner)) END) s
         WHERE k.kind IN ('rel', 'column', 'schema', 'routine', 'type', 'server') GROUP BY k.class, k.oid, k.sub, k.kind, k.owner, k.acl, k.default_kind, k.object, k.owner_name, s.grantee, s.privilege_type) n
  JOIN LATERAL (SELECT n.privilege_type, n.is_grantable) a ON true
  LEFT JOIN roles g ON g.oid = n.grantee
 WHERE n.grantee IS DISTINCT FROM n.owner AND NOT (g.rolname IS NOT NULL AND NOT g.meant AND (g.rolsuper OR g.here = ANY ($2::text[]) OR g.here = ANY ($3::text[]) OR g.rolname = '' OR g.rolname ~ '^(pg_|rds)'))
   AND NOT (n.object ~ '^index ')
 GROUP BY 1, 2
UNION ALL
SELECT k.object, 'comment', d.description FROM kept k JOIN pg_description d ON d.classoid = k.class AND d.objoid = k.oid AND d.objsubid = k.sub
UNION ALL
SELECT format('default privileges of %I%s for %s', r.rolname, coalesce(' in ' || quote_ident(n.nspname), ''), d.defaclobjtype), 'granted to ' || coalesce(g.rolname, 'PUBLIC'),
       string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ', ' ORDER BY a.privilege_type)
  FROM pg_default_acl d JOIN roles r ON r.oid = d.defaclrole AND r.rolname <> '' LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a LEFT JOIN roles g ON g.oid = a.grantee
 WHERE (n.oid IS NULL OR n.nspname = ANY ($1::text[])) AND a.grantee <> d.defaclrole AND NOT (g.rolname IS NOT NULL AND (g.here = ANY ($3::text[]) OR g.rolname = ''))
 GROUP BY 1, 2
