-- What the own login may do, in one row. A role of RDS stands for attributes that only superusers can give.
SELECT current_setting('server_version_num')::int,
       EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'rds_superuser'),
       me.rolsuper,
       me.rolcreaterole,
       me.rolreplication,
       EXISTS (SELECT 1 FROM pg_roles r WHERE r.rolname = 'rds_replication' AND pg_has_role(r.oid, 'MEMBER')),
       EXISTS (SELECT 1 FROM pg_roles r WHERE r.rolname = 'rds_superuser' AND pg_has_role(r.oid, 'MEMBER')),
       pg_has_role('pg_monitor', 'USAGE'),
       pg_has_role('pg_signal_backend', 'USAGE'),
       has_database_privilege(current_database(), 'CREATE'),
       current_database()::text,
       pg_get_userbyid(d.datdba)::text,
       pg_has_role(d.datdba, 'MEMBER'),
       me.rolname::text
  FROM pg_roles me, pg_database d
 WHERE me.rolname = current_user AND d.datname = current_database()
