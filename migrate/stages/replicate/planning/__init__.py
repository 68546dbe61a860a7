"""The plan of a replication: how many tasks, which tables in which, their settings and needs, what speaks against.

Purpose: decide from figures what else is decided by habit, and say each reason.

Invariants: pure, without side effects; what migration.toml asks for is planned as it stands, what the figures would
have otherwise is proposed beside it; tables joined by foreign keys, partitions of one table and tables that the user
says are written together are never parted.
"""
