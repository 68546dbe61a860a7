"""How facts name what they speak of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class TableName:
    """A table by schema and name, exactly as the server stores them (case kept, unquoted)."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Location:
    """A place in a dump: path and 1-based line."""

    file: str
    line: int


@dataclass(frozen=True)
class ObjectRef:
    """What a finding is about. `name` is display text, e.g. `public.orders.total`."""

    kind: str
    name: str
    location: Location | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
