"""Names of functions and settings that the rules on stored code look for, from checks/data/postgresql_code.toml."""

from __future__ import annotations

from functools import cache

from checks.data import load


@cache
def family(name: str) -> frozenset[str]:
    """The names of one family. Raises KeyError for a family that the data do not have."""
    return frozenset(load("postgresql_code")[name]["names"])


@cache
def since() -> dict[str, int]:
    """Functions by name, with the major version of PostgreSQL that they came with."""
    table = load("postgresql_code")["since"]
    return {name: int(major) for major, listed in table.items() if major.isdigit() for name in listed}


@cache
def of_extension(extension: str) -> frozenset[str]:
    """Functions of an extension that are called in indexes, checks and generated columns."""
    return frozenset(load("postgresql_code")["of_extension"].get(extension, ()))
