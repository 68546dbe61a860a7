-- Events.  schemas
SELECT event_schema, event_name, status, execute_at, interval_value, interval_field, event_definition, definer, sql_mode
  FROM information_schema.events
 WHERE event_schema IN %s
 ORDER BY 1, 2
