"""Three ways in which migrations are often checked, on the same damaged rows: counts, a sample, a 32-bit checksum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from migrate.model.database import Side
from tests.detection.damage import Damage, block_expression
from tests.detection.kinds import Act, Harmless, Kind, Route
from tests.detection.reading import Content, Contents
from tests.detection.scoring import Score, flagged, pointed
from tests.detection.stage import SIDES, Stage

SAMPLED = 200


def counts(stage: Stage, damages: Sequence[Damage]) -> Score:
    """Rows of each table."""
    return flagged(damages, _differing(stage, damages, "0"))


def checksum(stage: Stage, damages: Sequence[Damage]) -> Score:
    """XOR of a 32-bit hash of each row's text, and the rows' number."""
    kind = damages[0].kind
    columns = [*([] if kind.act.keyless else ["id"]), "v", *(["w"] if kind.act is Act.SWAP_COLUMNS else []), "note"]
    return flagged(damages, _differing(stage, damages, row_xor(stage.route, columns, text=_is_text(kind))))


def row_xor(route: Route, columns: Sequence[str], *, text: bool = False) -> str:
    """As pt-table-checksum sums up a chunk. PostgreSQL before 18 has no CRC32; there hashtext, its own 32-bit hash."""
    if route.postgres:
        nulls = ", ".join(f"({c} IS NULL)::int" for c in columns)
        return f"bit_xor(hashtext(concat_ws('#', {', '.join(columns)}, concat({nulls}))))"
    shown = [f"CONVERT({c} USING utf8mb4)" if text and c == "v" else c for c in columns]
    nulls = ", ".join(f"ISNULL({c})" for c in columns)
    return f"BIT_XOR(CRC32(CONCAT_WS('#', {', '.join(shown)}, CONCAT({nulls}))))"


def _is_text(kind: Kind) -> bool:
    return any(word in kind.type for word in ("char", "text"))


def _differing(stage: Stage, damages: Sequence[Damage], aggregate: str) -> Mapping[str, set[int]]:
    """By table, the blocks whose number of rows or aggregate is not the same on both sides."""
    found: dict[str, set[int]] = {}
    for table in dict.fromkeys(damage.table for damage in damages):
        block = "0" if damages[0].kind.act.keyless else block_expression(stage.route)
        question = f"SELECT {block} AS block, COUNT(*), {aggregate} FROM {table} GROUP BY 1"
        here, there = ({int(b): rest for b, *rest in stage.ask(side, question)} for side in SIDES)
        found[table] = {b for b in here.keys() | there.keys() if here.get(b) != there.get(b)}
    return found


def harmless(stage: Stage, kind: Harmless) -> dict[str, Score]:
    """The same three, of a table in which no row was changed."""
    columns = [column.split()[0] for column in kind.columns.split(", ")]
    printed = ", ".join(f"{c}::text" if stage.route.postgres else f"CAST({c} AS CHAR)" for c in columns)
    rows, numbers, sums = (
        [stage.ask(side, f"SELECT {what} FROM {kind.table}") for side in SIDES]
        for what in (printed, "COUNT(*)", row_xor(stage.route, columns))
    )
    here, there = ({row[0]: row for row in some} for some in rows)
    drawn = Random(kind.table).sample(sorted(here), min(SAMPLED, len(here)))
    return {
        "counts": Score(false_alarms=int(numbers[0] != numbers[1])),
        "sample": Score(false_alarms=sum(here[key] != there.get(key) for key in drawn)),
        "checksum": Score(false_alarms=int(sums[0] != sums[1])),
    }


def sample(damages: Sequence[Damage], after: Contents) -> Score:
    """Some rows of the source, drawn at random, looked up on the target."""
    if damages[0].kind.act.keyless:
        return Score(refused="no key to look a row up by")
    random = Random(f"{damages[0].table}/sample")
    found: dict[str, set[str]] = {}
    for table in dict.fromkeys(damage.table for damage in damages):
        here: Content = after[table, Side.SOURCE]
        there: Content = after[table, Side.TARGET]
        drawn = random.sample(sorted(here), min(SAMPLED, len(here)))
        found[table] = {key for key in drawn if here[key] != there.get(key)}
    return pointed(damages, found)
