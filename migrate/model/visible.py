"""Text of strangers on a terminal: names in a dump or a database may hold what moves its cursor or recolours it."""

from __future__ import annotations

LAYOUT = "\n\t"
"""What sets out a text and harms nobody."""


def visible(text: str, kept: str = "") -> str:
    """What cannot be seen shown as what it is, `\\x1b` say; characters of `kept` stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in kept else c.encode("unicode_escape").decode() for c in text)
