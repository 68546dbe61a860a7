-- Tables that share a tablespace (MySQL 8); partitions are told by their table.
SELECT SUBSTRING_INDEX(t.name, '/', 1), SUBSTRING_INDEX(SUBSTRING_INDEX(t.name, '/', -1), '#', 1), COALESCE(s.name, 'innodb_system')
  FROM information_schema.innodb_tables t
  LEFT JOIN information_schema.innodb_tablespaces s ON s.space = t.space
 WHERE t.space_type IN ('General', 'System') AND t.name NOT LIKE 'mysql/%'
