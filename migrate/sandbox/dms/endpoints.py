"""Source and target endpoints (dms.md §2 steps 3-4, §10). Passwords go in and never come out (§1)."""

from __future__ import annotations

from typing import Any

from migrate.sandbox.dms.arns import Kind
from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.endpoint_definition import check_definition, modified
from migrate.sandbox.dms.faults import already_exists, invalid_state
from migrate.sandbox.dms.identifiers import identifier
from migrate.sandbox.dms.paging import page
from migrate.sandbox.dms.quotas import require_room
from migrate.sandbox.dms.request_filters import matching, require_match
from migrate.sandbox.dms.resources import Endpoint
from migrate.sandbox.dms.tags import read_tags

SHOWN = ("Username", "ServerName", "Port", "DatabaseName", "ExtraConnectionAttributes", "CertificateArn")


class Endpoints:
    """CreateEndpoint, DescribeEndpoints, ModifyEndpoint, DeleteEndpoint."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def handlers(self) -> dict[str, Handler]:
        return {
            "CreateEndpoint": self._create,
            "DescribeEndpoints": self._describe,
            "ModifyEndpoint": self._modify,
            "DeleteEndpoint": self._delete,
        }

    def _create(self, payload: dict[str, Any]) -> dict[str, Any]:
        name = self._free_name(payload["EndpointIdentifier"])
        check_definition(payload)
        require_room(self._context, "Endpoints")
        if "CertificateArn" in payload:
            self._store.certificate(payload["CertificateArn"])
        tags = read_tags(payload)
        arn = self._context.arns.new(Kind.ENDPOINT, payload.get("ResourceIdentifier"))
        if arn in self._store.endpoints:
            raise already_exists(f"The resource identifier of {arn} is in use.")
        endpoint = Endpoint(name, arn, "creating", dict(payload))
        self._store.endpoints[arn] = endpoint
        self._store.tags[arn] = tags
        self._context.later(lambda: _settle(endpoint))
        return {"Endpoint": self._view(endpoint)}

    def _describe(self, payload: dict[str, Any]) -> dict[str, Any]:
        found = matching(
            self._store.endpoints.values(),
            payload,
            {
                "endpoint-arn": lambda one: one.arn,
                "endpoint-type": lambda one: one.type,
                "endpoint-id": lambda one: one.identifier,
                "engine-name": lambda one: one.engine_name,
            },
        )
        require_match(found, payload, "Endpoints")
        return page("Endpoints", [self._view(one) for one in found], payload)

    def _modify(self, payload: dict[str, Any]) -> dict[str, Any]:
        """dms.md §2: refused while a task runs on it, and the connection must be tested again afterwards.

        That the former test results vanish is an assumption.
        """
        endpoint = self._store.endpoint(payload["EndpointArn"])
        if endpoint.status != "active":
            raise invalid_state(f"The endpoint is {endpoint.status}.")
        if any(job.busy for job in self._store.jobs_of_endpoint(endpoint.arn)):
            raise invalid_state(f"Endpoint {endpoint.identifier} is used by a running replication task.")
        definition = modified(endpoint, payload)
        check_definition(definition)
        if "CertificateArn" in definition:
            self._store.certificate(definition["CertificateArn"])
        if payload.get("EndpointIdentifier", endpoint.identifier).lower() != endpoint.identifier:
            endpoint.identifier = self._free_name(payload["EndpointIdentifier"])
        endpoint.definition, endpoint.status = definition, "modifying"
        self._store.forget_connections(endpoint.arn)
        self._context.later(lambda: _settle(endpoint))
        return {"Endpoint": self._view(endpoint)}

    def _delete(self, payload: dict[str, Any]) -> dict[str, Any]:
        """dms.md §2 step 13: tasks go first."""
        endpoint = self._store.endpoint(payload["EndpointArn"])
        if self._store.jobs_of_endpoint(endpoint.arn):
            raise invalid_state(f"Endpoint {endpoint.identifier} is part of one or more replication tasks.")
        if endpoint.status == "deleting":
            raise invalid_state("The endpoint is deleting.")
        endpoint.status = "deleting"
        self._context.later(lambda: self._gone(endpoint))
        return {"Endpoint": self._view(endpoint)}

    def _gone(self, endpoint: Endpoint) -> None:
        self._store.endpoints.pop(endpoint.arn, None)
        self._store.tags.pop(endpoint.arn, None)
        self._store.forget_connections(endpoint.arn)

    def _free_name(self, wanted: str) -> str:
        name = identifier("EndpointIdentifier", wanted, 255)
        if any(other.identifier == name for other in self._store.endpoints.values()):
            raise already_exists(f"Endpoint {name} already exists.")
        return name

    def _view(self, endpoint: Endpoint) -> dict[str, Any]:
        said = endpoint.definition
        view: dict[str, Any] = {
            "EndpointIdentifier": endpoint.identifier,
            "EndpointType": endpoint.type,
            "EngineName": endpoint.engine_name,
            "EngineDisplayName": endpoint.engine.display_name,
            "Status": endpoint.status,
            "KmsKeyId": said.get("KmsKeyId", self._context.arns.key()),
            "EndpointArn": endpoint.arn,
            "SslMode": said.get("SslMode", "none"),
        }
        view |= {name: said[name] for name in SHOWN if name in said}
        if endpoint.settings:
            settings = {name: value for name, value in endpoint.settings.items() if name != "Password"}
            view[endpoint.engine.settings_member] = settings
        return view


def _settle(endpoint: Endpoint) -> None:
    if endpoint.status != "deleting":
        endpoint.status = "active"
