-- Check constraints of MariaDB; one that a column carries has the column's name.  schemas
SELECT constraint_schema, table_name, constraint_name, check_clause, 'YES'
  FROM information_schema.check_constraints
 WHERE constraint_schema IN %s
 ORDER BY 1, 2, 3
