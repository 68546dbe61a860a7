"""Text of the server's own SHOW CREATE, taken apart without mistaking what stands in quotes for words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

_QUOTED = re.compile(r"`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"", re.DOTALL)
_COMMENT_OR_QUOTED = re.compile(_QUOTED.pattern + r"|(?P<open>/\*M?!\d* ?)|(?P<close> ?\*/)", re.DOTALL)
_COMMENT = re.compile(_QUOTED.pattern + r"|(?P<comment>--[ \t][^\n]*|#[^\n]*|/\*.*?\*/)", re.DOTALL)
HIDDEN = "\x01"
"""Stands in a mask for every character within quotes or a comment."""
NAME = f"`{HIDDEN}+`"
STRING = f"'{HIDDEN}*'"
USER = f'(?:{NAME}|{STRING}|"{HIDDEN}*")'
"""A user or host. Code made under ANSI_QUOTES names its definer within the quotes of that mode."""
ACCOUNT = f"{USER}(?:@{USER})?"
DEFINER = rf"^CREATE (?:OR REPLACE )?(?:ALGORITHM=\w+ )?DEFINER=(?P<account>{ACCOUNT})"


@dataclass(frozen=True)
class Sql:
    """A piece of SQL and its mask: the same text, as long, with what is quoted blackened. Patterns look at the mask."""

    text: str

    @cached_property
    def mask(self) -> str:
        def black(found: re.Match[str]) -> str:
            if found["comment"]:
                return HIDDEN * len(found[0])
            return found[0][0] + HIDDEN * (len(found[0]) - 2) + found[0][-1]

        return _COMMENT.sub(black, self.text)

    def search(self, pattern: str) -> re.Match[str] | None:
        return re.search(pattern, self.mask, re.IGNORECASE | re.DOTALL)

    def has(self, pattern: str) -> bool:
        return self.search(pattern) is not None

    def at(self, found: re.Match[str], group: int | str = 0) -> str:
        """What really stands where a pattern matched the mask."""
        return self.text[found.start(group) : found.end(group)]

    def without(self, pattern: str) -> Sql:
        return self.replaced(pattern, lambda _: "")

    def replaced(self, pattern: str, by: str | Callable[[str], str]) -> Sql:
        """Every match, as it really reads, replaced; not looked at again."""
        pieces, end = [], 0
        for found in re.finditer(pattern, self.mask, re.IGNORECASE | re.DOTALL):
            pieces += [self.text[end : found.start()], by if isinstance(by, str) else by(self.at(found))]
            end = found.end()
        return Sql("".join([*pieces, self.text[end:]]))

    def parts(self) -> list[Sql]:
        """What stands between commas outside of parentheses."""
        return [Sql(self.text[start:end].strip()) for start, end in self._between(",")]

    def closing(self, opening: int) -> int:
        """Where the parenthesis that opens at `opening` closes. Raises ValueError where it does not."""
        depth = 0
        for found in re.finditer(r"[()]", self.mask[opening:]):
            depth += 1 if found[0] == "(" else -1
            if depth == 0:
                return opening + found.start()
        raise ValueError("a parenthesis does not close")

    def _between(self, separator: str) -> Iterator[tuple[int, int]]:
        depth = start = 0
        for found in re.finditer(r"[()" + separator + "]", self.mask):
            if found[0] == "(":
                depth += 1
            elif found[0] == ")":
                depth -= 1
            elif depth == 0:
                yield start, found.start()
                start = found.end()
        yield start, len(self.text)


def unwrapped(text: str) -> str:
    """`text` without the marks of comments that servers execute: `/*!50100 PARTITION … */` reads `PARTITION …`."""
    return _COMMENT_OR_QUOTED.sub(lambda found: " " if found["open"] or found["close"] else found[0], text)


def unquoted(name: str) -> str:
    """The name within quotes of any kind."""
    return name[1:-1].replace(name[0] * 2, name[0])


def account_in(text: str) -> tuple[str, str]:
    """User and host of a quoted account; a role of MariaDB has no host, and is for every one."""
    user, *host = (unquoted(name) for name in _QUOTED.findall(text))
    return user, host[0] if host and host[0] else "%"
