-- Roles that this user may make the owner of something: those whose rights it has and that it may become.
SELECT r.rolname::text FROM pg_roles r
 WHERE NOT r.rolsuper AND pg_has_role(r.oid, 'USAGE')
   AND CASE WHEN current_setting('server_version_num')::int >= 160000 THEN pg_has_role(r.oid, 'SET') ELSE pg_has_role(r.oid, 'MEMBER') END
