"""Roles that a schema names (MySQL: users), what they are called on the target, and what they lack there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Roles = Mapping[str, str]
"""What roles of the source are called on the target; empty: left out. Those that are not in it keep their names."""
KEPT: Roles = MappingProxyType({})
"""All keep their names."""


def renamed(role: str, roles: Roles) -> str:
    """What a role of the source is called on the target; empty where it is left out."""
    return roles.get(role, role)


@dataclass(frozen=True, kw_only=True)
class NamedRole:
    name: str
    uses: tuple[str, ...]
    """What names it: `owner`, `grants`, `policies`, `default privileges`, `definer`, `member`."""
    owns: bool = False
    made: bool = True
    """Whether the section `roles` of a dump makes it where it is not there."""


@dataclass(frozen=True)
class Lacking:
    """A role that a schema cannot be made with on this server."""

    there: bool
    """The role is there, but whoever loads may give it nothing."""
    sql: str
    """By which an administrator makes up for it."""
