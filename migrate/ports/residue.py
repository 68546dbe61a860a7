"""Where the leftovers of proofs are kept, so that the slots in the logs can move on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from checks.facts import TableName
from migrate.model.residue import Remains


class Residue(Protocol):
    """The leftovers under one witness slot. Together with what the logs hold from the slot on, they are all that may
    differ since the clean pass that the slot witnessed."""

    def load(self) -> Mapping[TableName, Remains]:
        """By table. One that is absent was never noted: nothing is known of it, and it has to be compared whole."""

    def save(self, remains: Mapping[TableName, Remains]) -> None:
        """Keep these durably in place of what was kept of the same tables; others stay.

        Called before a slot is moved: a crash between the two only has the same changes read again.
        Raises StateConflict when the lease is not held, or was lost.
        """


class KeptResidue(Residue, Protocol):
    def begin(self, remains: Mapping[TableName, Remains], *, but: str | None = None) -> None:
        """Forget what was kept, under whatever slot, except under the slot `but`; then keep these."""
