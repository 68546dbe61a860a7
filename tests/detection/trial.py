"""One route: tables built, damaged, read back, and handed to the validator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from migrate.model.validation import TableResult
from tests.detection.damage import BLOCK_ROWS, Damage, build, damages
from tests.detection.kinds import Harmless, Kind, Route
from tests.detection.quiet import build_harmless
from tests.detection.reading import Contents, prove, read
from tests.detection.registry import harmless_of, kinds_of
from tests.detection.scoring import Score, findings, named
from tests.detection.stage import Stage, servers


@dataclass(frozen=True)
class Trial:
    """A route's damage, done and proven."""

    stage: Stage
    kinds: tuple[Kind, ...]
    harmless: tuple[Harmless, ...]
    damages: dict[str, list[Damage]]
    """By name of the kind."""
    after: Contents

    @property
    def keyless(self) -> list[str]:
        return [d.table for kind in self.kinds if kind.act.keyless for d in self.damages[kind.name]]

    def scores(self, kinds: Sequence[Kind] = ()) -> dict[str, Score]:
        """How the validator names each kind of damage, with chunks so small that each damage is alone in its own."""
        damages = {kind.name: self.damages[kind.name] for kind in kinds or self.kinds}
        tables = list(dict.fromkeys(d.table for done in damages.values() for d in done))
        report = self.stage.validated(tables, BLOCK_ROWS)
        found = findings(report, self.keyless)
        assert len(report.tables) == len(tables)
        return {name: named(done, found) for name, done in damages.items()}

    def quiet(self) -> dict[str, TableResult]:
        """What the validator says where no row was changed."""
        report = self.stage.validated([kind.table for kind in self.harmless], BLOCK_ROWS)
        by_table = {result.table.name: result for result in report.tables}
        return {kind.name: by_table[kind.table] for kind in self.harmless}

    def settle_in(self) -> None:
        """Do what changes a whole database, after everything else; every session begins anew under it."""
        build_harmless(self.stage, [kind for kind in self.harmless if kind.alone])
        self.stage.connect()


@contextmanager
def trial(route: Route, home: Path, seeds: int) -> Iterator[Trial]:
    """Raises UnchangedError where a damage did not damage what it should."""
    with servers(route, home) as pair, Stage(route, pair) as stage:
        kinds, harmless = kinds_of(route), harmless_of(route)
        build(stage, kinds, seeds)
        before = read(stage, kinds, seeds)
        build_harmless(stage, [kind for kind in harmless if not kind.alone])
        done: dict[str, list[Damage]] = {kind.name: [] for kind in kinds}
        for damage in damages(stage, kinds, seeds):
            done[damage.kind.name].append(damage)
        after = read(stage, kinds, seeds)
        prove([d for some in done.values() for d in some], before, after)
        yield Trial(stage, kinds, harmless, done, after)
