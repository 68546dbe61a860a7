"""What a plan is told of roles and extensions: what the source has in use, and what the target has of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrate.model.roles import Lacking, NamedRole, Roles, renamed


@dataclass(frozen=True, kw_only=True)
class AskedRoles:
    named: tuple[NamedRole, ...] = ()
    mapping: Roles = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    """Logins of the migration and of the application, which have the same names on both sides."""
    lacking: Mapping[str, Lacking] | None = None
    """By name on the target. None: it cannot be asked yet."""
    makes: bool = True
    """Whether the target lets the toolkit make roles."""

    @property
    def wanted(self) -> dict[str, bool]:
        """By name on the target, whether the role is to own something."""
        owns = {one.name: one.owns for one in self.named}
        names = dict.fromkeys((*owns, *self.mapping))
        return {there: owns.get(name, True) for name in names if (there := renamed(name, self.mapping))}


@dataclass(frozen=True, kw_only=True)
class AskedExtensions:
    target_version: str = ""
    waived: tuple[str, ...] = ()
    """Patterns of names for which somebody answers."""
    available: Mapping[str, str] | None = None
    """Of the target's own list, with the version that it makes. None: it cannot be asked yet."""
