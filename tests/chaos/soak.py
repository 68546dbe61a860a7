"""Switch to and fro many times under load: `python -m tests.chaos.soak --switches N --engine postgres [--minutes M]`.

Prints one JSON line for each switch, and in the end the judge's verdict. With `--results FOLDER` the whole is added to
what earlier runs left there, of which `python -m tests.chaos.soak_page` makes a page.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from checks.route import Engine
from migrate.sandbox import client
from tests.chaos.arena import SAMPLES
from tests.chaos.play import conditions
from tests.scenarios.theatre import Staged, migration

SERVERS = frozenset({"postgres", "mysqld", "mariadbd"})


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--switches", type=int, default=20, help="cutovers and rollbacks together")
    options.add_argument("--engine", type=Engine, choices=list(Engine), default=Engine.POSTGRES)
    options.add_argument("--minutes", type=float, default=60.0, help="begin no switch after that")
    options.add_argument("--rate", type=float, default=300.0, help="transactions offered per second")
    options.add_argument("--scale", type=float, default=0.02)
    options.add_argument("--results", type=Path, help="a folder; the run is added to its soak.jsonl")
    chosen = options.parse_args()
    until = time.monotonic() + 60 * chosen.minutes
    with migration(SAMPLES[chosen.engine], chosen.scale) as staged:
        switches: list[dict[str, Any]] = []
        with staged.application(chosen.rate) as application:
            while len(switches) < chosen.switches and time.monotonic() < until:
                application.write(int(chosen.rate))
                switches.append(switch(staged))
                say(switches[-1])
            application.write(int(chosen.rate))
        verdict = staged.judge(owner(staged))
        told = run(switches, verdict, chosen.engine) | {"rate": chosen.rate, "scale": chosen.scale}
        told |= conditions(staged)
    say({key: value for key, value in told.items() if key != "switches"})
    if chosen.results is not None:
        chosen.results.mkdir(parents=True, exist_ok=True)
        with (chosen.results / "soak.jsonl").open("a", encoding="utf-8") as out:
            out.write(json.dumps(told, sort_keys=True) + "\n")
    return int(verdict["verdict"] != "kept")


def owner(staged: Staged) -> str:
    """Where the application's secret points now."""
    return "source" if staged.secret()["port"] == str(staged.source.port) else "target"


def switch(staged: Staged) -> dict[str, Any]:
    """One handover to the other side, and what the world looks like after it."""
    to = "target" if owner(staged) == "source" else "source"
    if to == "target":
        staged.must("cutover", "approve", "--by", "soak")
    command = ("cutover", "run") if to == "target" else ("rollback",)
    began = time.monotonic()
    handed = staged.must(*command, "--format", "json").json
    return {
        "to": to,
        "freeze_seconds": round(float(handed["freeze_seconds"]), 3),
        "seconds": round(time.monotonic() - began, 1),
        "sandbox_mib": memory(staged.sandbox.pid),
        "connections": connections(staged),
    }


def memory(pid: int) -> int:
    """MiB in use by a process and all below it, servers apart."""
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            status = Path(f"/proc/{one}/status").read_text()
            children = Path(f"/proc/{one}/task/{one}/children").read_text().split()
            words = Path(f"/proc/{one}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if is_server(words):
            continue
        total += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        waiting += [int(child) for child in children]
    return total // 1024


def is_server(words: list[str]) -> bool:
    """Whether a command line is a database server's, or a child's of one; some are started by a loader of theirs."""
    return words[0].startswith("postgres:") or any(Path(word).name in SERVERS for word in words)


def connections(staged: Staged) -> int:
    """Sockets on loopback that are connected to one of the servers."""
    ports = {int(server["port"]) for server in client.status(staged.sandbox.control_url)["servers"]}
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(line.split()[3] == "01" and int(line.split()[1].rpartition(":")[2], 16) in ports for line in lines)


def run(switches: list[dict[str, Any]], verdict: dict[str, Any], engine: Engine) -> dict[str, Any]:
    """What is kept of a run: each switch with the longest time without an acknowledged write around it."""
    gaps = verdict["write_gaps"]
    if len(gaps) != len(switches):
        raise SystemExit(f"{len(switches)} switches, but the ledger knows {len(gaps)}")
    for one, gap in zip(switches, gaps, strict=True):
        one["gap_seconds"] = round(float(gap["seconds"]), 3)
    judged = {
        key: verdict[key] for key in ("verdict", "acknowledged", "refused", "indeterminate", "lost", "duplicated")
    }
    return {"engine": engine.value, "switches": switches, **judged}


def say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
