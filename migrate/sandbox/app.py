"""One sandbox process: builds the world, serves it, and takes everything down with it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from migrate.sandbox.aws.install import install, publish_line, publish_metric, read_secret, read_subnet
from migrate.sandbox.control import Control
from migrate.sandbox.dms.faults import DmsFault
from migrate.sandbox.dms.service import DmsService
from migrate.sandbox.errors import SandboxError
from migrate.sandbox.faults.board import FaultBoard
from migrate.sandbox.faults.fault import Scene
from migrate.sandbox.front import Front
from migrate.sandbox.profile import Profile
from migrate.sandbox.servers.roster import Roster
from migrate.sandbox.state_file import STATE_FILE, write_state
from migrate.sandbox.world import World

HOST = "127.0.0.1"


class QuietHandler(MotoRequestHandler):
    """A line per request helps nobody here."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_: Any, **__: Any) -> None:
        """Say nothing."""


def serve(*, home: Path, port: int, profile: Profile, region: str, stop_with_stdin: bool) -> None:
    """Run one sandbox in `home` until it is told to stop; `port` 0 takes any free one.

    Writes one JSON line to stdout when it answers. Raises SandboxError when `home` or `port` is in use.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with _alone_in(home):
        shutil.rmtree(home / "servers", ignore_errors=True)
        world = World(home, region, profile, Roster(home))
        shutil.rmtree(world.snapshots, ignore_errors=True)
        install(world)
        dms = DmsService(
            region=region,
            account=world.account,
            read_secret=partial(read_secret, world),
            home=home / "dms",
            profile=profile,
            read_subnet=partial(read_subnet, world),
            publish_metric=partial(publish_metric, world),
            publish_line=partial(publish_line, world),
        )
        faults = FaultBoard(Scene(world.roster, dms.conditions, dms.throttle))
        front = Front(
            moto=DomainDispatcherApplication(create_backend_app),
            dms=dms,
            dms_fault=DmsFault,
            control=Control(world, faults, stop.set),
            profile=profile,
        )
        try:
            server = _bind(port, front)
            threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
            _announce(world, server.port)
            if stop_with_stdin:
                threading.Thread(target=_wait_for_end, args=(stop,), name="stdin", daemon=True).start()
            stop.wait()
            server.shutdown()
        finally:
            faults.close()
            dms.close()
            world.roster.close_all()
            shutil.rmtree(world.snapshots, ignore_errors=True)
            (home / STATE_FILE).unlink(missing_ok=True)


def _bind(port: int, front: Front) -> BaseWSGIServer:
    # werkzeug prints and leaves the process when a port is taken, so the port is tried here first.
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((HOST, port))
    except OSError as error:
        probe.close()
        raise SandboxError(f"port {port} is taken", hint="name another one, or 0 for any free port") from error
    probe.listen()
    server = make_server(HOST, port, front, threaded=True, request_handler=QuietHandler, fd=probe.fileno())
    probe.detach()
    return server


def _announce(world: World, port: int) -> None:
    url = f"http://{HOST}:{port}"
    state = {
        "endpoint_url": url,
        "control_url": f"{url}/_sandbox",
        "pid": os.getpid(),
        "region": world.region,
        "account": world.account,
        "profile": world.profile.name,
        "home": str(world.home),
    }
    write_state(world.home, state)
    sys.stdout.write(json.dumps(state) + "\n")
    sys.stdout.flush()
    # moto prints now and then; stdout is the caller's.
    sys.stdout = sys.stderr


def _wait_for_end(stop: threading.Event) -> None:
    # Not sys.stdin.read: its lock, held by a daemon thread, aborts the interpreter when it ends for another reason.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.set()


@contextlib.contextmanager
def _alone_in(home: Path) -> Iterator[None]:
    """One sandbox per home: the lock goes with the process, however it ends."""
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SandboxError(f"a sandbox runs in {home} already", hint="stop it, or name another home") from error
        yield
