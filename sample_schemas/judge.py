"""Was every acknowledged write kept, exactly once? Asked of the ledger and of the database that owns the data.

Reads one JSON document on stdin: {"ledger": path, "engine": "postgres", "mysql" or "mariadb", "host", "port", "user",
"password", "dbname", "sslrootcert"}. Which sample it is says the ledger. Writes one JSON document on stdout.
Exit code 0: judged (whatever the verdict), 2: bad input, 3: the database could not be read.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).resolve().parent))

from judging import gaps
from judging.databases import Unreadable, open_snapshot
from judging.ledger import Book, read
from judging.verdict import Expectations, Judge, Judgement

SAMPLES = Path(__file__).resolve().parent
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


def expectations(sample: str) -> Expectations:
    """The `expectations.py` of `postgres/ledger` or its like. Raises ValueError where there is none."""
    file = SAMPLES / sample / "expectations.py"
    if not sample or not file.is_file():
        raise ValueError(f"the ledger names no sample that can be judged, but {sample!r}")
    specification = importlib.util.spec_from_file_location("expectations", file)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return cast(Expectations, module)


def main() -> int:
    started = time.monotonic()
    try:
        wanted = json.loads(sys.stdin.read())
        book = read(Path(wanted["ledger"]))
        expected = expectations(book.sample)
    except (KeyError, AttributeError, TypeError, OSError, ValueError) as error:
        sys.stderr.write(f"judge: bad input: {error}\n")
        return 2
    try:
        with open_snapshot(wanted, book.runs) as snapshot:
            judgement = Judge(book).judge(expected, snapshot)
    except (KeyError, ValueError) as error:
        sys.stderr.write(f"judge: bad input: {error}\n")
        return 2
    except Unreadable as error:
        sys.stderr.write(f"judge: the database could not be read: {error}\n")
        return 3
    sys.stdout.write(json.dumps(document(book, judgement, time.monotonic() - started)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
