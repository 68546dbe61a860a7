"""The DMS API: an operation's name and members in, a response's members out."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from migrate.sandbox.dms.arns import Arns
from migrate.sandbox.dms.assessments.operations import Assessments
from migrate.sandbox.dms.certificates import Certificates
from migrate.sandbox.dms.conditions import Conditions
from migrate.sandbox.dms.connections import Connections
from migrate.sandbox.dms.context import (
    DEPROVISION_SECONDS,
    Context,
    Handler,
    PublishLine,
    PublishMetric,
    ReadSecret,
    ReadSubnet,
)
from migrate.sandbox.dms.endpoints import Endpoints
from migrate.sandbox.dms.event_log import EventLog
from migrate.sandbox.dms.faults import DmsFault
from migrate.sandbox.dms.instances import Instances
from migrate.sandbox.dms.offers import Offers
from migrate.sandbox.dms.schedule import Schedule
from migrate.sandbox.dms.serverless.configs import ReplicationConfigs
from migrate.sandbox.dms.serverless.runs import Replications
from migrate.sandbox.dms.store import Store
from migrate.sandbox.dms.subnet_groups import SubnetGroups
from migrate.sandbox.dms.table_statistics import TableStatisticsOperations
from migrate.sandbox.dms.tags import Tags
from migrate.sandbox.dms.task_logs import TaskLogs
from migrate.sandbox.dms.task_moves import TaskMoves
from migrate.sandbox.dms.task_runs import TaskRuns
from migrate.sandbox.dms.tasks import Tasks
from migrate.sandbox.dms.throttle import Rate, Throttle
from migrate.sandbox.dms.wire import checked_request
from migrate.sandbox.profile import Profile

WORKER = (sys.executable, "-m", "migrate.sandbox.dms.worker")
NOUNS: tuple[Callable[[Context], Any], ...] = (
    SubnetGroups,
    Instances,
    Certificates,
    Endpoints,
    Connections,
    Tasks,
    TaskRuns,
    TaskMoves,
    TableStatisticsOperations,
    ReplicationConfigs,
    Replications,
    Assessments,
    TaskLogs,
    Tags,
    Offers,
)


class DmsService:
    """One region of one account, in memory. Safe to call from many threads.

    `read_secret` answers Secrets Manager ids (username, password, host, port); `home` takes certificates, task logs
    and the event log; `worker_command` is the program a running task is. `read_subnet`, when given, knows VPC and zone
    of a subnet; `publish_metric` takes the task metrics of dms.md §16 and must be quick; `rate` throttles;
    `deprovision_seconds` is how long a standing serverless replication keeps its compute, `quotas`
    replaces some of the account's.
    """

    def __init__(
        self,
        *,
        region: str,
        account: str,
        read_secret: ReadSecret,
        home: Path,
        profile: Profile,
        worker_command: Sequence[str] = WORKER,
        read_subnet: ReadSubnet | None = None,
        publish_metric: PublishMetric | None = None,
        publish_line: PublishLine | None = None,
        rate: Rate | None = None,
        deprovision_seconds: float = DEPROVISION_SECONDS,
        quotas: Mapping[str, int] | None = None,
    ) -> None:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "logs").mkdir(mode=0o700, exist_ok=True)
        arns = Arns(region, account)
        self._context = Context(
            arns=arns,
            store=Store(),
            schedule=Schedule(),
            events=EventLog(arns, home / "events.jsonl"),
            home=home,
            profile=profile,
            read_secret=read_secret,
            worker_command=worker_command,
            read_subnet=read_subnet,
            publish_metric=publish_metric,
            deprovision_seconds=deprovision_seconds,
            quotas=quotas or {},
            publish_line=publish_line,
        )
        self.throttle = Throttle(rate)
        self._handlers: dict[str, Handler] = {"DescribeEvents": self._context.events.describe}
        for noun in NOUNS:
            self._handlers.update(noun(self._context).handlers())
        self._closing = threading.Lock()

    def handle(self, operation: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Answer one request. Raises DmsFault, which the wire renders as HTTP 400 (dms.md §1)."""
        self.throttle.take()
        request = checked_request(operation, payload)
        handler = self._handlers.get(operation)
        if handler is None:
            raise DmsFault("UnknownOperationException", f"The stand-in does not answer {operation}.")
        with self._context.store.lock:
            return handler(request)

    @property
    def conditions(self) -> Conditions:
        """What may be made worse, and better again."""
        return self._context.conditions

    @property
    def operations(self) -> frozenset[str]:
        """Every operation that is answered."""
        return frozenset(self._handlers)

    def close(self) -> None:
        """Nothing changes state any more and no worker process is left. Calling it again does nothing."""
        with self._closing:
            self._context.schedule.close()
            while self._context.closing:
                self._context.closing.pop()()
