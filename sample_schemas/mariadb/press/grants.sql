-- Run by the owner after schema.sql, in the newspaper's database. @application: name of the account the application uses.
SET @grant = concat('GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON `', database(), '`.* TO ',
                    quote(@application), '@''%''');
PREPARE grant_statement FROM @grant;
EXECUTE grant_statement;
DEALLOCATE PREPARE grant_statement;
