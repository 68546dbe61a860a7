"""`watch --web`: the control room for browsers."""

from __future__ import annotations

from migrate.clock import SystemClock
from migrate.errors import Interrupted, UsageError
from migrate.operations.control_room.looks import looks
from migrate.settings import Settings
from migrate.signals import heeding_signals
from migrate.ui import results
from migrate.wiring.lookout import lookout


def serve(settings: Settings, listen: str, port: int, interval: float) -> None:
    """Prints the address, and serves it until it is stopped."""
    try:
        from migrate.web.looking import Looking
        from migrate.web.server import bind, serve
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"the control room for browsers needs the package {missing.name}",
            code="CFG-091",
            hint="Install it: pip install 'aurora-migrate[web]'. On the terminal: aurora-migrate watch",
        ) from None
    with lookout(settings) as opened:
        glances = looks(opened, settings.migration.name, SystemClock(), interval)
        looking = Looking((glance.room, glance.problem) for glance in glances)
        place = bind(listen, port)
        results.text(place.url)
        if not place.loopback:
            results.text("Others can reach it, unencrypted; whoever knows the address sees table names and errors.")
        results.flush()
        try:
            with heeding_signals():
                serve(place, looking)
        except (Interrupted, KeyboardInterrupt):
            return
