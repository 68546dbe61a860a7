"""Changes set aside for later: in memory while they are few, in an unnamed file of the machine when they are not."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from typing import Any

MEMORY_BYTES = 4 * 1024 * 1024


class Spool:
    """A queue written once and read once; the file is gone with the process."""

    def __init__(self, memory: int = MEMORY_BYTES) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=memory, mode="w+b")  # noqa: SIM115  # closed by close()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, item: Any) -> None:
        """Set one thing aside."""
        pickle.dump(item, self._file, protocol=pickle.HIGHEST_PROTOCOL)
        self._count += 1

    def read(self) -> Iterator[Any]:
        """Everything, in its order."""
        self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)  # written by this process alone

    def close(self) -> None:
        """Let it go."""
        self._file.close()
