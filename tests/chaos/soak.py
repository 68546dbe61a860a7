"""Switch to and fro many times under load: `python -m tests.chaos.soak --switches N --engine postgres [--minutes M]`.

Prints one JSON line for each switch and at the end a summary: freeze and longest time without an acknowledged write at
p50, p95 and at most; memory of the sandbox's processes and sessions on both sides, first and last; the judge's verdict.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from checks.route import Engine
from migrate.sandbox import client
from tests.chaos.arena import Arena, arena
from tests.chaos.play import conditions


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--switches", type=int, default=20, help="cutovers and rollbacks together")
    options.add_argument("--engine", type=Engine, choices=list(Engine), default=Engine.POSTGRES)
    options.add_argument("--minutes", type=float, default=60.0, help="begin no switch after that")
    options.add_argument("--rate", type=float, default=60.0, help="transactions offered per second")
    options.add_argument("--scale", type=float, default=0.02)
    chosen = options.parse_args()
    until = time.monotonic() + 60 * chosen.minutes
    with arena(chosen.engine, chosen.scale) as here:
        switches: list[dict[str, Any]] = []
        with here.staged.application(chosen.rate) as application:
            while len(switches) < chosen.switches and time.monotonic() < until:
                application.write(int(chosen.rate))
                switches.append(switch(here))
                say(switches[-1])
            application.write(int(chosen.rate))
        verdict = here.staged.judge(here.owner())
        say(summary(switches, verdict) | {"rate": chosen.rate, "scale": chosen.scale, **conditions(here)})
    return int(verdict["verdict"] != "kept")


def switch(here: Arena) -> dict[str, Any]:
    """One handover to the other side, and what the world looks like after it."""
    to = "target" if here.owner() == "source" else "source"
    if to == "target":
        here.staged.must("cutover", "approve", "--by", "soak")
    command = ("cutover", "run") if to == "target" else ("rollback",)
    began = time.monotonic()
    handed = here.staged.must(*command, "--format", "json").json
    return {
        "to": to,
        "freeze_seconds": handed["freeze_seconds"],
        "seconds": round(time.monotonic() - began, 1),
        "sandbox_mib": memory(here.staged.sandbox.pid),
        "connections": connections(here),
    }


def memory(pid: int) -> int:
    """MiB in use by a process and all below it, servers apart."""
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            status = Path(f"/proc/{one}/status").read_text()
            children = Path(f"/proc/{one}/task/{one}/children").read_text().split()
        except OSError:
            continue
        name = status.partition("\n")[0]
        if any(server in name for server in ("postgres", "mysqld", "mariadbd")):
            continue
        total += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        waiting += [int(child) for child in children]
    return total // 1024


def connections(here: Arena) -> int:
    """Sockets on loopback that are connected to one of the servers."""
    ports = {int(server["port"]) for server in client.status(here.staged.sandbox.control_url)["servers"]}
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(line.split()[3] == "01" and int(line.split()[1].rpartition(":")[2], 16) in ports for line in lines)


def summary(switches: list[dict[str, Any]], verdict: dict[str, Any]) -> dict[str, Any]:
    gaps = [float(gap["seconds"]) for gap in verdict["write_gaps"]]
    return {
        "switches": len(switches),
        "freeze_seconds": spread([float(one["freeze_seconds"]) for one in switches]),
        "write_gap_seconds": spread(gaps),
        "sandbox_mib": [one["sandbox_mib"] for one in (switches[0], switches[-1])],
        "connections": [one["connections"] for one in (switches[0], switches[-1])],
        **{key: verdict[key] for key in ("verdict", "acknowledged", "refused", "indeterminate", "lost", "duplicated")},
    }


def spread(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return dict.fromkeys(("p50", "p95", "max"), max(values, default=0.0))
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return {"p50": round(cuts[9], 3), "p95": round(cuts[18], 3), "max": round(max(values), 3)}


def say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
