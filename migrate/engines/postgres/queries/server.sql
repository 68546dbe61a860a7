-- One row about the server and the database.
SELECT current_setting('server_version'), current_database()::text, pg_database_size(current_database())
