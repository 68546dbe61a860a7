"""Builds the tables of each kind on both sides, and damages rows of them. What is expected follows from what was done.

A keyed table has a block of rows for each seed, and damage in the middle of each block: with chunks as large as a
block, every damage must change the sum of its own few rows. A table without a key is one chunk, so there each seed has
a table of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random

from migrate.model.database import Side
from tests.detection.kinds import Act, Kind, Pair, Route
from tests.detection.stage import SIDES, Stage

BLOCK_ROWS = 6
STRIDE = 10
HIT, NEIGHBOUR, SPARE = 3, 4, 8
"""Places in a block: the damaged row, the one it exchanges with, one that is free."""
HARMLESS_ROWS = 200
AT_ONCE = 200

Found = tuple[str, str, tuple[str, ...]]
"""A difference: key, kind, columns. The key of a row without a key is not known here: it is left empty."""


@dataclass(frozen=True)
class Damage:
    """What was done to one row, or to two that exchanged values, of one side."""

    kind: Kind
    table: str
    seed: int
    side: Side
    statement: str
    expected: frozenset[Found]


def tables_of(kind: Kind, seeds: int) -> list[str]:
    return [f"{kind.table}_{seed}" for seed in range(seeds)] if kind.act.keyless else [kind.table]


def build(stage: Stage, kinds: Sequence[Kind], seeds: int) -> None:
    """The same tables with the same rows on both sides."""
    for kind in kinds:
        for side in SIDES:
            if kind.setup:
                stage.run(side, kind.setup)
            type_ = kind.target_type if kind.target_type and side is Side.TARGET else kind.type
            second = f", w {type_}" if kind.act is Act.SWAP_COLUMNS else ""
            first = "" if kind.act.keyless else f"id {kind.key_type} PRIMARY KEY, "
            for table in tables_of(kind, seeds):
                stage.run(side, f"CREATE TABLE {table} ({first}v {type_}{second}, note varchar(20))")
    with stage.transaction():
        for kind in kinds:
            blocks = [_block(kind, seed) for seed in range(seeds)]
            tables = tables_of(kind, seeds)
            for table, rows in zip(tables, blocks if kind.act.keyless else [list(chain(*blocks))], strict=True):
                insert(stage, table, rows)


def insert(stage: Stage, table: str, rows: Sequence[str], sides: Sequence[Side] = SIDES, columns: str = "") -> None:
    for begin in range(0, len(rows), AT_ONCE):
        values = ", ".join(rows[begin : begin + AT_ONCE])
        for side in sides:
            stage.run(side, f"INSERT INTO {table} {columns} VALUES {values}")


def _pair(kind: Kind, seed: int) -> Pair:
    return kind.pair(Random(f"{kind.name}/{seed}"))


def _number(seed: int, place: int) -> int:
    return seed * STRIDE + place


def _block(kind: Kind, seed: int) -> list[str]:
    """The rows of one seed, as SQL."""
    random = Random(f"{kind.name}/{seed}/others")
    before, after = _pair(kind, seed)
    rows = []
    for place in range(1, BLOCK_ROWS + 1):
        first, second = kind.pair(random)
        if place == HIT or (kind.act.keyless and kind.act is not Act.CHANGE_KEYLESS and place == NEIGHBOUR):
            first, second = before, after
        elif kind.act is Act.SWAP_ROWS and place == NEIGHBOUR:
            first = after
        w = f", {second}" if kind.act is Act.SWAP_COLUMNS else ""
        if kind.act.keyless:
            rows.append(f"({first}, 'twin')" if first == before else f"({first}, 'note {place}')")
        else:
            rows.append(f"({kind.key(_number(seed, place))}, {first}{w}, 'note {place}')")
    return rows


def damages(stage: Stage, kinds: Sequence[Kind], seeds: int) -> Iterator[Damage]:
    """Damage every seed's row on one side or the other, and say what a validator has to find."""
    with stage.transaction():
        for kind in kinds:
            for seed in range(seeds):
                side = Random(f"{kind.name}/{seed}/side").choice(SIDES)
                made = (_keyless if kind.act.keyless else _keyed)(kind, seed, side, stage.route)
                stage.run(side, made.statement)
                yield made


