"""Which way of migrating fits a database, and whether Aurora fits it at all: questions over facts, rows in data."""
