"""SQL identifiers of MySQL and MariaDB, quoted here and nowhere else in the sandbox; values are parameters."""

from __future__ import annotations


def identifier(*parts: str) -> str:
    """`` `a`.`b` ``: one or more names. The same whatever the session's sql_mode."""
    return ".".join(f"`{part.replace('`', '``')}`" for part in parts)
