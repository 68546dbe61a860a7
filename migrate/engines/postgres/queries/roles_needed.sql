-- Roles that objects of this database name (as owner, in grants and policies), with those that they are members of and their
-- members, but not by way of the toolkit's own login, which may have made others: name, may log in, inherits, connection limit,
-- bypasses row security, roles it is a member of, whether it owns.  $1 superusers that count like others where they own something
WITH RECURSIVE mine AS (
  SELECT oid FROM pg_roles WHERE rolname = current_user
), named AS (
  SELECT DISTINCT d.refobjid AS oid FROM pg_shdepend d
   WHERE d.refclassid = 'pg_authid'::regclass AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION SELECT o.owner FROM (SELECT relowner AS owner, relnamespace AS schema FROM pg_class UNION SELECT proowner, pronamespace FROM pg_proc) o
    JOIN pg_roles r ON r.oid = o.owner AND r.rolname = ANY ($1::text[]) JOIN pg_namespace n ON n.oid = o.schema
   WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'aurora_migrate', 'awsdms_control')
), below AS (
  SELECT oid FROM named EXCEPT SELECT oid FROM mine
  UNION SELECT m.member FROM pg_auth_members m JOIN below b ON b.oid = m.roleid WHERE m.member NOT IN (SELECT oid FROM mine)
), around AS (
  SELECT oid FROM below
  UNION SELECT m.roleid FROM pg_auth_members m JOIN around a ON a.oid = m.member WHERE m.roleid NOT IN (SELECT oid FROM mine)
), kept AS (
  SELECT r.* FROM pg_roles r JOIN around a ON a.oid = r.oid WHERE (NOT r.rolsuper OR r.rolname = ANY ($1::text[])) AND r.rolname !~ '^(pg_|rds)'
)
SELECT k.rolname::text, k.rolcanlogin, k.rolinherit, k.rolconnlimit, k.rolbypassrls,
       ARRAY(SELECT DISTINCT g.rolname::text FROM pg_auth_members m JOIN kept g ON g.oid = m.roleid WHERE m.member = k.oid ORDER BY 1),
       EXISTS (SELECT 1 FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = k.oid AND d.deptype = 'o'
                 AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
  FROM kept k ORDER BY 1
