"""The fixture of PostgreSQL as a server of some version can load it."""

from __future__ import annotations

import re
from pathlib import Path

SCHEMA = Path(__file__).parent / "fixture_schema.sql"
_SINCE = re.compile(r"^-- since (\d+)\n(.*?)^-- ever\n", re.MULTILINE | re.DOTALL)


def postgres_schema(major: int, folder: Path) -> Path:
    """A file in `folder` without what came after this version."""
    text = _SINCE.sub(lambda block: block[2] if major >= int(block[1]) else "", SCHEMA.read_text(encoding="utf-8"))
    if major < 11:
        # A trigger's function was called a procedure, and so was an operator's.
        text = text.replace("EXECUTE FUNCTION", "EXECUTE PROCEDURE").replace("FUNCTION = int4eq", "PROCEDURE = int4eq")
    path = folder / SCHEMA.name
    path.write_text(text, encoding="utf-8")
    return path
