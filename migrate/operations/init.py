"""Writes a first migration.toml from a live source: route, schemas and sizes filled in, no secret in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from checks.aurora import versions
from checks.facts import Catalog
from checks.route import TARGET_OF, TargetEngine, Version
from migrate.errors import UsageError
from migrate.model.database import Address
from migrate.model.tags import NAMING, REQUIRED
from migrate.operations.kept_parameters import KeptParameters, kept_parameters
from migrate.settings import NAME

ENVIRONMENT = "production"
"""Stands in the tags until somebody says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line tells beside the source itself."""

    name: str
    region: str
    endpoint_url: str | None
    password: str
    """Reference to the source's password."""
    user: str
    application_secret: str
    poll_seconds: float
    target_ca_file: str | None = None
    waivers: tuple[Mapping[str, str], ...] = ()


def refuse(path: Path, name: str) -> None:
    """Raises UsageError for what needs no source to be told: the reading of one may take long."""
    if path.exists():
        raise UsageError(f"{path} is there already", code="CFG-050", hint="Remove it, or name another with -c FILE.")
    if not re.fullmatch(NAME, name):
        raise UsageError(
            f"{name!r} cannot be a migration's name",
            code="CFG-054",
            hint="Small letters and digits, a letter first, at most 30, single hyphens between: --name orders-2",
        )


def write(path: Path, address: Address, catalog: Catalog, asked: Asked) -> None:
    """Raises UsageError when the file is there already, its name is none, or no Aurora version fits."""
    refuse(path, asked.name)
    path.write_text(render(address, catalog, asked), encoding="utf-8")


def render(address: Address, catalog: Catalog, asked: Asked) -> str:
    """The file's text. Every string is written as a TOML basic string."""
    target = TARGET_OF[address.engine]
    version = closest(target, catalog.version)
    if version is None:
        raise UsageError(
            f"no {target.value} version takes a source of version {catalog.version}",
            code="CFG-051",
            hint="Choose a version by hand; assess tells what speaks against it.",
        )
    tables = [table for table in catalog.tables if table.holds_rows]
    rows = sum(table.rows or 0 for table in tables)
    size = (catalog.bytes or 0) / 1024**3
    lines = [
        f"# {len(tables)} tables, about {rows:,} rows, {size:.2f} GiB when this file was written.",
        "[migration]",
        f"name = {_text(asked.name)}",
        "",
        "[source]",
        f"engine = {_text(address.engine.value)}",
        f"host = {_text(address.host)}",
        f"port = {address.port}",
        f"database = {_text(address.database)}",
        f"user = {_text(asked.user)}",
        f"password = {_text(asked.password)}",
        f"tls = {_text(address.tls.value)}",
        *([f"ca_file = {_text(address.ca_file)}"] if address.ca_file else []),
        f"schemas = [{', '.join(_text(schema) for schema in catalog.schemas)}]",
        "",
        "[target]",
        f"engine = {_text(target.value)}",
        f"version = {_text(version)}",
        f"stack = {_text(_stack(asked))}",
        f"database = {_text(address.database)}",
        *([f"ca_file = {_text(asked.target_ca_file)}"] if asked.target_ca_file else []),
        *([] if asked.endpoint_url else _tags(asked.name)),
        *_parameters(kept_parameters(catalog, Version.parse(version))),
        "",
        *([] if asked.endpoint_url else ROLE),
        "[aws]",
        f"region = {_text(asked.region)}",
        *([f"endpoint_url = {_text(asked.endpoint_url)}"] if asked.endpoint_url else []),
        f"poll_seconds = {asked.poll_seconds:g}",
        "",
        "[[tasks]]",
        'name = "main"',
        f"include = [{', '.join(_text(f'{escape(schema)}.*') for schema in catalog.schemas)}]",
        "",
        "[application]",
        f"secret = {_text(asked.application_secret)}",
        "",
        *_waivers(asked.waivers),
    ]
    return "\n".join(lines)


def closest(target: TargetEngine, source: Version | None) -> str | None:
    """The version to propose; None when none fits.

    Aurora PostgreSQL: the newest accepted one of the source's major, or else of the next major above. Aurora MySQL
    numbers its versions itself: the newest of Aurora MySQL 3, which DMS is known to write to.
    """
    if target is TargetEngine.AURORA_MYSQL:
        return max((text for text in versions(target) if Version.parse(text).major == 3), key=Version.parse)
    if source is None:
        return None
    fitting = [text for text in versions(target) if Version.parse(text).major >= source.major]
    if not fitting:
        return None
    major = min(Version.parse(text).major for text in fitting)
    return max((text for text in fitting if Version.parse(text).major == major), key=Version.parse)


ROLE = (
    "[replication]",
    "# The role that DMS reads its secrets with; docs/operations.md says what it may do.",
    '# secret_access_role_arn = "arn:aws:iam::ACCOUNT:role/NAME"',
    "",
)


def _stack(asked: Asked) -> str:
    """On AWS as the policy of names would have it; the sandbox has none."""
    if asked.endpoint_url:
        return f"{asked.name}-aurora"
    return NAMING.format(Application=asked.name, Environment=ENVIRONMENT)


def _tags(name: str) -> list[str]:
    known = {"Application": name, "Environment": ENVIRONMENT}
    return [
        "",
        "[target.tags]",
        "# `provision plan` asks for each of them. The stack's name goes by Application and Environment.",
        *(f"{tag} = {_text(known.get(tag, ''))}" for tag in REQUIRED),
    ]


def _parameters(kept: KeptParameters) -> list[str]:
    if not kept.parameters and not kept.left:
        return []
    return [
        "",
        "[target.parameters]",
        "# As the source has them, some of them from its birth on.",
        *(f"# Not kept: {' '.join(line.split())}" for line in kept.left),
        *(f"{name} = {_text(value)}" for name, value in kept.parameters.items()),
    ]


def _waivers(waivers: tuple[Mapping[str, str], ...]) -> list[str]:
    lines: list[str] = []
    for waiver in waivers:
        lines.append("[[waivers]]")
        lines += [f"{key} = {value if key == 'expires' else _text(value)}" for key, value in waiver.items()]
        lines.append("")
    return lines


def _text(value: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(value, ensure_ascii=False)
