"""What an altered table changed, told by the catalog before and after (dms.md §5.2, §12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.tables import C, Table


@dataclass(frozen=True)
class Differences(Generic[C]):
    """What the target lacks, by the target's names."""

    added: tuple[tuple[C, str], ...]
    dropped: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    retyped: tuple[tuple[C, C, str], ...]
    """The column before and after, and its name on the target."""

    def __bool__(self) -> bool:
        return bool(self.added or self.dropped or self.renamed or self.retyped)


def differences(route: Route[C], after: Table[C]) -> Differences[C]:
    """What to do on the target so that it takes the rows of the altered table.

    Columns are added at the end, whatever place the statement named; defaults and nullability are not carried (§12).
    A column that is gone and one of another name at its place, of its type, are a renaming (assumption).
    """
    before, target = route.aligned, route.target
    if before is None or target is None:
        return Differences((), (), (), ())
    name = route.selection.target_column
    gone = [one for one in before.columns if after.column(one.name) is None]
    new = [one for one in after.columns if before.column(one.name) is None]
    renamed: list[tuple[str, str]] = []
    for old, now in [(old, now) for old in gone for now in new if old.place == now.place]:
        old_name, new_name = name(old.name), name(now.name)
        if not old_name or not new_name or old.type_sql != now.type_sql:
            continue
        if target.column(old_name) is not None and target.column(new_name) is None:
            renamed.append((old_name, new_name))
            gone.remove(old)
    taken = {new_name for _, new_name in renamed}
    added = [
        (one, there)
        for one in after.columns
        if not one.generated and (there := name(one.name)) and there not in taken and target.column(there) is None
    ]
    dropped = [there for one in gone if (there := name(one.name)) and target.column(there) is not None]
    retyped: list[tuple[C, C, str]] = []
    for now in after.columns:
        was, there = before.column(now.name), name(now.name)
        found = target.column(there) if there else None
        if was is not None and there and found is not None and now.type_sql not in {was.type_sql, found.type_sql}:
            retyped.append((was, now, there))
    return Differences(tuple(added), tuple(dropped), tuple(renamed), tuple(retyped))
