"""What a section is made of. A drawer (HTML, Markdown, text) knows these and nothing of migrations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a word is meant. Never told by colour alone: the word itself says it."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    UNSURE = "unsure"
    QUIET = "quiet"


@dataclass(frozen=True)
class Cell:
    text: str
    tone: Tone = Tone.PLAIN
    note: str = ""
    """A second, quiet line."""
    heat: int = 0
    """0 to 3: how dark the ground of a cell of a heat map is."""
    code: bool = False


@dataclass(frozen=True)
class Column:
    title: str
    number: bool = False
    narrow: bool = False
    """Never broken into lines."""
    wide: bool = False
    """Holds sentences."""
    spare: bool = False
    """Left out where there is little room: another column says as much, if less handily."""
    bare: bool = False
    """There its notes are left out."""


@dataclass(frozen=True)
class Table:
    caption: str
    """For who cannot see it: what the table holds."""
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Paragraph:
    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Listing:
    lines: tuple[Cell, ...]


@dataclass(frozen=True)
class Facts:
    """Terms and what they are."""

    pairs: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class Dot:
    """One value of a chart."""

    label: str
    """Below the axis."""
    value: float
    told: str
    """The value in words, beside the dot."""
    failed: bool = False
    """Told by a sign, a word and the look of the bar: never by colour alone."""


@dataclass(frozen=True)
class Chart:
    """Values side by side, with a limit where there is one."""

    title: str
    alt: str
    """The whole of it in words."""
    dots: tuple[Dot, ...]
    limit: float | None = None
    limit_told: str = ""


Block = Table | Paragraph | Listing | Facts | Chart


@dataclass(frozen=True)
class Section:
    slug: str
    """Anchor of its heading."""
    title: str
    lead: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    title: str
    verdict: str
    """Two words at most."""
    tone: Tone
    headline: str
    subtitle: str
    reasons: tuple[Cell, ...]
    """What is against it, or to be known before it; the first things that are read."""
    tiles: tuple[tuple[str, Cell], ...]
    sections: tuple[Section, ...]
    foot: str
