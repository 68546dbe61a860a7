-- Accounts and roles of MariaDB.
SELECT user, host, COALESCE(NULLIF(JSON_VALUE(priv, '$$.plugin'), ''), 'mysql_native_password'),
       COALESCE(JSON_VALUE(priv, '$$.account_locked'), 'false') IN ('true', '1'),
       COALESCE(JSON_VALUE(priv, '$$.is_role'), 'false') IN ('true', '1')
  FROM mysql.global_priv
 ORDER BY 1, 2
