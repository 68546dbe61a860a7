SET @grant = concat('GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON `shop\\_1`.* TO ', quote(@application), '@''%''');
PREPARE grant_statement FROM @grant;
EXECUTE grant_statement;
DEALLOCATE PREPARE grant_statement;
