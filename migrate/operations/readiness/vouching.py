"""Whether a kept report of a rehearsal is the one that was written: asked of the journals that hold digests."""

from __future__ import annotations

from pathlib import Path

from migrate.clock import Clock
from migrate.errors import MigrateError
from migrate.events import silent
from migrate.model.cutover import Evidence
from migrate.model.trend import KeptRehearsal
from migrate.model.vouched import Vouched, VouchedRehearsal
from migrate.operations.readiness.record import Record
from migrate.operations.rehearsal import kept
from migrate.operations.rehearsal.anchor import ANCHOR, place
from migrate.settings import load
from migrate.wiring.session import Session

SETTINGS, STATE = "migration.toml", ".aurora-migrate/state.db"
"""Where a rehearsal in a sandbox keeps them, beside its report."""
ITS_OWN = "Check it with its own settings: aurora-migrate report verify -c ITS-migration.toml"


class Vouching:
    """`record` is of the migration that is asked about: a rehearsal on its own databases is journaled there, one in a
    sandbox in a journal beside its report."""

    def __init__(self, record: Record, clock: Clock) -> None:
        self._anchors = record.evidence(ANCHOR)
        self._clock = clock

    def below(self, folder: Path) -> tuple[tuple[VouchedRehearsal, ...], tuple[str, ...]]:
        """Every kept report below `folder`, oldest first, and the files that are none."""
        found, unread = kept.below(folder)
        return tuple(self._vouched(one, folder) for one in found), unread

    def _vouched(self, one: KeptRehearsal, folder: Path) -> VouchedRehearsal:
        answer, because = self.answer(folder / one.file, one.digest)
        return VouchedRehearsal(**vars(one), vouched=answer, vouched_because=because)

    def answer(self, path: Path, digest: str) -> tuple[Vouched, str]:
        """And why, in words."""
        if digest in [one.facts.get("digest") for one in self._anchors]:
            return Vouched.HOLDS, "this migration's journal holds its digest"
        settings = path.parent / SETTINGS
        if settings.is_file() and (path.parent / STATE).is_file():
            return self._beside(settings, digest)
        if any(one.facts.get("place") == place(path) for one in self._anchors):
            return Vouched.BROKEN, "it is not the report whose digest this migration's journal holds for its folder"
        return Vouched.UNKNOWN, f"its journal is not at hand: nothing here tells whether it was changed. {ITS_OWN}"

    def _beside(self, settings: Path, digest: str) -> tuple[Vouched, str]:
        try:
            with Session(load(settings), silent, self._clock) as session:
                anchors: list[Evidence] = list(Record(session.history).evidence(ANCHOR))
        except MigrateError as problem:
            return Vouched.BROKEN, f"{problem.code} {problem.message}"
        if not anchors:
            return Vouched.UNKNOWN, "its journal names no digest of it"
        if anchors[-1].facts.get("digest") != digest:
            return Vouched.BROKEN, "it is not the report that the rehearsal wrote"
        return Vouched.HOLDS, "the report is the one whose digest its journal holds"
