-- Login roles that could connect to this database and are no friends. Superusers always can: their sessions are
-- looked at instead.  $1 friends
SELECT r.rolname::text
  FROM pg_roles r
 WHERE r.rolcanlogin AND NOT r.rolsuper AND r.rolname <> ALL ($1::text[])
   AND has_database_privilege(r.oid, (SELECT oid FROM pg_database WHERE datname = current_database()), 'CONNECT')
 ORDER BY 1
