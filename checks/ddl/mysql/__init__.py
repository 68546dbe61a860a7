"""The reader of MySQL and MariaDB: what their dumps and hand-written DDL say."""
