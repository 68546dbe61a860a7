"""What a runbook's page says of each step: whose it is, how it is done by hand, how to tell that it worked."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from checks.route import Engine
from migrate.model.by_hand import ByHand
from migrate.model.expectation import Expectation
from migrate.model.plan import Reversal
from migrate.model.runbook import Runbook
from migrate.settings import Settings
from migrate.shipped import shipped
from migrate.stages.cutover import finalize
from migrate.stages.cutover.plan import STEPS
from migrate.stages.cutover.step import FeedStep

FILE = "by_hand.toml"
ENGINES = (("PostgreSQL", "postgres", (Engine.POSTGRES,)), ("MySQL", "mysql", (Engine.MYSQL, Engine.MARIADB)))
FORTH, BACK = "forward", "reverse"
SWITCHES = tuple(name for name, step in STEPS.items() if step.reversal is Reversal.FORBIDDEN)
"""Steps behind which nothing is taken back: the way back is a rollback."""


@cache
def texts() -> dict[str, dict[str, str]]:
    """By step: `who`, `works`, `hand` or one for each engine, `undo` alike. Names to be filled in stand in braces."""
    found: dict[str, dict[str, str]] = tomllib.loads((shipped("runbooks") / FILE).read_text(encoding="utf-8"))
    return found


def by_hand(
    runbook: Runbook, settings: Settings | None = None, expectation: Expectation | None = None
) -> dict[str, ByHand]:
    """By name, every step of the runbook that is the toolkit's own. Without settings names stand for themselves."""
    named = names(runbook, settings)
    return {name: _step(name, runbook, settings, expectation, named) for name in runbook.steps if name in texts()}


def names(runbook: Runbook, settings: Settings | None) -> dict[str, str]:
    """What stands for the names in braces."""
    leaving, arriving = ("target", "source") if runbook.name == "rollback" else ("source", "target")
    ways = {"forth": FORTH, "back": BACK} if leaving == "source" else {"forth": BACK, "back": FORTH}
    sides: dict[str, Any] = {"leaving": leaving, "arriving": arriving, "run": runbook.name, **ways}
    if settings is None:
        keys = ("migration", "slots", "database", "secret", "cluster", "feed_user", "capture_user", "headroom")
        return {**sides, **{key: f"<{key}>" for key in keys}, "transaction_seconds": "60"}
    return {
        **sides,
        "migration": settings.migration.name,
        "slots": settings.migration.name.replace("-", "_"),
        "database": settings.source.database,
        "secret": settings.application.secret,
        "cluster": settings.target.stack,
        "feed_user": settings.replication.feed_user,
        "capture_user": settings.replication.capture_user,
        "headroom": str(settings.limits.sequence_headroom),
        "transaction_seconds": f"{settings.limits.transaction_seconds:g}",
    }


def _step(
    name: str,
    runbook: Runbook,
    settings: Settings | None,
    expectation: Expectation | None,
    named: dict[str, str],
) -> ByHand:
    text = texts()[name]
    who, owners = text["who"], settings.cutover.owners if settings else {}
    return ByHand(
        name=name,
        title=_title(name, named["leaving"], settings),
        owner=f"{who}: {owners[who]}" if who in owners else who,
        hands=_typed(text, "hand", settings, named),
        undos=_typed(text, "undo", settings, named),
        works=text["works"].format_map(named),
        seconds=expectation.of(name) if expectation else None,
    )


def _typed(
    text: dict[str, str], verb: str, settings: Settings | None, named: dict[str, str]
) -> tuple[tuple[str, str], ...]:
    found = [("", text[verb])] if verb in text else []
    found += [
        (label, text[f"{verb}_{engine}"])
        for label, engine, engines in ENGINES
        if f"{verb}_{engine}" in text and (settings is None or settings.source.engine in engines)
    ]
    return tuple((label, typed.format_map(named)) for label, typed in found)


def _title(name: str, leaving: str, settings: Settings | None) -> str:
    """As it is told while it runs; of a step for each task, with all of them."""
    if name in finalize.STEPS:
        return finalize.STEPS[name]().title
    step = STEPS[name]
    if issubclass(step, FeedStep):
        feeds = ", ".join(task.name for task in settings.tasks) if settings else "each task"
        return step(leaving=leaving, feed=feeds).title
    return step(leaving=leaving).title
