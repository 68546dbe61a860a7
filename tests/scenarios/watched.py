"""What `replicate status` says, and how a lie is made to happen through DMS's own API."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

from tests.scenarios.theatre import LONG, Ran, Staged

LATER = """
import datetime, migrate.clock
migrate.clock.SystemClock.now = lambda self: datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=20)
"""
"""For a command that looks as if it were asked twenty minutes from now: nobody waits for so long."""


def looked(staged: Staged, *more: str, sabotage: str = "") -> tuple[Ran, dict[str, str]]:
    """The command, and by code what its findings saw."""
    ran = staged.run("replicate", "status", "--format", "json", *more, sabotage=sabotage)
    assert ran.code in (0, 3), ran.err
    assert (ran.code == 3) == (ran.json["summary"]["blocker"] > 0)
    return ran, {finding["code"]: finding["seen"] for finding in ran.json["findings"]}


def awaited(staged: Staged, code: str, words: str) -> None:
    """Until a finding tells of `words`: DMS applies and reports in its own time."""
    deadline = time.monotonic() + LONG
    while True:
        _, found = looked(staged)
        if words in found.get(code, ""):
            return
        assert time.monotonic() < deadline, f"{code} never told of {words}; told were {found}"
        time.sleep(0.5)


def task(staged: Staged) -> Any:
    """The forward task, as DMS describes it."""
    found = staged.boto("dms").describe_replication_tasks()["ReplicationTasks"]
    return next(one for one in found if one["ReplicationTaskIdentifier"].endswith("-forward-0"))


def cut_at(staged: Staged, kilobytes: int) -> None:
    """Have the task, which stands, cut large values without an error, as somebody's wrong settings would."""
    dms, forward = staged.boto("dms"), task(staged)
    metadata = {"TargetMetadata": {"LimitedSizeLobMode": True, "FullLobMode": False, "LobMaxSize": kilobytes}}
    dms.modify_replication_task(
        ReplicationTaskArn=forward["ReplicationTaskArn"], ReplicationTaskSettings=json.dumps(metadata)
    )
    source = forward["SourceEndpointArn"]
    (endpoint,) = dms.describe_endpoints(Filters=[{"Name": "endpoint-arn", "Values": [source]}])["Endpoints"]
    if "PostgreSQLSettings" in endpoint:
        dms.modify_endpoint(EndpointArn=source, PostgreSQLSettings={"FailTasksOnLobTruncation": False})
        until(lambda: _tested(dms, source, forward["ReplicationInstanceArn"]))
    until(lambda: task(staged)["Status"] == "stopped")


def _tested(dms: Any, endpoint: str, instance: str) -> bool:
    """DMS forgets that a connection was tested when its endpoint is changed."""
    with contextlib.suppress(dms.exceptions.ResourceNotFoundFault):
        found = dms.describe_connections(Filters=[{"Name": "endpoint-arn", "Values": [endpoint]}])["Connections"]
        if any(one["Status"] == "successful" for one in found):
            return True
        if any(one["Status"] == "testing" for one in found):
            return False
    with contextlib.suppress(dms.exceptions.InvalidResourceStateFault):
        dms.test_connection(ReplicationInstanceArn=instance, EndpointArn=endpoint)
    return False


def until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.2)
