"""Whether two catalogs hold the same tables, as far as rows moved between them hang on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from checks.facts import Catalog, Constraint, ConstraintKind, Table, TableName

ACTING = ("cascade", "set null", "set default")
KEYS = (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE)
NAMED_MAX = 6
"""Parts that a line about one table names."""


def differences(
    leaving: Catalog, arriving: Catalog, names: tuple[str, str], *, only: Collection[TableName] | None = None
) -> tuple[str, ...]:
    """One line for each table that the two do not hold alike; `names` say which side is which, `leaving` first.

    Only permanent tables count, and of these those in `only` if it is given.
    """
    here, there = (
        {table.name: table for table in catalog.tables if _counts(table, only)} for catalog in (leaving, arriving)
    )
    found = [f"{table}: only on the {names[0]}" for table in sorted(here.keys() - there.keys())]
    found += [f"{table}: only on the {names[1]}" for table in sorted(there.keys() - here.keys())]
    for name in sorted(here.keys() & there.keys()):
        one, other = _shape(here[name]), _shape(there[name])
        if one != other:
            found.append(f"{name}: columns or keys differ: {_told(one, other, names)}")
    return tuple(found)


def _counts(table: Table, only: Collection[TableName] | None) -> bool:
    return table.persistence == "permanent" and (only is None or table.name in only)


@dataclass(frozen=True)
class _Shape:
    """What must be alike: columns with type and nullability, by name; primary, unique and foreign keys.

    Of these also what they do to children: a MySQL server's log does not tell it, and the proofs rely on both sides
    doing the same.
    """

    columns: Mapping[str, str]
    keys: tuple[str, ...]


def _shape(table: Table) -> _Shape:
    keys = [f"{c.kind.value} ({', '.join(c.columns)})" for c in table.constraints if c.kind in KEYS]
    keys += [_reference(c) for c in table.constraints if c.kind is ConstraintKind.FOREIGN_KEY]
    return _Shape({c.name: f"{c.type}{'' if c.nullable else ' not null'}" for c in table.columns}, tuple(sorted(keys)))


def _reference(key: Constraint) -> str:
    acts = [
        f" on {event} {action}"
        for event, action in (("delete", key.on_delete), ("update", key.on_update))
        if action in ACTING
    ]
    return f"foreign key ({', '.join(key.columns)}) to {key.references}{''.join(acts)}"


def _told(here: _Shape, there: _Shape, names: tuple[str, str]) -> str:
    parts = [
        f"{name} is {here.columns.get(name, 'absent')} on the {names[0]}, {there.columns.get(name, 'absent')} on the"
        f" {names[1]}"
        for name in sorted(here.columns.keys() | there.columns.keys())
        if here.columns.get(name) != there.columns.get(name)
    ]
    parts += [f"{key} only on the {names[0]}" for key in _less(here.keys, there.keys)]
    parts += [f"{key} only on the {names[1]}" for key in _less(there.keys, here.keys)]
    more = f"; and {len(parts) - NAMED_MAX} more" if len(parts) > NAMED_MAX else ""
    return "; ".join(parts[:NAMED_MAX]) + more


def _less(some: Iterable[str], others: Iterable[str]) -> list[str]:
    """Those of `some` that are left when each of `others` took one away."""
    left = list(others)
    found = []
    for key in some:
        if key in left:
            left.remove(key)
        else:
            found.append(key)
    return found
