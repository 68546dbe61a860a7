"""One command's adapters, built from its settings when they are first asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

from checks.route import Engine, Route, Version
from migrate.aws.failover import RdsFailovers
from migrate.aws.given_cluster import GivenClusters
from migrate.aws.identity import account
from migrate.aws.instance import InstanceSpec
from migrate.aws.leftovers import AwsLeftovers
from migrate.aws.network import default_network, subnets
from migrate.aws.posture import PostureReader
from migrate.aws.premigration import DmsPremigration, PremigrationSpec
from migrate.aws.quotas import DmsQuotas
from migrate.aws.reach import DmsReach
from migrate.aws.restore import RdsRestores
from migrate.aws.secrets import SecretsManagerSecrets
from migrate.aws.serverless.spec import ServerlessSpec
from migrate.aws.session import AwsSession
from migrate.aws.stack import CloudFormationStacks
from migrate.aws.task_watch import DmsTaskWatch
from migrate.aws.tasks import DmsTasks
from migrate.aws.upkeep import RdsUpkeeps
from migrate.clock import Clock, SystemClock
from migrate.errors import UsageError
from migrate.events import Emit, Event, silent
from migrate.model.checkup import Knock
from migrate.model.cluster import Cluster
from migrate.model.database import Address, Credentials, FencingNumber, Side
from migrate.model.journal import Kind
from migrate.model.replication import Compute
from migrate.model.subnet import Subnet
from migrate.outside.acts import OwnActs
from migrate.outside.knock import knock
from migrate.outside.notices import Notices
from migrate.ports.acts import Acts
from migrate.ports.cloud import (
    Clusters,
    Postures,
    Premigration,
    Quotas,
    Reach,
    Secrets,
    Stacks,
    Tasks,
    Traffic,
    Upkeeps,
)
from migrate.ports.database import Database
from migrate.ports.failovers import Failovers
from migrate.ports.journal import Journal
from migrate.ports.leftovers import CloudLeftovers
from migrate.ports.progress import KeptProgress
from migrate.ports.residue import KeptResidue
from migrate.ports.restores import Restores
from migrate.ports.watching import TaskWatch
from migrate.references import resolve
from migrate.runner.masking import masked
from migrate.settings import Settings
from migrate.state.lease import Lease, LeaseHeld, hold, require_held
from migrate.state.store import Store
from migrate.wiring import person
from migrate.wiring.channels import channels
from migrate.wiring.databases import database
from migrate.wiring.inspection import Inspection
from migrate.wiring.master import master_password
from migrate.wiring.scribe import Keeps, Scribe
from migrate.wiring.state import state_url
from migrate.wiring.traffic import traffic

SANDBOX_BUCKET, SANDBOX_ROLE = "sandbox", "arn:aws:iam::123456789012:role/dms-access-for-tasks"
"""What stands for bucket and role of an assessment where nobody looks at them."""
LINE_DIGITS, UNBEGUN = 16, "0"
"""What of the first entry's hash tells one journal's fencing numbers from another's; and where there is no entry."""
BRIEFLY, BRIEFLY_SECONDS = ", for a moment", 30.0
"""What a holder of the lease says who lets go of it soon, and how long such a one is waited for."""


