"""Accounts of a MySQL-family server that belong to the server or to AWS."""

from __future__ import annotations

_OF_THE_SERVER = ("mysql.sys", "mysql.session", "mysql.infoschema", "mariadb.sys", "event_scheduler")
_OF_AWS = ("rdsadmin", "rdsrepladmin", "rdstopmgr", "rdsproxyadmin", "rds_superuser_role")

SERVICE_ACCOUNTS = frozenset((*_OF_THE_SERVER, *_OF_AWS))
"""By user name, whatever the host."""
