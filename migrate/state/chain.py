"""The hash chain of a journal. It shows that an entry was changed, not who changed it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from migrate.errors import StateConflict
from migrate.model.journal import Entry
from migrate.model.json import Facts
from migrate.state.instants import text_of


def canonical(body: Facts) -> str:
    """The one JSON text of these facts. Raises TypeError or ValueError for what is not plain JSON."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False)


def beginning(migration: str) -> str:
    """What the first entry of a migration has for `previous`: no chain can be passed off as another migration's."""
    return hashlib.sha256(f"aurora-migrate journal of {migration}".encode()).hexdigest()


def hash_of(entry: Entry) -> str:
    """SHA-256 over every field but `hash` itself."""
    fields: Facts = {
        "seq": entry.seq,
        "at": text_of(entry.at),
        "kind": entry.kind.value,
        "run": entry.run,
        "step": entry.step,
        "body": entry.body,
        "fence": entry.fence,
        "previous": entry.previous,
    }
    return hashlib.sha256(canonical(fields).encode()).hexdigest()


def verify(migration: str, entries: Iterable[Entry], head_seq: int, head_hash: str) -> None:
    """Walk the chain from its beginning to its recorded head.

    Raises StateConflict naming the first entry that does not fit.
    """
    last_seq, last_hash = 0, beginning(migration)
    for entry in entries:
        if entry.seq != last_seq + 1:
            raise broken(migration, last_seq + 1, "the entry is missing")
        if entry.previous != last_hash:
            raise broken(migration, entry.seq, "it does not follow the entry before it")
        if entry.hash != hash_of(entry):
            raise broken(migration, entry.seq, "its content was changed")
        last_seq, last_hash = entry.seq, entry.hash
    if last_seq < head_seq:
        raise broken(migration, last_seq + 1, "the entry is missing")
    if last_hash != head_hash:
        raise broken(migration, last_seq, "it is not the entry that was written last")


def broken(migration: str, seq: int, why: str) -> StateConflict:
    """The error for a journal that was tampered with or damaged."""
    return StateConflict(
        f"the journal of {migration} cannot be trusted: entry {seq}: {why}",
        code="STA-022",
        hint="Restore the state database from a backup. Nothing acts on a journal that does not verify.",
    )
