"""The script with which an administrator lets the toolkit's login in, by engine."""

from __future__ import annotations

from checks.route import Engine

DEFAULT_VERSIONS = {Engine.POSTGRES: "17", Engine.MYSQL: "8.4", Engine.MARIADB: "11.4"}


def grants(engine: Engine, user: str, *, host: str, version: str, managed: bool) -> list[str]:
    """Lines of SQL for the source; an empty version is the newest that is known. Raises ValueError for a name that no
    server can hold, or a version that is none."""
    version = version or DEFAULT_VERSIONS[engine]
    if engine is Engine.POSTGRES:
        from migrate.engines.postgres import grant_script as postgres

        return list(postgres.script(user, version=version, managed=managed))
    from migrate.engines.mysql import grant_script as mysql

    mariadb = engine is Engine.MARIADB
    return list(mysql.script(user, host=host, mariadb=mariadb, version=version, managed=managed))