def _keyed(kind: Kind, seed: int, side: Side, route: Route) -> Damage:
    before, after = _pair(kind, seed)
    hit, neighbour, spare = (kind.key(_number(seed, place)) for place in (HIT, NEIGHBOUR, SPARE))
    moved = kind.moved_key(_number(seed, HIT)) if kind.moved_key else spare
    table, where = kind.table, f"WHERE id = {hit}"
    gone, come = _absent(side), _absent(_other(side))
    match kind.act:
        case Act.CHANGE:
            statement, expected = f"UPDATE {table} SET v = {after} {where}", {(hit, "changed", ("v",))}
        case Act.SWAP_ROWS:
            values = f"CASE WHEN id = {hit} THEN {_typed(after, kind, route)} ELSE {_typed(before, kind, route)} END"
            statement = f"UPDATE {table} SET v = {values} WHERE id IN ({hit}, {neighbour})"
            expected = {(hit, "changed", ("v",)), (neighbour, "changed", ("v",))}
        case Act.SWAP_COLUMNS:
            statement = f"UPDATE {table} SET v = {after}, w = {before} {where}"
            expected = {(hit, "changed", ("v", "w"))}
        case Act.LOSE:
            statement, expected = f"DELETE FROM {table} {where}", {(hit, gone, ())}
        case Act.ADD:
            statement = f"INSERT INTO {table} (id, v, note) VALUES ({spare}, {before}, 'note')"
            expected = {(spare, come, ())}
        case Act.MOVE:
            statement = f"UPDATE {table} SET id = {moved} {where}"
            expected = {(hit, gone, ()), (moved, come, ())}
        case _:
            raise AssertionError(kind.act)
    found = frozenset((key.strip("'"), what, columns) for key, what, columns in expected)
    return Damage(kind, table, seed, side, statement, frozenset() if kind.equal else found)


def _keyless(kind: Kind, seed: int, side: Side, route: Route) -> Damage:
    before, after = _pair(kind, seed)
    table = f"{kind.table}_{seed}"
    gone, come = ("", _absent(side), ()), ("", _absent(_other(side)), ())
    one = f"WHERE ctid = (SELECT min(ctid) FROM {table} WHERE v = {before})" if route.postgres else (
        f"WHERE v = {before} LIMIT 1"
    )  # fmt: skip
    match kind.act:
        case Act.LOSE_TWIN:
            return Damage(kind, table, seed, side, f"DELETE FROM {table} {one}", frozenset({gone}))
        case Act.ADD_TWIN:
            statement = f"INSERT INTO {table} VALUES ({before}, 'twin')"
            return Damage(kind, table, seed, side, statement, frozenset({come}))
        case _:
            statement = f"UPDATE {table} SET v = {after} {one}"
            return Damage(kind, table, seed, side, statement, frozenset({gone, come}))


def _typed(literal: str, kind: Kind, route: Route) -> str:
    return f"CAST({literal} AS {kind.type})" if route.postgres else literal


def _other(side: Side) -> Side:
    return Side.SOURCE if side is Side.TARGET else Side.TARGET


def _absent(side: Side) -> str:
    return f"missing_on_{side}"


def block_of(damage: Damage) -> int:
    """The number of its block within the table; 0 for a table of its own."""
    return 0 if damage.kind.act.keyless else damage.seed


def block_expression(route: Route) -> str:
    """SQL: the block that a row of a keyed table belongs to, whatever the type of its key."""
    if route.postgres:
        return f"right(id::text, 7)::bigint / {STRIDE}"
    return f"CAST(RIGHT(id, 7) AS UNSIGNED) DIV {STRIDE}"
