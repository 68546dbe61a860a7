-- Tables with what their columns and keys do not say, and MariaDB's sequences.  schemas
SELECT table_schema, table_name, table_type, engine, row_format, table_rows, data_length + index_length,
       auto_increment, table_collation, create_options
  FROM information_schema.tables
 WHERE table_schema IN %s AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE')
 ORDER BY 1, 2
