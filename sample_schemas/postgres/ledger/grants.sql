-- Run by the owner, or by a member of it, after schema.sql. psql variable: application, the role the application logs in as.
GRANT USAGE ON SCHEMA ledger TO :"application";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ledger TO :"application";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ledger TO :"application";
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ledger TO :"application";
