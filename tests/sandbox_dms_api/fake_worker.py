"""Speaks the worker's protocol without moving a row, for tests of the states alone.

argv: what to do (run, finish, fail, die, die-first:N, silent-stop), and a folder that takes what it was told, one file
a start.
"""

import json
import os
import sys
from pathlib import Path


def say(**event):
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def main():
    conduct, folder = sys.argv[1], Path(sys.argv[2])
    told = json.loads(sys.stdin.readline())
    start = len(list(folder.glob("start-*.json"))) + 1
    (folder / f"start-{start}.json").write_text(json.dumps(told["task"]))
    (folder / f"pid-{start}").write_text(str(os.getpid()))
    name, _, number = conduct.partition(":")
    if name == "die" or (name == "die-first" and start <= int(number)):
        sys.exit(3)
    say(event="running")
    say(
        event="table",
        schema="app",
        table="customer",
        state="Table completed",
        full_load_rows=3,
        inserts=2,
        applied_inserts=1,
        full_load_start=1000.0,
        full_load_end=1001.5,
    )
    say(event="progress", percent=100, tables_loaded=1, tables_loading=0, tables_queued=0, tables_errored=0)
    say(event="checkpoint", value="checkpoint:V1#1#00000000/0169F9B0#0#0#*#0#0")
    say(event="latency", source=0.5, target=1.5)
    if name == "finish":
        say(event="stopped", reason="FULL_LOAD_ONLY_FINISHED")
        return
    if name == "fail":
        say(event="failed", message="Last Error  no such slot Stop Reason FATAL_ERROR Error Level FATAL")
        return
    for line in sys.stdin:
        if json.loads(line)["command"] == "stop":
            if name != "silent-stop":
                say(event="stopped", reason="NORMAL")
            return


main()
