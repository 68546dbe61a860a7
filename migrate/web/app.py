"""The addresses of the control room: the page, its stream, its two files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from migrate.web.guard import Guard
from migrate.web.looking import Looking

STATIC = Path(__file__).parent / "static"
FILES = {"room.js": "text/javascript", "room.css": "text/css"}


def application(looking: Looking, token: str, hosts: Iterable[str] = ()) -> ASGIApp:
    """Everything lies under `/TOKEN/`."""

    def page(_: Request) -> Response:
        return HTMLResponse(looking.page())

    async def events(_: Request) -> Response:
        return StreamingResponse(looking.stream(), media_type="text/event-stream")

    def file(request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        return FileResponse(STATIC / name, media_type=FILES[name])

    routes = [Route("/{token}/", page), Route("/{token}/events", events)]
    routes += [Route(f"/{{token}}/{name}", file) for name in FILES]
    return Guard(Starlette(routes=routes), token, hosts)
