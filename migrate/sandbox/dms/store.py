"""All resources in memory, under one lock. Nothing survives the process."""

from __future__ import annotations

import threading

from migrate.sandbox.dms.faults import not_found
from migrate.sandbox.dms.resources import Certificate, Connection, Endpoint, Instance, Job, SubnetGroup, Task
from migrate.sandbox.dms.serverless.replication import Replication


class Store:
    """Resources by ARN (connections by endpoint and instance). Take `lock` around every read and change."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.subnet_groups: dict[str, SubnetGroup] = {}
        self.instances: dict[str, Instance] = {}
        self.endpoints: dict[str, Endpoint] = {}
        self.certificates: dict[str, Certificate] = {}
        self.tasks: dict[str, Task] = {}
        self.replications: dict[str, Replication] = {}
        self.connections: dict[tuple[str, str], Connection] = {}
        self.tags: dict[str, dict[str, str]] = {}

    def instance(self, arn: str) -> Instance:
        """Raises ResourceNotFoundFault."""
        if arn not in self.instances:
            raise not_found(f"Replication instance {arn} not found.")
        return self.instances[arn]

    def endpoint(self, arn: str) -> Endpoint:
        """Raises ResourceNotFoundFault."""
        if arn not in self.endpoints:
            raise not_found(f"Endpoint {arn} not found.")
        return self.endpoints[arn]

    def certificate(self, arn: str) -> Certificate:
        """Raises ResourceNotFoundFault."""
        if arn not in self.certificates:
            raise not_found(f"Certificate {arn} not found.")
        return self.certificates[arn]

    def task(self, arn: str) -> Task:
        """Raises ResourceNotFoundFault."""
        if arn not in self.tasks:
            raise not_found(f"Replication task {arn} not found.")
        return self.tasks[arn]

    def replication(self, arn: str) -> Replication:
        """Raises ResourceNotFoundFault."""
        if arn not in self.replications:
            raise not_found(f"Replication config {arn} not found.")
        return self.replications[arn]

    def exists(self, arn: str) -> bool:
        """Whether any resource has this ARN."""
        kinds = (self.subnet_groups, self.instances, self.endpoints, self.certificates, self.tasks, self.replications)
        return any(arn in kind for kind in kinds)

    def jobs_of_endpoint(self, arn: str) -> list[Job]:
        """Tasks and serverless replications that read from or write to the endpoint."""
        jobs: list[Job] = [*self.tasks.values(), *self.replications.values()]
        return [job for job in jobs if arn in (job.source_arn, job.target_arn)]

    def tasks_of_instance(self, arn: str) -> list[Task]:
        """Tasks that live on the instance."""
        return [task for task in self.tasks.values() if task.instance_arn == arn]

    def forget_connections(self, arn: str) -> None:
        """Drop the test results of an endpoint or an instance."""
        for key in [key for key in self.connections if arn in key]:
            del self.connections[key]

    def forget_connection(self, connection: Connection) -> None:
        """Drop one test result, unless a newer one took its place."""
        key = (connection.endpoint_arn, connection.instance_arn)
        if self.connections.get(key) is connection:
            del self.connections[key]

    def tested(self, endpoint_arn: str, instance_arn: str) -> bool:
        """Whether the endpoint's last test from the instance was successful."""
        connection = self.connections.get((endpoint_arn, instance_arn))
        return connection is not None and connection.status == "successful"
