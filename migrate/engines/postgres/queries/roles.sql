-- Roles with what is granted to them and their sessions in this database.  $1 programs whose sessions do not count
SELECT r.rolname::text, r.rolcanlogin, r.rolsuper, r.rolreplication, r.rolbypassrls,
       ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
              WHERE m.member = r.oid ORDER BY 1),
       (SELECT count(*)::int FROM pg_stat_activity a
         WHERE a.usesysid = r.oid AND a.datname = current_database() AND a.pid <> pg_backend_pid()
           AND coalesce(a.application_name, '') <> ALL ($1::text[]) AND a.application_name !~* '^(aurora-migrate|awsdms)'
           AND NOT EXISTS (SELECT 1 FROM pg_stat_replication w WHERE w.pid = a.pid)),
       (SELECT count(*)::int FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
           AND c.relnamespace <> ALL (ARRAY(SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_'
                                            OR nspname IN ('information_schema', 'aurora_migrate', 'awsdms_control')))
           AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                              AND d.deptype = 'e'))
  FROM pg_roles r
 WHERE r.rolname !~ '^pg_'
 ORDER BY 1
