"""Validate again and again while an application writes: `python -m tests.detection.live --runs 100 --engine postgres`.

Nothing is wrong, so whatever is said to differ is a false alarm. That the very same runs would find something is shown
between them: after every tenth one row is changed on the target alone, must be named, and is mended again. With
`--results FILE` what was found is added as a line of JSON, which `make detection` puts on its page.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pymysql

from checks.route import Engine
from tests.chaos.play import conditions
from tests.scenarios.theatre import Staged, migration

SAMPLES = {Engine.POSTGRES: "postgres/ledger", Engine.MYSQL: "mysql/shop"}
DAMAGE = {
    Engine.POSTGRES: """UPDATE ledger."Branch Office" SET "Display Name" = {} WHERE "branchNo" = 1""",
    Engine.MYSQL: "UPDATE categories SET name = {} WHERE id = 1",
}
"""Of a row that no application writes: replication would mend another."""
APPENDED = {Engine.POSTGRES: """"Display Name" || '!'""", Engine.MYSQL: "CONCAT(name, '!')"}
RESTORED = {
    Engine.POSTGRES: """left("Display Name", -1)""",
    Engine.MYSQL: "LEFT(name, CHAR_LENGTH(name) - 1)",
}
EVERY = 10
MATCHES, DIFFERS = 0, 3


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=100)
    options.add_argument("--engine", type=Engine, choices=list(SAMPLES), default=Engine.POSTGRES)
    options.add_argument("--rate", type=float, default=300.0, help="transactions offered per second")
    options.add_argument("--scale", type=float, default=0.02)
    options.add_argument("--results", type=Path, help="a file of JSON lines to add to")
    chosen = options.parse_args()
    with migration(SAMPLES[chosen.engine], chosen.scale) as staged:
        with staged.application(chosen.rate) as application:
            told: dict[str, Any] = {"engine": chosen.engine.value, "runs": 0, "alarms": [], "unknown": [], "missed": []}
            for number in range(1, chosen.runs + 1):
                application.write(int(chosen.rate) // 3)
                look(staged, number, told)
                if number % EVERY == 0:
                    with damaged(staged, chosen.engine):
                        look_for_damage(staged, number, told)
            told["acknowledged"] = application.acknowledged
        told |= {"rate": chosen.rate, "scale": chosen.scale, **conditions(staged)}
    line = json.dumps(told, sort_keys=True)
    sys.stdout.write(line + "\n")
    if chosen.results is not None:
        with chosen.results.open("a", encoding="utf-8") as out:
            out.write(line + "\n")
    return int(bool(told["alarms"] or told["missed"]))


def look(staged: Staged, number: int, told: dict[str, Any]) -> None:
    """One run in which nothing is wrong."""
    ran = staged.run("validate", "--format", "json")
    report = ran.json
    told["runs"] += 1
    told["rows"] = report["summary"]["rows"]
    for table in report["tables"]:
        if table["verdict"] != "match":
            kind = "alarms" if table["verdict"] == "differs" else "unknown"
            told[kind].append([number, table["table"], table["reason"]])
    if ran.code == DIFFERS and not told["alarms"] and not told["unknown"]:
        told["alarms"].append([number, "", "a proof beside the rows"])
    sys.stderr.write(f"{number}: {report['summary']['verdict']}\n")


def look_for_damage(staged: Staged, number: int, told: dict[str, Any]) -> None:
    """One run in which one row is wrong."""
    told["damaged"] = told.get("damaged", 0) + 1
    ran = staged.run("validate", "--format", "json")
    found = [table for table in ran.json["tables"] if table["verdict"] == "differs"]
    if ran.code != DIFFERS or len(found) != 1 or len(found[0]["differences"]) != 1:
        told["missed"].append([number, [table["table"] for table in found]])


@contextmanager
def damaged(staged: Staged, engine: Engine) -> Iterator[None]:
    """One row of the target is another while this is entered."""
    on_target(staged, engine, DAMAGE[engine].format(APPENDED[engine]))
    try:
        yield
    finally:
        on_target(staged, engine, DAMAGE[engine].format(RESTORED[engine]))


def on_target(staged: Staged, engine: Engine, statement: str) -> None:
    login = staged.target()
    if engine is Engine.POSTGRES:
        with psycopg.connect(**login, autocommit=True) as connection:
            changed = connection.execute(statement).rowcount
    else:
        parts = {key: login[key] for key in ("host", "port", "user", "password")}
        where = {"database": login["dbname"], "ssl_ca": login["sslrootcert"], "autocommit": True}
        with pymysql.connect(**parts, **where) as session, session.cursor() as cursor:
            changed = cursor.execute(statement)
    if changed != 1:
        raise RuntimeError(f"{changed} rows were changed by: {statement}")


if __name__ == "__main__":
    sys.exit(main())
