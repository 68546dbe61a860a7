"""AWS as the stages know it. Every method raises AwsError; throttling and lost connections are retried inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from checks.facts import TableName
from migrate.model.cluster import ChangeSet, Cluster, StackEvent
from migrate.model.cutover import Ownership
from migrate.model.database import Credentials
from migrate.model.json import Facts
from migrate.model.posture import Posture
from migrate.model.premigration import PremigrationReport
from migrate.model.quota import Quota
from migrate.model.reach import Obstacle
from migrate.model.replication import EndpointSpec, ReplicationTask, TaskSpec
from migrate.model.upkeep import Upkeep


class Clusters(Protocol):
    """Where a cluster is: told by the stack that made it, or by RDS of one that was there before."""

    def cluster(self, name: str) -> Cluster:
        """The cluster as it was made; `name` is the stack's or its own. Asks nothing of the cluster itself."""

    def available_cluster(self, name: str) -> Cluster:
        """The same, once the RDS API says that it is available with its parameters in force. Waits for that."""


class Stacks(Clusters, Protocol):
    """CloudFormation, change set first."""

    def change_set(self, stack: str, template: str, parameters: dict[str, str], tags: dict[str, str]) -> ChangeSet:
        """Create and describe a change set. No changes is an empty ChangeSet, never an error."""

    def execute(self, change_set: ChangeSet, on_event: Callable[[StackEvent], None]) -> None:
        """Execute, stream events oldest first, wait for a good end. The first failed resource is named in the error."""

    def status(self, stack: str) -> str | None:
        """StackStatus, None when there is no such stack."""

    def settled(self, stack: str, on_event: Callable[[StackEvent], None]) -> str | None:
        """As `status`, once nobody is changing the stack; events of what is under way are streamed meanwhile."""

    def tags(self, stack: str) -> dict[str, str] | None:
        """The stack's tags; None when there is no such stack, or only one that never had more than a change set."""

    def snapshots(self, cluster: str) -> list[str]:
        """Manual snapshots of a cluster, also of one that is gone: CloudFormation's last one is among them."""

    def delete(self, stack: str, on_event: Callable[[StackEvent], None]) -> None: ...


class Upkeeps(Protocol):
    """What AWS does to a cluster by itself, and snapshots of it."""

    def read(self, cluster: str) -> Upkeep: ...

    def snapshot(self, cluster: str, name: str, on_progress: Callable[[int], None]) -> None:
        """Take a manual snapshot and wait until it is available, told in percent. One of that name is adopted."""


class Postures(Protocol):
    """How clusters stand."""

    def read(self, identifier: str) -> Posture:
        """Everything an audit asks about. Raises AwsError where there is no such cluster."""


class Secrets(Protocol):
    """Secrets Manager: values in, values out, never logged."""

    def ensure(self, name: str, value: dict[str, str]) -> str:
        """Create or update a secret; returns its ARN."""

    def read(self, name: str) -> dict[str, str]: ...

    def delete(self, name: str) -> None: ...


class Traffic(Protocol):
    """Where the application finds its database. What is moved to tell it so differs; who owns it is always asked here.

    Its own user and password stand in its secret, whatever is moved.
    """

    @property
    def look(self) -> str:
        """How a person finds out where it points, in one line."""

    def owner(self) -> Ownership:
        """Side that it points to; AMBIGUOUS when reading cannot tell."""

    def settled(self, to: Ownership) -> Ownership:
        """As `owner`, once no switch to this side that was sent before can still take effect: a late one is made to
        fail, or waited for.

        Raises HumanMustDecide when that cannot be told.
        """

    def credentials(self) -> Credentials:
        """The application's own user and password, from the current version."""

    def place(self) -> tuple[str, str]:
        """Host and port that it points to; empty texts where that cannot be told."""

    def declare(self, owner: Ownership) -> None:
        """Have it say `owner` from now on, because a person found out that this is so. Idempotent."""

    def noted(self) -> Facts:
        """What `prepare` will change, for `release`. Has no side effects."""

    def release(self, noted: Facts) -> None:
        """Bring back what `noted` told, once there is no way back any more. Idempotent."""

    def prepare(self, target_host: str, target_port: int, target_database: str, ca_file: str | None) -> None:
        """Make ready what the switch will need, without changing where the application goes. Idempotent."""

    def switch(self, to: Ownership) -> None:
        """Point the application to the other side, at most once, and only from where it pointed before.

        A lost answer is resolved by reading. Raises HumanMustDecide when reading cannot tell,
        AwsError or SaysNo (retryable) when it is certain that nothing changed, and that nothing will.
        """


