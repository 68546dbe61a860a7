"""A team's own services: a status is an answer, everything else is none."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from migrate.outside.http import ask
from migrate.outside.webhook import webhook


class Service(BaseHTTPRequestHandler):
    bodies: ClassVar[list[bytes]] = []

    def answer(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if self.path == "/hangs":
            threading.Event().wait(3)
        status = {"/moved": 302, "/sick": 503}.get(self.path.partition("?")[0], 200)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/well")
        self.end_headers()

    do_GET = do_POST = answer

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def service() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("path", "yes"), [("/well", True), ("/sick", False), ("/moved", False), ("/hangs", None)])
def test_the_status_is_the_answer(service: str, path: str, yes: bool | None) -> None:
    assert ask(service + path, "GET", 200, 1).yes is yes


def test_a_service_that_is_gone_concludes_nothing() -> None:
    found = ask("http://127.0.0.1:9/health", "GET", 200, 2)
    assert found.yes is None
    assert "no answer" in found.said


def test_a_webhook_gets_slacks_form_and_its_url_stays_secret(service: str) -> None:
    assert webhook(f"{service}/well")("the freeze has begun") == ""
    assert Service.bodies[-1] == b'{"text": "the freeze has begun"}'
    refused = webhook(f"{service}/sick?token=canary")("again")
    assert "503" in refused
    assert "canary" not in refused
