-- Check constraints of MySQL 8.0.16 and later.  schemas
SELECT t.table_schema, t.table_name, t.constraint_name, c.check_clause, t.enforced
  FROM information_schema.table_constraints t
  JOIN information_schema.check_constraints c
    ON c.constraint_schema = t.constraint_schema AND c.constraint_name = t.constraint_name
 WHERE t.table_schema IN %s AND t.constraint_type = 'CHECK'
 ORDER BY 1, 2, 3
