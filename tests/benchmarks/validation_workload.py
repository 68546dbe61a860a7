"""Somebody else's work on a server, in a process of its own: short transactions, one after the other, each timed.

`python -m tests.benchmarks.validation_workload` reads one JSON object from standard input (engine, host, port, user,
password, database, ca_file, seconds) and prints the latencies in milliseconds as a JSON array.
"""

from __future__ import annotations

import json
import sys
import time
from random import Random
from typing import Any

import psycopg
import pymysql

ACCOUNTS = 10_000
PAUSE_SECONDS = 0.004
"""Think time: the server has something to do, and time left."""


def connect(asked: dict[str, Any]) -> Any:
    if asked["engine"] == "postgres":
        return psycopg.connect(
            host=asked["host"],
            port=asked["port"],
            user=asked["user"],
            password=asked["password"],
            dbname=asked["database"],
            sslmode="verify-full",
            sslrootcert=asked["ca_file"],
        )
    return pymysql.connect(
        host=asked["host"],
        port=asked["port"],
        user=asked["user"],
        password=asked["password"],
        database=asked["database"],
        ssl_ca=asked["ca_file"],
    )


def main() -> None:
    asked = json.load(sys.stdin)
    random = Random(1)
    latencies = []
    with connect(asked) as connection, connection.cursor() as cursor:
        until = time.monotonic() + asked["seconds"]
        while time.monotonic() < until:
            account, amount = random.randint(1, ACCOUNTS), random.randint(1, 9)
            began = time.monotonic()
            cursor.execute("UPDATE accounts SET balance = balance + %s WHERE id = %s", [amount, account])
            cursor.execute("SELECT balance FROM accounts WHERE id = %s", [account])
            cursor.fetchone()
            cursor.execute("INSERT INTO history (account, amount) VALUES (%s, %s)", [account, amount])
            connection.commit()
            latencies.append((time.monotonic() - began) * 1000)
            time.sleep(PAUSE_SECONDS)
    sys.stdout.write(json.dumps(latencies))


if __name__ == "__main__":
    main()
