-- Names, without values, of ALTER DATABASE … SET and ALTER ROLE … SET that hold in this database.
SELECT split_part(c, '=', 1), coalesce(r.rolname::text, ''), coalesce(d.datname::text, '')
  FROM pg_db_role_setting s
  LEFT JOIN pg_database d ON d.oid = s.setdatabase
  LEFT JOIN pg_roles r ON r.oid = s.setrole
 CROSS JOIN unnest(s.setconfig) AS c
 WHERE s.setdatabase = 0 OR d.datname = current_database()
 ORDER BY 3, 2, 1
