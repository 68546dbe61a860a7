-- Open transactions but this one; trx_started is in the system's time zone whatever the session's is.
SELECT t.trx_mysql_thread_id,
       TIMESTAMPDIFF(SECOND, t.trx_started, CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', 'SYSTEM'))
  FROM information_schema.innodb_trx t
 WHERE t.trx_mysql_thread_id NOT IN (0, CONNECTION_ID())
 ORDER BY 2 DESC
