"""What `replicate status` says, and how a lie is made to happen through DMS's own API."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.scenarios.theatre import LONG, Ran, Staged


def looked(staged: Staged, *more: str) -> tuple[Ran, dict[str, str]]:
    """The command, and by code what its findings saw."""
    ran = staged.run("replicate", "status", "--format", "json", *more)
    assert ran.code in (0, 3), ran.err
    assert (ran.code == 3) == (ran.json["summary"]["blocker"] > 0)
    return ran, {finding["code"]: finding["seen"] for finding in ran.json["findings"]}


def awaited(staged: Staged, code: str, *more: str) -> str:
    """What a finding saw, once it shows: DMS applies and reports in its own time."""
    deadline = time.monotonic() + LONG
    while True:
        _, found = looked(staged, *more)
        if code in found:
            return found[code]
        assert time.monotonic() < deadline, f"{code} was never told; told were {found}"
        time.sleep(0.5)


def cut_at(staged: Staged, kilobytes: int) -> None:
    """Have the task, which stands, cut large values without an error, as somebody's wrong settings would."""
    dms = staged.boto("dms")
    (task,) = dms.describe_replication_tasks()["ReplicationTasks"]
    metadata = {"TargetMetadata": {"LimitedSizeLobMode": True, "FullLobMode": False, "LobMaxSize": kilobytes}}
    dms.modify_replication_task(
        ReplicationTaskArn=task["ReplicationTaskArn"], ReplicationTaskSettings=json.dumps(metadata)
    )
    (source,) = dms.describe_endpoints(Filters=[{"Name": "endpoint-arn", "Values": [task["SourceEndpointArn"]]}])[
        "Endpoints"
    ]
    if "PostgreSQLSettings" in source:
        dms.modify_endpoint(EndpointArn=source["EndpointArn"], PostgreSQLSettings={"FailTasksOnLobTruncation": False})


def task(staged: Staged) -> Any:
    (found,) = staged.boto("dms").describe_replication_tasks()["ReplicationTasks"]
    return found
