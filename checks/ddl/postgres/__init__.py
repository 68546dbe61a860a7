"""The reader of PostgreSQL DDL: statements in, a draft of the schema changed by each, a Catalog out."""
