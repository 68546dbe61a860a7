-- The user's databases with their default collation.
SELECT schema_name, default_collation_name
  FROM information_schema.schemata
 WHERE schema_name NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'ndbinfo', 'aurora_migrate', 'awsdms_control')
 ORDER BY 1
