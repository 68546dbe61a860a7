"""Where the files that ship with the package are: beside it in a source tree, inside it in a wheel."""

from __future__ import annotations

import re
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_PAGE = re.compile(r"(?<![\w/.])docs/[\w/-]+\.md")
"""As a text names a page of ours; not the end of somebody else's address."""


def shipped(folder: str) -> Path:
    """Path of `runbooks`, `sample_schemas` or `docs`."""
    inside = _PACKAGE / "_shipped" / folder
    return inside if inside.is_dir() else _PACKAGE.parent / folder


def pages(*texts: str) -> list[str]:
    """Where the pages are that the texts name, each once."""
    named = dict.fromkeys(name for text in texts for name in _PAGE.findall(text))
    return [str(shipped("docs") / name.removeprefix("docs/")) for name in named]
