-- $1: a role, $2: schemas that are dropped as a whole. What the role has to do with beyond this migration.
SELECT 'database ' || d.datname
  FROM pg_shdepend s
  JOIN pg_roles r ON r.oid = s.refobjid AND r.rolname = $1
  JOIN pg_database d ON d.oid = s.dbid
 WHERE s.refclassid = 'pg_authid'::regclass AND d.datname <> current_database()
UNION
SELECT 'table ' || n.nspname || '.' || c.relname
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_roles r ON r.oid = c.relowner AND r.rolname = $1
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> ALL ($2) AND c.relname NOT LIKE 'awsdms\_%'
UNION
SELECT 'schema ' || n.nspname
  FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner AND r.rolname = $1
 WHERE n.nspname <> ALL ($2)
ORDER BY 1
