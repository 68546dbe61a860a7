"""Upgrades of the state database: `vNNNN_<noun>.py`, each with `upgrade(connection)`, in the order of their numbers.

A module that was released is never edited. It may not import `tables`, which moves on with the program.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection


@dataclass(frozen=True)
class Upgrade:
    number: int
    name: str
    """Module name, e.g. `v0001_journal`."""
    run: Callable[[Connection], None]


def upgrades() -> list[Upgrade]:
    """Every upgrade in order. Raises ValueError when the numbers do not count 1, 2, 3 …"""
    found = []
    for module in pkgutil.iter_modules(__path__):
        match = re.fullmatch(r"v(\d{4})_[a-z_]+", module.name)
        if match is None:
            raise ValueError(f"not the name of a state upgrade: {module.name}")
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        found.append(Upgrade(int(match.group(1)), module.name, loaded.upgrade))
    found.sort(key=lambda upgrade: upgrade.number)
    if [upgrade.number for upgrade in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"state upgrades must count up from 1: {', '.join(upgrade.name for upgrade in found)}")
    return found
