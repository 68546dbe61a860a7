"""Which runbook a migration follows: a team's own copy, or the one that ships with the program."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from migrate.errors import UsageError
from migrate.model.runbook import Runbook
from migrate.runner.load import load
from migrate.settings import Settings
from migrate.shipped import shipped

NAMES = ("cutover", "rollback", "finalize")
ABORT = "abort"
"""A page and not a runbook of its own: what unwinding does follows from the steps of the cutover's."""
PAGES = (*NAMES, ABORT)


def place(settings: Settings | None, name: str) -> Path:
    """The file of runbook `name`. Raises UsageError for a folder that is named and not there."""
    folder = settings.path(settings.cutover.runbooks) if settings and settings.cutover.runbooks else None
    if folder is not None and not folder.is_dir():
        raise UsageError(
            f"there is no folder {folder} for runbooks",
            code="CFG-036",
            hint="Make copies there with: aurora-migrate runbook copy, or leave [cutover] runbooks out.",
        )
    own = folder / f"{name}.toml" if folder else None
    return own if own and own.is_file() else shipped("runbooks") / f"{name}.toml"


def runbook(settings: Settings | None, name: str) -> Runbook:
    """Raises UsageError when there is none of this name, its file is no runbook, or is called otherwise inside."""
    if name not in NAMES:
        near = get_close_matches(name, PAGES, n=1)
        raise UsageError(
            f"there is no runbook {name}; there are {', '.join(PAGES)}",
            code="CFG-101",
            hint=f"Did you mean {near[0]}?" if near else "aurora-migrate runbook show cutover",
        )
    file = place(settings, name)
    found = load(file)
    if found.name != name:
        raise UsageError(f"{file} calls itself {found.name}", code="CFG-037", hint=f'Set name = "{name}" at its top.')
    return found


def copy(folder: Path) -> list[Path]:
    """Write the shipped runbooks into `folder`, to be changed there. Raises UsageError rather than overwrite one."""
    wanted = {name: folder / f"{name}.toml" for name in NAMES}
    there = [str(path) for path in wanted.values() if path.exists()]
    if there:
        raise UsageError(f"{', '.join(there)} is there already", code="CFG-038", hint="Name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in wanted.items():
        path.write_text((shipped("runbooks") / f"{name}.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return list(wanted.values())
