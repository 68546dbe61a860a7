"""Was every acknowledged write kept, exactly once? Asked of the ledger and of the database that owns the data.

Reads one JSON document on stdin: {"ledger": path, "engine": "postgres", "host", "port", "user", "password", "dbname",
"sslrootcert"}. Writes one JSON document on stdout. Exit code 0: judged (whatever the verdict), 2: bad input,
3: the database could not be read.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent))

from judging import gaps, postgres
from judging.ledger import Book, read
from judging.verdict import Judge, Judgement

SHOWN = 20


def document(book: Book, judgement: Judgement, seconds: float) -> dict[str, Any]:
    """The verdict as one JSON document. Times in seconds; `started_wall` is the epoch of second 0 of `per_second`."""
    kept = not (judgement.lost or judgement.duplicated or judgement.contradictions)
    return {
        "verdict": "kept" if kept else "broken",
        "runs": book.runs,
        "acknowledged": book.count("acknowledged"),
        "refused": book.count("refused"),
        "indeterminate": book.count("indeterminate"),
        "indeterminate_present": judgement.indeterminate_present,
        "lost": len(judgement.lost),
        "duplicated": len(judgement.duplicated),
        "contradictions_total": len(judgement.contradictions),
        "contradictions": [asdict(one) for one in judgement.contradictions[:SHOWN]],
        "longest_write_gap_seconds": gaps.longest(book.writes, book.stopped),
        "longest_read_gap_seconds": gaps.longest(book.reads, book.stopped),
        "write_gaps": gaps.between_servers(book.writes),
        "read_gaps": gaps.between_servers(book.reads),
        "widest_write_gaps": gaps.widest(book.writes),
        "started_wall": book.started.wall if book.started else None,
        "per_second": gaps.per_second(book),
        "judged_in_seconds": round(seconds, 3),
    }


def main() -> int:
    started = time.monotonic()
    try:
        wanted = json.loads(sys.stdin.read())
        if wanted.get("engine", "postgres") != "postgres":
            raise ValueError(f"no judge for engine {wanted['engine']!r}")
        book = read(Path(wanted["ledger"]))
        login = {key: wanted[key] for key in ("host", "port", "user", "password", "dbname")}
        login["sslrootcert"] = wanted.get("sslrootcert")
    except (KeyError, AttributeError, OSError, ValueError) as error:
        sys.stderr.write(f"judge: bad input: {error}\n")
        return 2
    try:
        with postgres.Holdings(login, book.runs) as holdings:
            judgement = Judge(book, holdings).judge()
    except psycopg.Error as error:
        sys.stderr.write(f"judge: the database could not be read: {error}\n")
        return 3
    sys.stdout.write(json.dumps(document(book, judgement, time.monotonic() - started)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
