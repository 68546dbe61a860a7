"""The compatibility catalogue: facts about a database, rules over them, findings.

Pure: the standard library and sqlglot. It opens no connection and imports nothing of `migrate`,
so that a rule can be tried on a piece of DDL in milliseconds.
"""
