"""A sandbox for the adapters, and a proxy that loses answers."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.stub import Stubber

from migrate.aws.session import AwsSession
from migrate.aws.stack import CloudFormationStacks
from migrate.clock import SystemClock
from migrate.sandbox.client import Launched, launch

REGION = "eu-central-1"


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    with launch(tmp_path_factory.mktemp("sandbox-for-aws")) as launched:
        yield launched


@pytest.fixture(autouse=True)
def _no_configuration_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")


@pytest.fixture
def session(sandbox: Launched) -> AwsSession:
    return AwsSession(REGION, None, sandbox.endpoint_url)


@pytest.fixture
def stub() -> Iterator[tuple[CloudFormationStacks, Stubber]]:
    """Stacks to which CloudFormation says what a test wrote down."""
    session = AwsSession(REGION, None, "http://127.0.0.1:1")
    stacks = CloudFormationStacks(session, SystemClock(), 0.01)
    with Stubber(session.client("cloudformation")) as stubber:
        yield stacks, stubber


class Proxy:
    """Forwards to the sandbox. `treat[operation]` decides what becomes of one request of that operation each.

    `lose-answer`: done, but the connection is cut. `lose-request`: cut, never done. `late`: cut, done once it is let
    `arrive`.
    `refuse`: answered with an error that says no. `break`: answered with status 500. Others pass.
    """

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self.upstream = (parts.hostname or "", parts.port or 0)
        self.treat: dict[str, list[str]] = {}
        self.always: dict[str, str] = {}
        self.seen: list[str] = []
        self.late: list[threading.Thread] = []
        self._let_in = threading.Event()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                proxy.handle(self, b"")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                proxy.handle(self, body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def handle(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        operation = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        operation = operation or parse_qs(body.decode()).get("Action", [""])[0] or self._of_route_53(request)
        self.seen.append(operation)
        queue = self.treat.get(operation, [])
        fate = queue.pop(0) if queue else self.always.get(operation, "pass")
        headers = {key: value for key, value in request.headers.items() if key.lower() != "host"}

        def forward() -> tuple[int, bytes]:
            upstream = http.client.HTTPConnection(*self.upstream, timeout=30)
            upstream.request(request.command, request.path, body, headers)
            answer = upstream.getresponse()
            return answer.status, answer.read()

        match fate:
            case "lose-answer":
                forward()
                self._cut(request)
            case "lose-request":
                self._cut(request)
            case "late":
                thread = threading.Thread(target=lambda: (self._let_in.wait(), forward()))
                self.late.append(thread)
                thread.start()
                self._cut(request)
            case "refuse":
                self._answer(request, 400, self._refusal(operation))
            case "break":
                self._answer(request, 500, b'{"__type":"InternalServiceError","message":"oops"}')
            case _:
                self._answer(request, *forward())

    @staticmethod
    def _refusal(operation: str) -> bytes:
        if operation.endswith("ResourceRecordSets"):
            return b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
        return b'{"__type":"ThrottlingException","message":"Rate exceeded"}'

    @staticmethod
    def _of_route_53(request: BaseHTTPRequestHandler) -> str:
        """Route 53 names an operation by method and path."""
        if not urlsplit(request.path).path.rstrip("/").endswith("/rrset"):
            return ""
        return "ListResourceRecordSets" if request.command == "GET" else "ChangeResourceRecordSets"

    def _cut(self, request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        request.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, request: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
        request.send_response(status)
        request.send_header("Content-Type", "application/x-amz-json-1.1")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def arrive(self) -> None:
        """Let what is late come through, and wait until it was answered."""
        self._let_in.set()
        for thread in self.late:
            thread.join()

    def close(self) -> None:
        self.arrive()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def proxy(sandbox: Launched) -> Iterator[Proxy]:
    opened = Proxy(sandbox.endpoint_url)
    yield opened
    opened.close()


@pytest.fixture
def secret(session: AwsSession, request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Makes the application's secret, as a user would have it."""
    client = session.client("secretsmanager")
    made: list[str] = []

    def make() -> str:
        name = f"app-{request.node.name[:40]}-{len(made)}".replace("[", "-").replace("]", "")
        value = '{"username":"app","password":"CANARY-7f3","host":"old","port":5432,"dbname":"appdb","pool":{"max":7}}'
        client.create_secret(Name=name, SecretString=value)
        made.append(name)
        return name

    yield make
    for name in made:
        client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
