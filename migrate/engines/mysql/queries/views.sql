-- Views.  schemas
SELECT table_schema, table_name, view_definition, definer, security_type
  FROM information_schema.views
 WHERE table_schema IN %s
 ORDER BY 1, 2
