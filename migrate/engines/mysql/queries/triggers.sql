-- Triggers in the order in which they fire.  schemas
SELECT trigger_schema, trigger_name, event_object_schema, event_object_table, action_timing, event_manipulation,
       action_statement, definer, sql_mode
  FROM information_schema.triggers
 WHERE trigger_schema IN %s
 ORDER BY 3, 4, 5, 6, action_order
