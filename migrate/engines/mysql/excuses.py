"""What a target made from a dump cannot hold as the source does, and why."""

from __future__ import annotations

from migrate.model.inventory import MADE, Discrepancy

HELD = "yes, but for the fence"
"""Of an account that is locked only as long as the fence is closed."""


def excuse(each: Discrepancy, *, mariadb: bool) -> str:
    """Empty where there is none."""
    kind = each.object.partition(" ")[0]
    if kind == "account" and each.aspect == "login" and each.target is None:
        return "made locked: only the application's own gets its password"
    if kind == "account" and each.aspect == "login" and {each.source, each.target} == {HELD, "yes"}:
        return "locked by the fence, which unlocks it when it opens"
    if each.aspect == "storage engine" and each.target == "innodb":
        return "Aurora MySQL stores everything in InnoDB"
    if each.aspect in ("row format", "options") and each.target is None:
        return "Aurora MySQL stores everything in InnoDB's own format"
    return _of_mariadb(kind, each) if mariadb else ""


def _of_mariadb(kind: str, each: Discrepancy) -> str:
    if each.aspect == MADE and kind in ("sequence", "package") and each.target is None:
        return "MySQL has none"
    if each.aspect == "system versioning":
        return "MySQL has none: the history stays behind"
    if each.aspect == "collation" and each.source is None and each.target == "ascii_general_ci":
        return "uuid and inet of MariaDB are text on MySQL"
    if each.aspect == "default" and each.target is None and (each.source or "").startswith(("nextval", "nextvalue")):
        return "MySQL has no sequences"
    if kind == "event" and each.aspect == "definer" and None in (each.source, each.target):
        return "the toolkit may not name another definer here: an event that rested belongs to its own account"
    if kind == "check" and each.aspect == "name" and each.target is None:
        return "MySQL wants another name: a check's is the database's there"
    return ""
