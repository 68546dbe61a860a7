-- Procedures, functions and MariaDB's packages.  schemas
SELECT routine_schema, routine_name, routine_type, COALESCE(external_language, 'SQL'), routine_definition,
       security_type, definer, sql_mode, is_deterministic, sql_data_access
  FROM information_schema.routines
 WHERE routine_schema IN %s
 ORDER BY 1, 2, 3
