"""The fixtures as a server of some version can load them."""

from __future__ import annotations

import re
from pathlib import Path

SCHEMA = Path(__file__).parent / "fixture_schema.sql"
MUSEUM = Path(__file__).parent / "fixture_mariadb.sql"
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


def mariadb_schema(version: tuple[int, ...], folder: Path) -> Path:
    """A file in `folder` with what this version of MariaDB has in place of what came later."""
    text = MUSEUM.read_text(encoding="utf-8")
    for since, later, before in _MARIADB_SINCE:
        assert later in text
        if version < since:
            text = text.replace(later, before)
    if version >= (11, 5):
        # The default collation changed, and a file does not tell which server it was written for.
        text = text.replace("SET utf8mb3;", "SET utf8mb3 COLLATE utf8mb3_general_ci;")
    path = folder / MUSEUM.name
    path.write_text(text, encoding="utf-8")
    return path


_MARIADB_SINCE = (
    ((10, 5, 25), "/*M!999999\\- enable the sandbox mode */\n", ""),
    ((10, 6), "KEY by_title (title(20), price) IGNORED", "KEY by_title (title(20), price)"),
    ((10, 6), "ALTER KEY by_title NOT IGNORED, ", ""),
    ((10, 7), "tag uuid NOT NULL", "tag char(36) NOT NULL"),
    ((10, 10), "gate inet4", "gate varchar(15)"),
    ((10, 10), "COLLATE uca1400_ai_ci", "COLLATE utf8mb4_bin"),
)
