"""Who is let in, and what browsers may do with what they get."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Lets GET through that names the token as the first part of its path; whatever else is asked is not there.

    `hosts` are the names under which a loopback address may be called, port included: a page of another site that has
    its own name point here is turned away. Empty: any.
    """

    def __init__(self, app: ASGIApp, token: str, hosts: Iterable[str] = ()) -> None:
        self._app, self._token, self._hosts = app, token, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        if not self._lets_in(scope):
            await PlainTextResponse("not here\n", status_code=404)(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)

    def _lets_in(self, scope: Scope) -> bool:
        first = scope["path"].split("/")[1] if "/" in scope["path"] else ""
        known = secrets.compare_digest(first.encode(), self._token.encode())
        named = not self._hosts or Headers(scope=scope).get("host", "") in self._hosts
        return known and named and scope["method"] in ("GET", "HEAD")
