-- Parameters of routines, in order, without the value that a function returns.  schemas
SELECT specific_schema, specific_name, routine_type, parameter_mode, parameter_name, dtd_identifier
  FROM information_schema.parameters
 WHERE specific_schema IN %s AND ordinal_position > 0
 ORDER BY 1, 2, 3, ordinal_position
