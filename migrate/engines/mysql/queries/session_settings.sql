-- What sessions other than this one have set for themselves of the settings that shape the binary log.
SELECT DISTINCT v.variable_name, v.variable_value
  FROM performance_schema.variables_by_thread v
  JOIN performance_schema.threads t ON t.thread_id = v.thread_id
 WHERE v.variable_name IN ('binlog_format', 'binlog_row_image', 'binlog_row_value_options', 'binlog_transaction_compression', 'sql_log_bin')
   AND t.processlist_id <> CONNECTION_ID()
 ORDER BY 1, 2
