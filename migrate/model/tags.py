"""Which tags a cluster must carry, and how its name follows from them. Checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

MARK = "aurora-migrate:migration"
"""Tag that says whose stack it is."""
REQUIRED = ("Environment", "Application", "Owner", "DataClassification", "CostCenter")
NAMING = "aurora-{Application}-{Environment}-cluster"
KEY = re.compile(r"[\w .:/=+\-@]{1,128}")
VALUE = re.compile(r"[\w .:/=+\-@]{0,256}")
MOST = 45
"""AWS takes 50 a resource; CloudFormation and the toolkit add their own."""


def tag_complaint(tags: Mapping[str, str]) -> str:
    """What AWS would refuse; empty where nothing is wrong. Values are not told."""
    if len(tags) > MOST:
        return f"{len(tags)} tags are too many, at most {MOST}"
    for key, value in tags.items():
        if key.lower().startswith(("aws:", "aurora-migrate:")):
            return f"{key}: this prefix belongs to AWS or to the toolkit"
        if not KEY.fullmatch(key):
            return f"{key[:40]!r} is not a tag's name: letters, digits, spaces and . : / = + - @ _, at most 128"
        if not VALUE.fullmatch(value):
            return f"the value of {key} has characters that AWS refuses, or more than 256"
    return ""


def policy_complaints(stack: str, tags: Mapping[str, str], required: Sequence[str], naming: str) -> list[str]:
    """What the house's own policy says against this target: tags that lack, a name that does not follow from them."""
    found = [f"tag {name} is missing or empty" for name in required if not tags.get(name, "").strip()]
    if naming and not found:
        try:
            wanted = naming.format_map({key: value.lower() for key, value in tags.items()})
        except (KeyError, ValueError, IndexError):
            return [f"naming = {naming!r} needs tags that are not there"]
        if stack != wanted:
            found.append(f"the stack is called {stack}, its tags ask for {wanted}")
    return found
