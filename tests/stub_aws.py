"""An endpoint that answers as AWS does to whom it refuses: on loopback, one prepared answer after the other."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

QUERY = """<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>
<RequestId>0</RequestId></ErrorResponse>"""
EC2 = """<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>
<RequestID>0</RequestID></Response>"""


@dataclass(frozen=True)
class Refusal:
    """An error of a service, in the words of whichever protocol asks."""

    code: str
    message: str
    status: int

    def body(self, asked: bytes) -> bytes:
        shape = EC2 if b"Version=2016-11-15" in asked else QUERY
        return shape.format(code=self.code, message=self.message).encode()


def refused(code: str, message: str = "no", *, status: int = 400) -> Refusal:
    return Refusal(code, message, status)


class StubAws:
    """`url` is its endpoint. The last answer is repeated for ever."""

    def __init__(self) -> None:
        self.asked = 0
        self._answers: list[Refusal] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = stub._next()
                body = answer.body(asked)
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def answers(self, *answers: Refusal) -> None:
        self._answers = list(answers)

    def _next(self) -> Refusal:
        self.asked += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> StubAws:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
