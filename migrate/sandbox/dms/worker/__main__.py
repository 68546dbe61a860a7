"""`python -m migrate.sandbox.dms.worker`: JSON lines in (`run`, `reload`, `validate`, `stop`, …), events out as such.

The end of standard input means that the parent is gone: the worker ends at once, without a last word.
"""

from __future__ import annotations

import json
import os
import sys
import threading

from migrate.sandbox.dms.worker.errors import TaskFailedError
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.requests import Requests
from migrate.sandbox.dms.worker.spec import TaskSpec
from migrate.sandbox.dms.worker.stopping import StopSignal
from migrate.sandbox.dms.worker.task import Task


def _listen(spec: TaskSpec, stop: StopSignal, requests: Requests) -> None:
    for line in sys.stdin:
        match json.loads(line):
            case {"command": "stop"}:
                stop.request()
            case {"command": "conditions", "conditions": conditions}:
                spec.follow(conditions)
            case {"command": "reload", "tables": [*names]}:
                requests.reload((str(schema), str(table)) for schema, table in names)
            case {"command": "validate", "tables": [*names]}:
                requests.validate((str(schema), str(table)) for schema, table in names)
    os._exit(3)


def _write(line: str) -> None:
    try:
        sys.stdout.write(line)
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(3)


def main() -> int:
    """Run the one task that standard input names; 0 when it stopped, 1 when it failed."""
    first = sys.stdin.readline()
    if not first:
        return 3
    reporter = Reporter(_write)
    stop, requests = StopSignal(), Requests()
    try:
        spec = TaskSpec.parse(json.loads(first)["task"])
        threading.Thread(target=_listen, args=(spec, stop, requests), daemon=True).start()
        reason = Task(spec, reporter, stop, requests).run()
    except TaskFailedError as failure:
        reporter.event("failed", message=failure.message)
        return 1
    except Exception as error:  # the parent must learn of a defect as well
        abnormal = TaskFailedError(f"The task stopped abnormally: {type(error).__name__}: {error}")
        reporter.event("failed", message=abnormal.message)
        raise
    reporter.event("stopped", reason=reason)
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Threads of a cancelled load may still wait for a server; the servers clean up after them.
    os._exit(code)
