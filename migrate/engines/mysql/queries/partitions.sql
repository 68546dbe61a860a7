-- Partitions, subpartitions each with its partition, in order.  schemas
SELECT table_schema, table_name, partition_name, partition_method, partition_expression, subpartition_name
  FROM information_schema.partitions
 WHERE table_schema IN %s AND partition_name IS NOT NULL
 ORDER BY 1, 2, partition_ordinal_position, subpartition_ordinal_position
