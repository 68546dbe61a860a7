"""What may stand in the journal: plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
Facts = Mapping[str, Json]
"""Named JSON values that a step read or produced. Never a secret."""
