"""A dump as text: statements that can be told apart whatever their bodies hold, each with what was changed in it.

The first line names a delimiter that stands in no statement; a line of it ends each one. The mysql program reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

_FIRST = "DELIMITER "
NOTE = "-- aurora-migrate: "


@dataclass
class Script:
    _pieces: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def add(self, statement: str, *notes: str) -> None:
        """One statement, with notes on what it does not say any more."""
        self._pieces.append((statement, notes))

    def note(self, *notes: str) -> None:
        """What was left out altogether."""
        self._pieces.append(("", notes))

    @property
    def text(self) -> str:
        mark = _delimiter([statement for statement, _ in self._pieces])
        lines = [f"{_FIRST}{mark}"]
        for statement, notes in self._pieces:
            lines += [NOTE + " ".join(note.split()) for note in notes]
            lines += [statement, mark] if statement else []
        return "\n".join(lines) + "\n"


def statements(text: str) -> Iterator[str]:
    """The statements of a script, without notes. Raises ValueError for a text that is no script."""
    first, _, rest = text.partition("\n")
    mark = first.removeprefix(_FIRST)
    if not mark or mark == first:
        raise ValueError("a script begins with its delimiter")
    for piece in rest.split(f"\n{mark}\n"):
        lines = piece.split("\n")
        while lines and (lines[0].startswith(NOTE) or not lines[0]):
            del lines[0]
        if lines:
            yield "\n".join(lines)


def notes(text: str) -> list[str]:
    """What a script tells of changes, each once."""
    return list(dict.fromkeys(line.removeprefix(NOTE) for line in text.split("\n") if line.startswith(NOTE)))


def _delimiter(bodies: list[str]) -> str:
    mark, number = "$$", 0
    while any(mark in body for body in bodies):
        number += 1
        mark = f"$${number}$$"
    return mark
