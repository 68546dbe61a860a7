"""What RDS gives its master user on MySQL and MariaDB, and the procedures that stand in for what it keeps.

Source: Amazon RDS and Aurora User Guides, "Master user account privileges": RDS for MariaDB, and Aurora MySQL 3 with
SHOW_ROUTINE from 3.04 and the FLUSH_… privileges from 3.09. On Aurora they come by the role rds_superuser_role, here
they are granted one by one (assumption).
"""

from __future__ import annotations

from pymysql.cursors import Cursor

from migrate.sandbox.servers.mysql_binaries import Flavor

BOTH = (
    "ALTER",
    "ALTER ROUTINE",
    "CREATE",
    "CREATE ROUTINE",
    "CREATE TEMPORARY TABLES",
    "CREATE USER",
    "CREATE VIEW",
    "DELETE",
    "DROP",
    "EVENT",
    "EXECUTE",
    "INDEX",
    "INSERT",
    "LOCK TABLES",
    "PROCESS",
    "REFERENCES",
    "RELOAD",
    "REPLICATION CLIENT",
    "REPLICATION SLAVE",
    "SELECT",
    "SHOW DATABASES",
    "SHOW VIEW",
    "TRIGGER",
    "UPDATE",
)
MYSQL_ONLY = (
    "CREATE ROLE",
    "DROP ROLE",
    "APPLICATION_PASSWORD_ADMIN",
    "CONNECTION_ADMIN",
    "FLUSH_OPTIMIZER_COSTS",
    "FLUSH_STATUS",
    "FLUSH_TABLES",
    "FLUSH_USER_RESOURCES",
    "ROLE_ADMIN",
    "SET_USER_ID",
    "SHOW_ROUTINE",
    "XA_RECOVER_ADMIN",
)
SUCCESSORS = {"SET_USER_ID": ("SET_ANY_DEFINER", "ALLOW_NONEXISTENT_DEFINER")}
"""What a privilege of MySQL 8.0 is called from 8.2 on."""

_KEEPER = {
    Flavor.MYSQL: "SELECT 1 FROM performance_schema.threads"
    " WHERE processlist_id = thread AND processlist_user = 'rdsadmin'",
    Flavor.MARIADB: "SELECT 1 FROM information_schema.processlist WHERE id = thread AND user = 'rdsadmin'",
}
"""MySQL 9.7 refuses information_schema.processlist while a statement with a four-byte character runs (3854)."""

WORDS = "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
"""Of names on both sides of a comparison, whatever collation the server was given."""
PROCEDURES = {
    "rds_kill": """
        CREATE PROCEDURE mysql.rds_kill(IN thread BIGINT)
        BEGIN
          IF EXISTS ({keeper}) THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'CANNOT KILL RDSADMIN SESSION';
          END IF;
          KILL thread;
        END""",
    "rds_kill_query": """
        CREATE PROCEDURE mysql.rds_kill_query(IN thread BIGINT)
        BEGIN
          IF EXISTS ({keeper}) THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'CANNOT KILL RDSADMIN QUERY';
          END IF;
          KILL QUERY thread;
        END""",
    "rds_set_configuration": """
        CREATE PROCEDURE mysql.rds_set_configuration(IN name VARCHAR(30) {words}, IN value INT)
        UPDATE mysql.rds_configuration c SET c.value = value WHERE c.name = name""",
    "rds_show_configuration": """
        CREATE PROCEDURE mysql.rds_show_configuration()
        SELECT name, value, description FROM mysql.rds_configuration""",
}
"""The master has no right to end others' sessions on RDS's MariaDB; how long the log is kept is no parameter there.
The sandbox purges nothing, so `binlog retention hours` is remembered and has no effect."""

CONFIGURATION = (
    "CREATE TABLE IF NOT EXISTS mysql.rds_configuration"
    f" (name VARCHAR(30) {WORDS} PRIMARY KEY, value INT, description VARCHAR(300))",
    "INSERT IGNORE INTO mysql.rds_configuration VALUES ('binlog retention hours', NULL,"
    " 'binlog retention hours specifies the duration in hours before binary logs are automatically deleted.')",
)


def grant_master(cursor: Cursor, flavor: Flavor, user: str) -> None:
    """Give `user`@`%` what RDS's master has, of what this server's version knows, with the right to pass it on."""
    cursor.execute("SHOW PRIVILEGES")
    known = {str(name).upper() for name, *_ in cursor.fetchall()}
    wanted = [*BOTH, *(MYSQL_ONLY if flavor is Flavor.MYSQL else ())]
    names = [new for name in wanted for new in ((name,) if name in known else SUCCESSORS.get(name, (name,)))]
    for name in names:
        if name in known or flavor is Flavor.MARIADB:
            cursor.execute(f"GRANT {name} ON *.* TO %s@'%%' WITH GRANT OPTION", [user])


def make_procedures(cursor: Cursor, flavor: Flavor) -> None:
    """RDS's own procedures in the `mysql` database; not logged, for they are each server's own."""
    cursor.execute("SET SESSION sql_log_bin = 0")
    for statement in CONFIGURATION:
        cursor.execute(statement)
    for name, text in PROCEDURES.items():
        cursor.execute(f"DROP PROCEDURE IF EXISTS mysql.{name}")
        cursor.execute(text.replace("{keeper}", _KEEPER[flavor]).replace("{words}", WORDS))
    cursor.execute("SET SESSION sql_log_bin = 1")
