"""Other versions of a staged migration.toml."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.scenarios.theatre import Staged


def variant(staged: Staged, folder: Path, **changes: str) -> str:
    """A copy of migration.toml in `folder`; a change `source__port="1"` sets the raw value of a key, or adds it."""
    lines = (staged.home / "migration.toml").read_text().splitlines()
    for place, value in changes.items():
        section, key = place.split("__")
        begin = lines.index(f"[{section}]")
        end = next((n for n in range(begin + 1, len(lines)) if lines[n].startswith("[")), len(lines))
        lines[begin + 1 : end] = [line for line in lines[begin + 1 : end] if not line.startswith(f"{key} =")]
        lines.insert(begin + 1, f"{key} = {value}")
    file = folder / "migration.toml"
    file.write_text("\n".join(lines) + "\n")
    return str(file)


@contextlib.contextmanager
def edited(staged: Staged, old: str, new: str) -> Iterator[None]:
    file = staged.home / "migration.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    try:
        yield
    finally:
        file.write_text(text)
