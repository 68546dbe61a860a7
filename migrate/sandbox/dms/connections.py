"""Tests of endpoints from instances (dms.md §2 step 5, §4.1, §19 item 5)."""

from __future__ import annotations

import threading
from typing import Any

from migrate.sandbox.dms.conditions import LINK_DOWN
from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.faults import invalid_state, not_found
from migrate.sandbox.dms.logins import LoginError, resolve
from migrate.sandbox.dms.paging import page
from migrate.sandbox.dms.probe import failure, worded
from migrate.sandbox.dms.request_filters import matching, require_match
from migrate.sandbox.dms.resources import Connection, Endpoint


class Connections:
    """TestConnection, DescribeConnections, DeleteConnection."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def handlers(self) -> dict[str, Handler]:
        return {
            "TestConnection": self._test,
            "DescribeConnections": self._describe,
            "DeleteConnection": self._delete,
        }

    def _test(self, payload: dict[str, Any]) -> dict[str, Any]:
        instance = self._store.instance(payload["ReplicationInstanceArn"])
        endpoint = self._store.endpoint(payload["EndpointArn"])
        if instance.status != "available":
            raise invalid_state(f"The replication instance is {instance.status}, not available.")
        if endpoint.status != "active":
            raise invalid_state(f"The endpoint is {endpoint.status}, not active.")
        key = (endpoint.arn, instance.arn)
        known = self._store.connections.get(key)
        if known is not None and known.status in ("testing", "deleting"):
            raise invalid_state(f"The connection is {known.status}.")
        connection = Connection(instance.arn, instance.identifier, endpoint.arn, endpoint.identifier)
        self._store.connections[key] = connection
        self._context.later(lambda: self._begin(connection, endpoint))
        return {"Connection": _view(connection)}

    def _begin(self, connection: Connection, endpoint: Endpoint) -> None:
        """Connecting takes time: a thread of its own, without the lock."""
        arn = endpoint.definition.get("CertificateArn")
        certificate = self._store.certificates.get(arn) if arn else None
        ca_file = certificate.file if certificate else None
        threading.Thread(
            target=self._try, args=(connection, endpoint, ca_file), name="dms-test-connection", daemon=True
        ).start()

    def _try(self, connection: Connection, endpoint: Endpoint, ca_file: str | None) -> None:
        try:
            text = self._severed(endpoint) or failure(resolve(endpoint, ca_file, self._context.read_secret))
        except LoginError as error:
            text = str(error)
        with self._store.lock:
            connection.failure, connection.status = text, "failed" if text else "successful"

    def _severed(self, endpoint: Endpoint) -> str:
        return worded(LINK_DOWN.format(side=endpoint.type)) if self._context.conditions.is_cut(endpoint.type) else ""

    def _describe(self, payload: dict[str, Any]) -> dict[str, Any]:
        found = matching(
            self._store.connections.values(),
            payload,
            {
                "endpoint-arn": lambda one: one.endpoint_arn,
                "replication-instance-arn": lambda one: one.instance_arn,
            },
        )
        require_match(found, payload, "Connections")
        return page("Connections", [_view(one) for one in found], payload)

    def _delete(self, payload: dict[str, Any]) -> dict[str, Any]:
        key = (payload["EndpointArn"], payload["ReplicationInstanceArn"])
        connection = self._store.connections.get(key)
        if connection is None:
            raise not_found("The connection was not found.")
        if connection.status in ("testing", "deleting"):
            raise invalid_state(f"The connection is {connection.status}.")
        connection.status = "deleting"
        self._context.later(lambda: self._store.forget_connection(connection))
        return {"Connection": _view(connection)}


def _view(connection: Connection) -> dict[str, Any]:
    view = {
        "ReplicationInstanceArn": connection.instance_arn,
        "EndpointArn": connection.endpoint_arn,
        "Status": connection.status,
        "EndpointIdentifier": connection.endpoint_identifier,
        "ReplicationInstanceIdentifier": connection.instance_identifier,
    }
    return view | ({"LastFailureMessage": connection.failure} if connection.failure else {})
