"""What a server keeps to itself: which rules have no answer without it, and which grant opens it.

A fact is one of Catalog.unknown: `open transactions (no pg_read_all_stats)`.
"""

from __future__ import annotations

import re

from checks.finding import Finding, Severity
from checks.identifiers import quoted

UNSEEN = ("CK001", "MY406", "PG407")
"""Rules that tell what of a dump was not read, and what a server keeps to itself."""

ASKED_BY = {
    "roles": ("PG401", "PG402", "PG403", "PG404", "PG406"),
    "large objects": ("PG103",),
    "open transactions": ("PG313", "MY315"),
    "replication slots": ("PG315", "PG317"),
    "free replication slots": ("PG303", "PG304"),
    "prepared transactions": ("PG312",),
    "preloaded libraries": ("PG321", "PG604"),
    "settings of the server": ("PG302", "PG310", "PG311", "PG318", "PG322", "PG706", "PG707"),
    "settings of configuration files": ("PG704",),
    "statements of applications": ("PG525", "MY513"),
    "positions of": ("PG807",),
    "accounts": ("MY401", "MY403", "MY404", "MY407", "MY408", "MY409"),
    "whether it is a replica": ("MY310", "MY311"),
    "the end of the binary log": ("MY312",),
    "prepared XA transactions": ("MY314",),
    "settings that sessions changed": ("MY313",),
}
"""By the words that a fact begins with; of all others, every rule about it."""
_LACKING = re.compile(r"\(no (?:(?P<what>[A-Z]+) on (?P<on>[^)]+?(?:\(\))?)|(?P<role>pg_\w+))\)\Z")


def unseen(finding: Finding) -> bool:
    """Whether it says that something is unknown that a whole dump, or a privilege, would tell."""
    return finding.code in UNSEEN and finding.severity is Severity.WARNING


def unanswered(fact: str, family: str) -> str:
    """The rules of PG or MY that have no answer without this fact: `PG315 and PG317`."""
    asking = next((codes for words, codes in ASKED_BY.items() if fact.startswith(words)), ())
    codes = [code for code in asking if code.startswith(family)]
    if not codes:
        return "any rule about that"
    return codes[0] if len(codes) == 1 else f"{', '.join(codes[:-1])} and {codes[-1]}"


def postgres_grant(fact: str, user: str | None) -> str | None:
    """What would let `user` see it, where a privilege is all that is missing."""
    lacking = _LACKING.search(fact)
    if user is None or lacking is None:
        return None
    if lacking["role"]:
        return f"GRANT {lacking['role']} TO {quoted(user)};"
    function = "FUNCTION " if lacking["what"] == "EXECUTE" else ""
    return f"GRANT {lacking['what']} ON {function}{lacking['on']} TO {quoted(user)};"
