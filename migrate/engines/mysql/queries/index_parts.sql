-- Parts of all indexes, in order.  schemas
SELECT table_schema, table_name, index_name, non_unique, column_name, sub_part, index_type, $expression, $visible
  FROM information_schema.statistics
 WHERE table_schema IN %s
 ORDER BY 1, 2, 3, seq_in_index
