-- Columns of tables and views.  schemas
SELECT table_schema, table_name, column_name, column_type, is_nullable, column_default, extra, generation_expression,
       character_set_name, collation_name, $srid
  FROM information_schema.columns
 WHERE table_schema IN %s
 ORDER BY 1, 2, ordinal_position