@dataclass
class Session:
    """One command's adapters, built when first asked for. Close it when done."""

    settings: Settings
    emit: Emit = silent
    clock: Clock = field(default_factory=SystemClock)
    _closing: ExitStack = field(default_factory=ExitStack, repr=False)
    _lease: Lease | None = field(default=None, repr=False)
    _fencing: FencingNumber | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._scribe = Scribe(self.emit, self.clock, self._kept)
        self.emit = self._scribe

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def _kept(self) -> Keeps | None:
        store: Store | None = self.__dict__.get("store")
        return None if store is None else store.sightings(self.name)

    @property
    def name(self) -> str:
        return self.settings.migration.name

    @cached_property
    def route(self) -> Route:
        settings = self.settings
        return Route(settings.source.engine, None, settings.target.engine, Version.parse(settings.target.version))

    # --- state -------------------------------------------------------------------------------------------------

    @cached_property
    def store(self) -> Store:
        store = Store.open(state_url(self.settings))
        self._closing.callback(store.close)
        self._closing.callback(self._scribe.close)
        return store

    @property
    def history(self) -> Journal:
        """The journal, for reading."""
        return self.store.journal(self.name)

    @contextmanager
    def writing(self, *, briefly: bool = False, acting: bool = False) -> Iterator[Journal]:
        """Hold the migration's lease and yield its journal. One who holds it `briefly`, a moment at a time, is waited
        for by others. Whoever was replaced by another holder changes nothing in AWS any more, and one who is `acting`
        nothing in the databases either. Raises StateConflict naming another holder."""
        owner = f"{person.account()} pid {os.getpid()}"
        with ExitStack() as stack:
            lease = self._acquired(stack, f"{owner}{BRIEFLY}" if briefly else owner)
            self._lease = lease
            self._scribe.holder(lease.fence, lease.owner.label)
            if acting:
                first = self.history.entries(kind=Kind.PLANNED)
                self._fencing = FencingNumber(first[0].hash[:LINE_DIGITS] if first else UNBEGUN, lease.fence)
            try:
                yield self.store.journal(self.name, lease)
            finally:
                self._lease = self._fencing = None

    def _acquired(self, stack: ExitStack, owner: str) -> Lease:
        deadline = self.clock.monotonic() + BRIEFLY_SECONDS
        while True:
            try:
                return stack.enter_context(hold(self.store, self.name, owner, clock=self.clock))
            except LeaseHeld as held:
                if not held.label.endswith(BRIEFLY) or self.clock.monotonic() > deadline:
                    raise
            self.clock.sleep(0.05)

    def progress(self, slot: str, terms: str) -> KeptProgress:
        """Where the validation that `slot` witnesses keeps how far it is; only while `writing`."""
        if self._lease is None:
            raise ValueError("progress is kept under the lease")
        return self.store.progress(self._lease, slot, terms)

    def residue(self, slot: str) -> KeptResidue:
        """What proofs under `slot` have left over; it can be changed only while `writing`."""
        return self.store.residue(self.name, slot, self._lease)

    # --- databases ---------------------------------------------------------------------------------------------

    def _secret(self, reference: str) -> str:
        return resolve(reference, self.settings.home, self.secrets.read)

    def _ca_file(self, ca_file: str | None) -> str | None:
        return str(self.settings.path(ca_file)) if ca_file else None

    @cached_property
    def source_address(self) -> Address:
        source = self.settings.source
        ca_file = self._ca_file(source.ca_file)
        return Address(source.engine, source.host, source.port, source.database, source.tls, ca_file)

    def login(self, side: Side) -> tuple[Address, Credentials]:
        """Where a side listens and how the toolkit logs in there."""
        if side is Side.SOURCE:
            source = self.settings.source
            return self.source_address, Credentials(source.user, self._secret(source.password))
        target = self.settings.target
        password = self._secret(master_password(target, self.cluster))
        return self.target_address, Credentials(target.master_username, password)

    def _opened(self, side: Side) -> Database:
        opened = database(*self.login(side), side, lambda: self._fencing)
        self._closing.callback(opened.close)
        return opened

    def knock(self, side: Side) -> Knock:
        """Whether a side's port opens from this machine, before anybody logs in."""
        address = self.source_address if side is Side.SOURCE else self.target_address
        return knock(address.host, address.port)

    @cached_property
    def source(self) -> Database:
        return self._opened(Side.SOURCE)

    @cached_property
    def cluster(self) -> Cluster:
        return self.clusters.cluster(self.settings.target.stack)

    @cached_property
    def target_address(self) -> Address:
        target, cluster = self.settings.target, self.cluster
        engine = Engine.POSTGRES if self.settings.source.engine is Engine.POSTGRES else Engine.MYSQL
        return Address(engine, cluster.host, cluster.port, target.database, target.tls, self._ca_file(target.ca_file))

    @cached_property
    def target(self) -> Database:
        return self._opened(Side.TARGET)

    def elsewhere(self, host: str, port: int) -> AbstractContextManager[Database]:
        """The target's database as another endpoint serves it, to be read in the block alone."""
        address, credentials = self.login(Side.TARGET)
        return closing(database(replace(address, host=host, port=port), credentials, Side.TARGET))

    @cached_property
    def announce(self) -> Emit:
        """Emit that also tells the team's channels, where some are set."""
        found = channels(self.settings.notifications, lambda: self.aws, self._secret, self.emit)
        if not found:
            return self.emit
        notices = Notices(self.name, found, self.emit)
        self._closing.callback(notices.close)

        def both(event: Event) -> None:
            self.emit(event)
            notices(event)

        return both

    @cached_property
    def acts(self) -> Acts:
        return OwnActs(self, self.settings.home, masked)

    # --- AWS ---------------------------------------------------------------------------------------------------

    @cached_property
    def aws(self) -> AwsSession:
        aws = self.settings.aws
        opened = AwsSession(aws.region, aws.profile, aws.endpoint_url)
        opened.guard = self._not_replaced
        return opened

    def _not_replaced(self) -> None:
        """Raises StateConflict where the lease that this process holds has changed hands."""
        if self._lease is not None:
            require_held(self.store, self._lease)

    @cached_property
    def account(self) -> tuple[str, str]:
        """Partition and account number."""
        return account(self.aws)

    @cached_property
    def network(self) -> tuple[str, tuple[str, ...]]:
        """VPC and subnets of the target: migration.toml's, or the region's default ones."""
        target = self.settings.target
        given = target.subnet_ids or target.cluster
        return (target.vpc_id, target.subnet_ids) if given else default_network(self.aws)

    @cached_property
    def subnets(self) -> tuple[Subnet, ...]:
        """The target's subnets as AWS has them."""
        return subnets(self.aws, self.network[1])

    @cached_property
    def stacks(self) -> Stacks:
        return CloudFormationStacks(self.aws, self.clock, warn=self.emit)

    @cached_property
    def clusters(self) -> Clusters:
        return GivenClusters(self.aws, self.clock, self.emit) if self.settings.target.cluster else self.stacks

    @cached_property
    def posture(self) -> Postures:
        return PostureReader(self.aws)

    @cached_property
    def inspection(self) -> Inspection:
        return Inspection(self.aws, self.settings.aws, self.clock)

    @cached_property
    def upkeeps(self) -> Upkeeps:
        return RdsUpkeeps(self.aws, self.clock, self.settings.aws.poll_seconds)

    @cached_property
    def failovers(self) -> Failovers:
        return RdsFailovers(self.aws)

    @cached_property
    def restores(self) -> Restores:
        return RdsRestores(self.aws, self.name, self.clock, self.settings.aws.poll_seconds, self.emit)

    @cached_property
    def secrets(self) -> Secrets:
        return SecretsManagerSecrets(self.aws)

    @cached_property
    def traffic(self) -> Traffic:
        return traffic(self)

    @cached_property
    def tasks(self) -> Tasks:
        replication = self.settings.replication
        instance = InstanceSpec(
            instance_class=replication.instance_class,
            engine_version=replication.engine_version,
            allocated_storage_gb=replication.allocated_storage_gb,
            subnet_ids=replication.subnet_ids,
            security_group_ids=self._dms_groups,
            multi_az=replication.multi_az,
        )
        return DmsTasks(
            self.aws,
            self.name,
            instance,
            replication.secret_access_role_arn,
            self.clock,
            self.settings.aws.poll_seconds,
            serverless=self._serverless(),
            emit=self.emit,
        )

    @cached_property
    def quotas(self) -> Quotas:
        return DmsQuotas(self.aws)

    @cached_property
    def premigration(self) -> Premigration | None:
        """None where migration.toml wants no assessment by DMS. Raises UsageError(CFG-080) for want of its place."""
        replication = self.settings.replication
        if not replication.assesses:
            return None
        bucket, role = replication.premigration_bucket, replication.premigration_role_arn
        if self.aws.loopback:
            bucket, role = bucket or SANDBOX_BUCKET, role or SANDBOX_ROLE
        if not bucket or not role:
            raise UsageError(
                "DMS lays the results of a premigration assessment into a bucket, by a role that may write there; "
                + ("replication.premigration_bucket" if not bucket else "replication.premigration_role_arn")
                + " is not set",
                code="CFG-080",
                hint="Set both, or premigration_assessment = false. The role is usually called dms-access-for-tasks.",
            )
        spec = PremigrationSpec(bucket, role, replication.premigration_exclude)
        return DmsPremigration(self.aws, self.name, spec, self.clock, self.settings.aws.poll_seconds)

    @cached_property
    def _dms_groups(self) -> tuple[str, ...]:
        """Left out, DMS is a client of the cluster, where it stands in the cluster's own subnets."""
        mine, target = self.settings.replication, self.settings.target
        apart = bool(mine.subnet_ids) != bool(target.subnet_ids) or not set(mine.subnet_ids) <= set(target.subnet_ids)
        if mine.security_group_ids or apart or target.cluster or self.stacks.status(target.stack) is None:
            return mine.security_group_ids
        return tuple(group for group in (self.cluster.client_group,) if group)

    @cached_property
    def reach(self) -> Reach:
        subnet_ids = self.settings.replication.subnet_ids or default_network(self.aws)[1]
        target = self.settings.target
        # What is ours was opened for the port that it was asked to have; of another's cluster only it knows.
        port = self.cluster.port if target.cluster else target.port
        return DmsReach(self.aws, subnet_ids, self._dms_groups, self.cluster, port)

    def _serverless(self) -> ServerlessSpec | None:
        replication = self.settings.replication
        if replication.compute is not Compute.SERVERLESS:
            return None
        return ServerlessSpec(
            maximum=replication.maximum_capacity,
            minimum=replication.minimum_capacity,
            multi_az=replication.multi_az,
            security_group_ids=self._dms_groups,
        )

    @cached_property
    def leftovers(self) -> CloudLeftovers:
        return AwsLeftovers(self.aws, self.name, self.settings.target.stack, self.tasks, self.restores)

    @cached_property
    def task_watch(self) -> TaskWatch:
        tasks = self.tasks
        assert isinstance(tasks, DmsTasks)
        return DmsTaskWatch(self.aws, tasks.raw)
