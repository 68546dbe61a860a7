"""Steps of every plan: what each does, what it guards, and what unwinding may expect of it, from their classes."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import migrate.stages
from generator.markdown import NOTE, code, table
from migrate.model.act import Act, OwnStep
from migrate.model.plan import Reversal, Step
from migrate.stages.cutover import finalize
from migrate.stages.cutover import plan as handover
from migrate.stages.cutover.own import PerformOwn, PerformOwnAndUndo
from migrate.stages.provision.service_roles import MakeRoles
from migrate.stages.provision.steps import ApplyStack, DeleteStack, VerifyCluster
from migrate.stages.replicate import accounts, changes, load
from migrate.stages.replicate import plan as replication
from migrate.stages.retire.plan import GROUPS, ReleaseSwitch, Remove, ReopenTarget

HEAD = f"""# Steps

{NOTE}

A step is the smallest act that is journaled and can be undone. Its intent, with what it saw, is journaled before it
acts; a run that was broken off asks the world whether the step is done already. Words in capitals are names of yours.
What unwinding may expect: *full*, it is taken back; *none*, it only reads, waits or proves, or what it made is kept and
gone on with; *forbidden*, nothing is unwound from here on. How steps of a cutover, a rollback and a finalize are done
by hand is in [their rendered runbooks](../../runbooks/rendered).
"""
OWN = OwnStep(name="NAME", title="TITLE", act=Act(command=("COMMAND",)))
KINDS: dict[str, tuple[type[Step[Any]], ...]] = {
    "provision apply": (ApplyStack, VerifyCluster),
    "provision dms-roles": (MakeRoles,),
    "provision destroy": (DeleteStack,),
    "replicate start": (
        accounts.KeepLogs,
        *replication.SET_UP,
        load.StartLoad,
        load.NoteSlot,
        load.FullLoad,
        *replication.KEYS_AFTER_CHANGES,
    ),
    "replicate reload": (changes.ReloadTables,),
    "replicate apply-settings": (changes.Pause, changes.ResizeInstance, changes.Modify, changes.GoOn),
    "cutover run, rollback": tuple(handover.STEPS.values()),
    "steps of your own runbook": (PerformOwn, PerformOwnAndUndo),
    "cutover finalize": tuple(finalize.STEPS.values()),
    "replicate destroy, cleanup": (Remove, ReopenTarget, ReleaseSwitch),
}
"""By command, in the order of its plan; a handover's order is that of its runbook."""
MYSQL_END = ", ".join(code(kind.name) for kind in replication.KEYS_BEFORE_CHANGES)
NOTES = {
    "replicate start": "`logs/keep` is of MySQL and MariaDB, `dms/note-slot` of PostgreSQL. On MySQL and MariaDB"
    f" foreign keys go before the changes, and it ends so: {MYSQL_END}.",
    "cutover run, rollback": "As a cutover says it; a rollback leaves the target and arrives at the source.",
}


def page() -> str:
    """Raises ValueError for a step that says nothing about itself, or that stands under no command."""
    if missing := set(_concrete(Step)) - {kind for kinds in KINDS.values() for kind in kinds}:
        raise ValueError(f"under no command: {', '.join(sorted(kind.__name__ for kind in missing))}")
    parts = [HEAD]
    for command, kinds in KINDS.items():
        rows = [
            (code(step.id), step.title, _why(kind), Reversal(step.reversal).value)
            for kind in kinds
            for step in _examples(kind)
        ]
        parts += [f"## {command}\n", *([NOTES[command], ""] if command in NOTES else [])]
        parts.append(table(("step", "what happens", "why", "unwinding"), rows))
    return "\n".join(parts)


def _concrete(kind: type[Step[Any]]) -> Iterator[type[Step[Any]]]:
    """Those that no other is made of."""
    for module in pkgutil.walk_packages(migrate.stages.__path__, "migrate.stages."):
        importlib.import_module(module.name)
    for below in kind.__subclasses__():
        yield from _concrete(below) if below.__subclasses__() else (below,)


def _why(kind: type[Step[Any]]) -> str:
    """The first paragraph of its docstring; a dataclass without one is given its signature as such."""
    text = inspect.cleandoc(kind.__doc__ or "")
    if not text or text.startswith(f"{kind.__name__}("):
        raise ValueError(f"step {kind.__name__} of {kind.__module__} says nothing about itself")
    return " ".join(text.split("\n\n")[0].split())


def _examples(kind: type[Step[Any]]) -> Iterator[Step[Any]]:
    """One of the kind, its fields' names standing for what they hold; of what removes leftovers one of each group."""
    if kind is Remove:
        yield from (Remove(group) for group in GROUPS)
        return
    known: dict[str, Any] = {"leaving": "source", "own": OWN, "tables": ("TABLES",), "switched": "secret"}
    yield kind(**{field.name: known.get(field.name, field.name.upper()) for field in fields(kind)})
