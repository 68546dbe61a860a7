-- Accounts of MySQL; a role is one that is locked, expired and without a password, as CREATE ROLE makes it.
SELECT user, host, plugin, account_locked = 'Y',
       account_locked = 'Y' AND password_expired = 'Y' AND authentication_string = ''
  FROM mysql.user
 ORDER BY 1, 2