class Reach(Protocol):
    """The network as it stands between DMS and both databases, read from AWS: where this program runs says nothing."""

    def obstacles(self, host: str, port: int) -> Sequence[Obstacle]:
        """What keeps DMS from the source at `host`, or from the target's cluster: resource and rule to add. Empty is no
        proof that a server listens: the test of the connection is that."""


class TaskChanges(Protocol):
    """What is changed about a task that was set up."""

    def check(self, identifier: str) -> None:
        """Test the connections of both its endpoints anew, as DMS would log in now. Raises AwsError."""

    def differing(self, spec: TaskSpec) -> Sequence[str]:
        """Settings and mappings in which the task is not as `spec` would make it; empty for one that is not there."""

    def modify(self, spec: TaskSpec) -> None:
        """Give the task, which stands, the settings and mappings of `spec`; wait until it stands again.

        Raises AwsError(AWS-TASK-FIXED) for what DMS cannot change of a task, and for another selection of tables.
        """

    def instance_differing(self) -> Sequence[str]:
        """In what the replication instance is of another size than migration.toml asks for: its class, or too little
        storage, for storage never shrinks. Empty where there is none."""

    def modify_instance(self) -> None:
        """Give it that size, and wait until it has it. A task that runs meanwhile is interrupted by DMS."""

    def reload(
        self, identifier: str, tables: Sequence[TableName], on_progress: Callable[[Sequence[TableName]], None]
    ) -> None:
        """Load these tables again while the task runs; `on_progress` is told what is still to come. Returns when all
        of them are complete. Tables that are being loaded again already are only waited for."""


class Tasks(Protocol):
    """DMS tasks with their endpoints and what they run on. Own pollers, not botocore's waiters.

    Where migration.toml chose DMS Serverless, a task without a start position is a serverless replication.
    """

    @property
    def changes(self) -> TaskChanges: ...

    def ensure_instance(self, *, for_positions: bool = False) -> None:
        """Replication subnet group and instance of this migration, available. Idempotent.

        With DMS Serverless the instance is made only `for_positions`: for tasks that start from one.
        """

    def ensure_endpoint(self, spec: EndpointSpec) -> None:
        """Create or adopt; then test the connection from the instance, where there is one, until `successful`."""

    def ensure_task(self, spec: TaskSpec) -> None:
        """Create or adopt the task and wait until it is ready (or was started before)."""

    def start(self, identifier: str) -> None:
        """First start: `start-replication`. Returns when running, or stopped for a good reason."""

    def resume(self, identifier: str, *, may_load: bool = False) -> None:
        """`resume-processing`; returns when running, or, where it `may_load` tables for that, stopped after them."""

    def await_following(
        self, identifier: str, *, loads: bool | None, on_progress: Callable[[ReplicationTask], None]
    ) -> ReplicationTask:
        """Stay with a resumed task until it loads nothing any more, and runs or holds tables in error.

        One that `loads` tables stops after them, as its settings say (dms.md §2), and is resumed once more; None where
        that is not known. Raises AwsError for one that fails, or that somebody stops meanwhile.
        """

    def run(self, identifier: str) -> None:
        """Start it, or resume it where it ran before and stands; returns when running."""

    def stop(self, identifier: str) -> None:
        """Stop and wait until `stopped`. A task that already stands is left."""

    def wait_for_full_load(self, identifier: str, on_progress: Callable[[ReplicationTask], None]) -> ReplicationTask:
        """Poll until the task stopped after full load (STOPPED_AFTER_FULL_LOAD) or has passed it.

        Raises AwsError when the task failed or a table went to `Table error`.
        """

    def describe(self, identifier: str) -> ReplicationTask | None:
        """With table statistics; None when there is no such task."""

    def delete_task(self, identifier: str) -> None:
        """Stop if needed, delete, wait until gone. Idempotent."""

    def delete_endpoints(self, identifiers: Iterable[str]) -> None: ...

    def delete_instance(self) -> None: ...

    def standing(self, identifier: str) -> str | None:
        """Why a task carries nothing any more; None while it does. Raises AwsError where AWS does not say at once."""

    def unresolved(self, identifiers: Sequence[str]) -> list[str]:
        """Of these tasks, the ones that exist and are not stopped."""


class Premigration(Protocol):
    """DMS's own assessment of a task, its results in a bucket."""

    def assess(self, task: str, on_progress: Callable[[PremigrationReport], None]) -> PremigrationReport:
        """Assess the task of this identifier and wait for the end, good or bad; a run that goes on is waited for.

        The task stands as before when this returns.
        """


class Quotas(Protocol):
    """What the account may have of DMS."""

    def read(self) -> tuple[Quota, ...]: ...
