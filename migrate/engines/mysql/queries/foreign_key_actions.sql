-- What foreign keys do; joined to their columns by the reader, for old servers join these views row by row.  schemas
SELECT constraint_schema, table_name, constraint_name, delete_rule, update_rule
  FROM information_schema.referential_constraints
 WHERE constraint_schema IN %s
