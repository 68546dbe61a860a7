"""Adding keys and constraints to a table: the server's names for those without one, and the indexes it makes itself."""

from __future__ import annotations

import dataclasses
import re

from checks.ddl.mysql.draft import OwnIndex, TableDraft, same
from checks.ddl.mysql.keys import ReadForeignKey, ReadKey, TableKey
from checks.ddl.mysql.mode import Mode
from checks.facts import Constraint, ConstraintKind, Index, Location

_KEYS = (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE)
TREES = ("", "btree", "hash")
"""Methods of an index that can serve a foreign key; an empty one is the storage engine's own."""
_WITHOUT_FOREIGN_KEYS = frozenset({"myisam", "memory", "aria", "archive", "csv", "merge", "mrg_myisam", "blackhole"})


def add_keys(table: TableDraft, keys: list[TableKey], mode: Mode, location: Location) -> None:
    """Add the keys and constraints of one statement, in its order; foreign keys last, for they may need an index."""
    for key in keys:
        if isinstance(key, ReadKey):
            add_key(table, key, location)
        elif isinstance(key, Constraint):
            add_check(table, key, mode)
    add_foreign_keys(table, [key for key in keys if isinstance(key, ReadForeignKey)], mode, location)


def add_key(table: TableDraft, key: ReadKey, location: Location) -> None:
    """Add an index, or a unique or primary key; an index made for a foreign key that it can serve goes."""
    last = key.columns[-1].casefold()
    if last in table.periods and not table.has_column(last):
        key.columns = (*key.columns[:-1], *reversed(table.periods[last]))
    key.prefixes = _in_part(table, key)
    table.indexes = [
        own for own in table.indexes if not (own.implied and _starts_with(key.columns, own.index.columns, key.prefixes))
    ]
    name = key.name or free_key_name(table, key.columns)
    if key.primary or key.unique:
        for column in key.columns if key.primary else ():
            table.change(column, nullable=False)
        columns = _as_written(table, key.columns)
        table.constraints.append(dataclasses.replace(key.constraint, name=name, columns=columns))
    else:
        index = Index(
            name=name,
            table=table.name,
            columns=_as_written(table, key.columns),
            method=key.method,
            prefixes=key.prefixes,
            invisible=key.invisible,
            parser=key.parser,
            location=location,
        )
        table.indexes.append(OwnIndex(index))


def _as_written(table: TableDraft, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Names of columns in the case in which the table has them."""
    spelled = {column.name.casefold(): column.name for column in table.columns}
    return tuple(spelled.get(column.casefold(), column) for column in columns)


def _in_part(table: TableDraft, key: ReadKey) -> tuple[int | None, ...]:
    """The lengths that cut a column: not one of all its characters, and none in a full-text or spatial index."""
    if key.method in ("fulltext", "spatial"):
        return ()
    whole = {column.name.casefold(): column.type for column in table.columns}
    lengths = tuple(
        None if length and whole.get(column.casefold(), "").endswith(f"char({length})") else length
        for column, length in zip(key.columns, key.prefixes, strict=False)
    )
    return lengths if any(lengths) else ()


def add_foreign_keys(table: TableDraft, keys: list[ReadForeignKey], mode: Mode, location: Location) -> None:
    """Add the foreign keys of one statement, and to each the index it lacks (MySQL: mysql_prepare_create_table)."""
    supported = table.storage_engine not in _WITHOUT_FOREIGN_KEYS
    for key in keys:
        name = key.constraint.name or (key.index_name if mode.mariadb else "")
        name = name or _numbered(f"{table.name.name}_ibfk_", table)
        constraint = dataclasses.replace(key.constraint, name=name, columns=_as_written(table, key.constraint.columns))
        if supported:
            table.constraints.append(constraint)
        _imply_index(table, constraint.columns, key.constraint.name or key.index_name, location)


def _imply_index(table: TableDraft, columns: tuple[str, ...], name: str, location: Location) -> None:
    """Make the index of a foreign key, where no other serves it; one made before for the same columns or fewer goes."""
    longer = [own for own in table.indexes if not own.implied or len(own.index.columns) > len(columns)]
    keys = [(c.columns, c.prefixes) for c in table.constraints if c.kind in _KEYS]
    keys += [(o.index.columns, o.index.prefixes) for o in longer if o.index.method in TREES]
    if any(_starts_with(key, columns, prefixes) for key, prefixes in keys):
        return
    table.indexes = [own for own in table.indexes if own in longer or not _starts_with(columns, own.index.columns)]
    index = Index(
        name=name or free_key_name(table, columns), table=table.name, columns=columns, method="", location=location
    )
    table.indexes.append(OwnIndex(index, implied=True))


def _starts_with(key: tuple[str, ...], columns: tuple[str, ...], prefixes: tuple[int | None, ...] = ()) -> bool:
    """Whether an index begins with these columns, whole."""
    if len(key) < len(columns) or any(prefixes[: len(columns)]):
        return False
    return all(same(one, other) for one, other in zip(key, columns, strict=False))


def add_check(table: TableDraft, check: Constraint, mode: Mode) -> None:
    """Add a check; one that is written again under its own name (as MariaDB's json_valid is) is added once."""
    if check.name and table.constraint(check.name, ConstraintKind.CHECK):
        return
    stem = "CONSTRAINT_" if mode.mariadb else f"{table.name.name}_chk_"
    name = check.name or _numbered(stem, table, fill=mode.mariadb)
    table.constraints.append(dataclasses.replace(check, name=name))


def free_key_name(table: TableDraft, columns: tuple[str, ...]) -> str:
    """The name of a key that is given none: its first column's, with a number where that is taken."""
    first = columns[0] if columns else ""
    stem = "functional_index" if first.startswith("(") else _as_written(table, columns)[0]
    taken = table.key_names() | {"primary"}
    number, name = 1, stem
    while name.lower() in taken:
        number += 1
        name = f"{stem}_{number}"
    return name


def _numbered(stem: str, table: TableDraft, *, fill: bool = False) -> str:
    """`stem` with the number after the highest there is; with `fill`, the lowest free one."""
    taken = {
        int(found.group(1))
        for constraint in table.constraints
        if (found := re.fullmatch(re.escape(stem) + r"(\d+)", constraint.name, re.IGNORECASE))
    }
    number = 1 if fill else max(taken, default=0) + 1
    while number in taken:
        number += 1
    return f"{stem}{number}"
