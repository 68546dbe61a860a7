-- Roles of these names, and whether this user may make each the owner of something, or let itself.  $1 names
SELECT r.rolname::text,
       r.rolname = current_user OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
       OR (pg_has_role(r.oid, 'USAGE')
           AND CASE WHEN current_setting('server_version_num')::int >= 160000 THEN pg_has_role(r.oid, 'SET') ELSE pg_has_role(r.oid, 'MEMBER') END)
       OR pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION')
       OR (current_setting('server_version_num')::int < 160000 AND NOT r.rolsuper
           AND (SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user))
  FROM pg_roles r WHERE r.rolname = ANY ($1::text[])
