"""Who answers behind an address: one server, told from every other one."""

from __future__ import annotations

from migrate.engines.mysql.connection import Connection


def server_name(connection: Connection) -> str:
    """The server's own name. MariaDB has no server_uuid: there it is server_id, which no two members of a replication
    share (a session may have another one), with host and port as the server knows itself."""
    mariadb = connection.server.mariadb
    who = "CONCAT(@@hostname, ':', @@port, '/', @@GLOBAL.server_id)" if mariadb else "@@server_uuid"
    return str(connection.rows(f"SELECT {who}")[0][0])
