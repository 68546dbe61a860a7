-- Tables in general tablespaces (MySQL 8); partitions are told by their table.
SELECT SUBSTRING_INDEX(t.name, '/', 1), SUBSTRING_INDEX(SUBSTRING_INDEX(t.name, '/', -1), '#', 1), s.name
  FROM information_schema.innodb_tables t
  JOIN information_schema.innodb_tablespaces s ON s.space = t.space
 WHERE t.space_type = 'General' AND t.name NOT LIKE 'mysql/%'
