-- Columns of foreign keys, in order.  schemas
SELECT table_schema, table_name, constraint_name, column_name,
       referenced_table_schema, referenced_table_name, referenced_column_name
  FROM information_schema.key_column_usage
 WHERE table_schema IN %s AND referenced_table_name IS NOT NULL
 ORDER BY 1, 2, 3, ordinal_position
