"""Takes what looks like a secret out of a text before it is journaled: the last net, for messages carry none."""

from __future__ import annotations

import re

_IN_URL = re.compile(r"(?<=://)([^\s:/@]*):[^\s@/]+@")
_NAMED = re.compile(
    r"""(?ix) (["']?\b\w*(?:password|passwd|pwd|secret_?(?:string|access_?key)|session_?token)["']? \s* [=:] \s*)
    (?: "[^"]*" | '[^']*' | [^\s,;)}\]]+ )"""
)


def masked(text: str) -> str:
    """`text` with passwords in URLs and values of password-like names replaced by `***`."""
    return _NAMED.sub(r"\1***", _IN_URL.sub(r"\1:***@", text))
