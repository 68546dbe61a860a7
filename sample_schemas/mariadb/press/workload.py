"""The newspaper's application. What it reads and says: application.run."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from application.connection import Connection
from application.mysql import MySqlConnection
from application.run import run
from application.sessions import Business
from transactions import Newsroom, Surveyed


def survey(connection: Connection) -> Surveyed | None:
    """What the seed holds. None while it is not loaded."""
    ((issues,),) = connection.ask("SELECT count(*) FROM issues")
    articles = connection.ask(
        "SELECT cast(id AS char) FROM articles WHERE origin = 'seed' AND state = 'published' ORDER BY id LIMIT 1000"
    )
    return Surveyed(issues, tuple(key for (key,) in articles)) if issues and articles else None


PRESS = Business(
    sample="mariadb/press",
    connect=MySqlConnection,
    survey=survey,
    customer=Newsroom,
    read="SELECT headline, revision FROM articles WHERE slug = 'Archive-000001'",
)

if __name__ == "__main__":
    sys.exit(run(PRESS))
