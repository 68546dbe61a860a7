"""Names roles in pg_dump's text as the target calls them, and leaves out what is only about one that it has not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from migrate.engines.postgres import ddl
from migrate.engines.postgres.quoting import identifier
from migrate.model.roles import Roles
from migrate.model.roles import renamed as called

_POLICY = re.compile(
    rf"^(?P<head>CREATE (?P<what>POLICY {ddl.NAME} ON {ddl.NAME}(?:\.{ddl.NAME})?)(?: AS RESTRICTIVE)?(?: FOR [A-Z]+)?"
    rf" TO )(?P<whom>{ddl.NAME}(?:, {ddl.NAME})*)",
    re.MULTILINE,
)
_LINES = (ddl.DEFAULT_PRIVILEGES, ddl.OWNER, ddl.GRANT)
"""Each with the names of roles as its groups."""


def renamed(entries: Iterable[ddl.Entry], roles: Roles) -> Iterator[ddl.Entry]:
    """A policy for nobody but such roles is left out, with its comment; so is a line that names one."""
    if not roles:
        yield from entries
        return
    gone: list[str] = []
    for entry in entries:
        text = entry.text
        if entry.type == "POLICY" and (found := _POLICY.search(text)) is not None:
            whom = [there for name in re.findall(ddl.NAME, found["whom"]) if (there := _called(name, roles))]
            if not whom:
                gone.append(f"\nCOMMENT ON {found['what']} IS ")
                continue
            text = f"{text[: found.start()]}{found['head']}{', '.join(whom)}{text[found.end() :]}"
        if not any(comment in text for comment in gone):
            yield ddl.Entry(entry.type, entry.name, ddl.rewritten(text, lambda line: _line(line, roles)))


def _line(line: str, roles: Roles) -> str | None:
    for pattern in _LINES:
        if (found := pattern.match(line)) is None:
            continue
        for number in range(len(found.groups()), 0, -1):
            name = _called(found[number], roles)
            if not name:
                return None
            line = f"{line[: found.start(number)]}{name}{line[found.end(number) :]}"
        return line
    return line


def _called(name: str, roles: Roles) -> str:
    """As SQL; a name that stays is spelled as it was."""
    role = ddl.role(name)
    there = called(role, roles)
    return name if there == role else identifier(there) if there else ""
