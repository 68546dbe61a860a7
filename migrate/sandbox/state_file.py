"""The file in a sandbox's home that says where it answers. Readable by its owner only."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

STATE_FILE = "sandbox.json"


def write_state(home: Path, state: dict[str, Any]) -> None:
    """Replace the file at once, so that nobody reads half of it."""
    new = home / f"{STATE_FILE}.new"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(state, file)
    new.replace(home / STATE_FILE)


def read_state(home: Path) -> dict[str, Any] | None:
    """What the sandbox in `home` said when it started; None when there is no file or it cannot be read."""
    try:
        state = json.loads((home / STATE_FILE).read_text())
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) else None
