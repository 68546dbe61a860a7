"""What a caller may name a resource."""

from __future__ import annotations

import re

from migrate.sandbox.dms.faults import invalid_value

WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def identifier(name: str, value: str, longest: int) -> str:
    """The identifier, lower-cased: letter first, then letters, digits and single hyphens, none at the end.

    dms.md §2 for instances, §19 item 2 for lower-casing; the same rule for endpoints, tasks and certificates is
    botocore's text. Raises InvalidParameterValueException.
    """
    if not WORD.fullmatch(value) or value.endswith("-") or "--" in value or len(value) > longest:
        raise invalid_value(
            f"The parameter {name} is not a valid identifier. Identifiers must begin with a letter, contain only ASCII"
            f" letters, digits and hyphens, at most {longest}, and must not end with a hyphen or contain two"
            " consecutive hyphens."
        )
    return value.lower()
