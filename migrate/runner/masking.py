"""Takes what looks like a secret out of a text before it is journaled: the last net, for messages carry none."""

from __future__ import annotations

import re

_QUOTED = r"""(?: "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )"""
_VALUE = rf"""(?: {_QUOTED} | [^\s,;)}}\]]+ )"""
_IS = r"""(?: \\*["'])? \s* (?: =(?!=) | : )\s*"""
_ALWAYS = r"""(?: password | passwd | passphrase | pwd
    | secret[-_]?(?:string|(?:access[-_]?)?key) | client[-_]?secret | (?:api|private)[-_]?key
    | (?:session|security|access|refresh|auth|id)[-_]?token )"""
_AMONG_WORDS = r"""(?: secret | token | credentials? | signature )"""
"""Names that also stand in sentences, before a colon: `secret: moved`. There only quotes tell a value from a word."""

_PATTERNS = tuple(
    re.compile(pattern, re.VERBOSE | re.DOTALL)
    for pattern in (
        r"(-----BEGIN\ [A-Z ]*PRIVATE\ KEY-----) .*? (?= -----END | \Z)",
        # No port is meant by what follows the colon, so whatever comes before the last @ is a password.
        r"""(?<=://) ([^\s:/@]*:) (?! \d+ (?:[/?\#\s]|\Z) ) [^\s"'<>]{1,1000} (?=@)""",
        r"(?i) ( hooks\.slack\.com/\w+/ ) [^\s\"']+",
        rf"""(?i) ( authorization {_IS} ["']? (?:bearer|basic|digest|negotiate|token|apikey) \s+ ) [^\s"',]+""",
        rf"""(?i) ( authorization {_IS} ["']? ) [\w.~+/=-]{{16,}}""",
        r"(?i) ( \b bearer \s+ ) (?= \S*\d ) [\w.~+/=-]{8,}",
        rf"""(?i) ( ["']? (?<![\w-]) [\w-]* {_ALWAYS} {_IS} ) {_VALUE}""",
        rf"""(?i) ( (?<![\w-]) [\w-]* {_AMONG_WORDS} \s* =(?!=) \s* ) {_VALUE}""",
        rf"""(?i) ( ["'] [\w-]* {_AMONG_WORDS} \\*["'] \s* : \s* ) {_QUOTED}""",
        rf"""(?i) ( (?<!\S) --[\w-]* (?:{_ALWAYS}|{_AMONG_WORDS}) \s+ )
            (?! - | (?: is|was|are|must|needs?|requires?|cannot|and|or|not|to|for|with|without ) \b ) {_VALUE}""",
        rf"( \b (?:mysql|mariadb)[\w-]* \b [^\n|;&]{{0,1000}}? \s -p ) (?: {_QUOTED} | [^\s\"']+ )",
        r"() \b (?:AKIA|ASIA)[A-Z0-9]{16} \b",
        r"() \b eyJ[\w-]{8,} \. [\w-]{8,} \. [\w-]*",
        r"() \b (?: gh[oprsu] | github_pat | glpat | xox[abeprs] ) [-_] [\w-]{8,}",
    )
)


def masked(text: str) -> str:
    """`text` with `***` for passwords in URLs, for values of names like password, and for what is known as a key or a
    token by its look."""
    for pattern in _PATTERNS:
        text = pattern.sub(r"\1***", text)
    return text
