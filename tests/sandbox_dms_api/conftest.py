"""The stand-in's control plane for tests: called directly, and through boto3 over HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import boto3
import pytest
from botocore.config import Config

from migrate.sandbox.dms.faults import DmsFault
from migrate.sandbox.dms.service import DmsService
from migrate.sandbox.dms.wire import response_complaints
from migrate.sandbox.profile import INSTANT
from tests.patience import PATIENCE
from tests.sandbox_dms_api.clockwork import Clockwork

TARGET = "AmazonDMSv20160101."
FAKE_WORKER = Path(__file__).with_name("fake_worker.py")


class Caller:
    """`call("CreateEndpoint", EndpointIdentifier=...)`; every answer is held against the service's model."""

    def __init__(self, service: DmsService) -> None:
        self.service = service

    def __call__(self, operation: str, /, **payload: Any) -> dict[str, Any]:
        answer = self.service.handle(operation, payload)
        assert response_complaints(operation, answer) == ""
        json.dumps(answer)
        return answer

    def task(self, arn: str) -> dict[str, Any]:
        found = self("DescribeReplicationTasks", Filters=[{"Name": "replication-task-arn", "Values": [arn]}])
        return found["ReplicationTasks"][0]

    def wait(self, check: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """Poll until `check` answers something true."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := check():
                return found
            time.sleep(0.01)
        raise AssertionError("it did not happen in time")

    def wait_for_status(self, arn: str, *wanted: str, seconds: float = PATIENCE) -> dict[str, Any]:
        return self.wait(lambda: (task := self.task(arn))["Status"] in wanted and task, seconds)


@pytest.fixture
def dms_service(tmp_path: Path) -> Iterator[Callable[..., Caller]]:
    """A factory of services; `secrets` maps ids to values, other arguments go to DmsService."""
    made: list[DmsService] = []

    def make(*, secrets: dict[str, dict[str, str]] | None = None, **arguments: Any) -> Caller:
        known = secrets or {}
        arguments = {"profile": INSTANT, "home": tmp_path / f"dms-{len(made)}", **arguments}
        service = DmsService(region="eu-west-1", account="123456789012", read_secret=known.__getitem__, **arguments)
        made.append(service)
        return Caller(service)

    yield make
    for service in made:
        service.close()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def _application(call: Caller) -> Callable[..., list[bytes]]:
    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        operation = environ["HTTP_X_AMZ_TARGET"].removeprefix(TARGET)
        status = "200 OK"
        try:
            answer = call(operation, **json.loads(body))
        except DmsFault as fault:
            status, answer = "400 Bad Request", {"__type": fault.code, "message": fault.message}
        start_response(status, [("Content-Type", "application/x-amz-json-1.1")])
        return [json.dumps(answer).encode()]

    return application


@pytest.fixture
def clockwork(monkeypatch: pytest.MonkeyPatch) -> Clockwork:
    """The schedule of the one service that this test makes, with the profile STEPS."""
    made = Clockwork()
    monkeypatch.setattr("migrate.sandbox.dms.service.Schedule", lambda: made)
    return made


@pytest.fixture
def dms_client() -> Iterator[Callable[[Caller], Any]]:
    """`dms_client(call)`: a boto3 client that reaches the service over HTTP on loopback."""
    servers: list[WSGIServer] = []

    def make(call: Caller) -> Any:
        server = make_server("127.0.0.1", 0, _application(call), handler_class=_Quiet)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return boto3.client(
            "dms",
            region_name="eu-west-1",
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"max_attempts": 1}),
        )

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def fake_worker(tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """`DmsService(**fake_worker("run"))`: a worker that moves nothing; `told` reads what its n-th start was told."""
    import sys

    def make(conduct: str) -> dict[str, Any]:
        folder = tmp_path / "told"
        folder.mkdir(exist_ok=True)
        return {"worker_command": (sys.executable, str(FAKE_WORKER), conduct, str(folder))}

    return make


@pytest.fixture
def told(tmp_path: Path) -> Callable[[int], dict[str, Any]]:
    def read(start: int) -> dict[str, Any]:
        return json.loads((tmp_path / "told" / f"start-{start}.json").read_text())

    return read


MAPPINGS = json.dumps(
    {
        "rules": [
            {
                "rule-type": "selection",
                "rule-id": "1",
                "rule-name": "1",
                "rule-action": "include",
                "object-locator": {"schema-name": "app", "table-name": "%"},
            }
        ]
    }
)


@pytest.fixture
def mappings() -> str:
    """Everything in schema `app`."""
    return MAPPINGS


class World:
    """An instance and two endpoints on one server, tested; the frame every task needs."""

    def __init__(self, call: Caller, server: Any) -> None:
        self.call, self.server = call, server
        self.instance = call(
            "CreateReplicationInstance", ReplicationInstanceIdentifier="Rep", ReplicationInstanceClass="dms.t3.medium"
        )["ReplicationInstance"]["ReplicationInstanceArn"]
        self.source = self.endpoint("source")
        self.target = self.endpoint("target")
        call.wait(self._settled)

    def endpoint(self, side: str, name: str = "", **changes: Any) -> str:
        said = {
            "EndpointIdentifier": name or f"{side}-end",
            "EndpointType": side,
            "EngineName": self.server.engine,
            "ServerName": self.server.host,
            "Port": self.server.port,
            "DatabaseName": "postgres" if self.server.engine == "postgres" else None,
            "Username": self.server.master_user,
            "Password": self.server.master_password,
            "SslMode": "require",
            **changes,
        }
        said = {key: value for key, value in said.items() if value is not None}
        return str(self.call("CreateEndpoint", **said)["Endpoint"]["EndpointArn"])

    def _settled(self) -> bool:
        instances = self.call("DescribeReplicationInstances")["ReplicationInstances"]
        return all(one["ReplicationInstanceStatus"] == "available" for one in instances) and all(
            one["Status"] == "active" for one in self.call("DescribeEndpoints")["Endpoints"]
        )

    def test(self, *arns: str) -> list[dict[str, Any]]:
        """Test the connections (both without arguments) and return their last state."""
        wanted = arns or (self.source, self.target)
        self.call.wait(self._settled)
        for arn in wanted:
            self.call("TestConnection", ReplicationInstanceArn=self.instance, EndpointArn=arn)

        def done() -> list[dict[str, Any]] | None:
            found = self.call("DescribeConnections", Filters=[{"Name": "endpoint-arn", "Values": list(wanted)}])
            connections = found["Connections"]
            return None if any(one["Status"] == "testing" for one in connections) else connections

        return self.call.wait(done)

    def task(self, name: str = "task", *, ready: bool = True, **changes: Any) -> str:
        said = {
            "ReplicationTaskIdentifier": name,
            "SourceEndpointArn": self.source,
            "TargetEndpointArn": self.target,
            "ReplicationInstanceArn": self.instance,
            "MigrationType": "full-load-and-cdc",
            "TableMappings": MAPPINGS,
            **changes,
        }
        arn = str(self.call("CreateReplicationTask", **said)["ReplicationTask"]["ReplicationTaskArn"])
        if ready:
            self.call.wait_for_status(arn, "ready")
        return arn

    def start(self, arn: str, kind: str = "start-replication", **more: Any) -> dict[str, Any]:
        answer = self.call("StartReplicationTask", ReplicationTaskArn=arn, StartReplicationTaskType=kind, **more)
        return answer["ReplicationTask"]


@pytest.fixture
def mysql_world(mysql_server: Any) -> Callable[[Caller], World]:
    return lambda call: World(call, mysql_server)


@pytest.fixture
def dms_world(postgres_server: Any) -> Callable[[Caller], World]:
    return lambda call: World(call, postgres_server)
