"""What `--format json` prints: every field of every document, from the JSON Schemas that ship in the package."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from generator.markdown import NOTE, code, table
from migrate.report.documents import SCHEMAS

MADE_BY = {
    "assessment": "assess",
    "control-room": "watch --once",
    "cost": "provision cost",
    "cutover-plan": "cutover plan",
    "doctor": "doctor",
    "drift": "provision drift",
    "drill-failover": "drill failover",
    "drill-restore": "drill restore",
    "error": "COMMAND",
    "evidence": "report verify",
    "handover": "cutover run",
    "leftovers": "cleanup",
    "provision-destroy": "provision destroy",
    "provision-plan": "provision plan",
    "provision-status": "provision status",
    "readiness": "report",
    "rehearsal": "rehearse run",
    "rehearsal-history": "rehearse history",
    "replicate-schema": "replicate schema",
    "replication": "replicate status",
    "replication-plan": "replicate plan",
    "status": "status",
    "validation": "validate",
}
"""The command that prints each with `--format json`."""
HEAD = f"""# JSON documents

{NOTE}

`--format json` prints exactly one document on stdout. These are described by a JSON Schema (draft 2020-12), which ships
in the package as `migrate/report/schemas/NAME.json`; a field that is not always there is marked *maybe*. `[]` is each
of a list, `{{}}` each value of an object whose keys are names. A command that fails prints [an error](#error) in place
of its document; its exit code is [one of these](exit-codes.md). `provision apply` prints what `provision status` does.
Lists of steps and tasks, as `replicate start` prints them, have no published form.
"""


def page() -> str:
    """Raises KeyError for a schema whose command is not told here."""
    names = sorted(path.stem for path in SCHEMAS.glob("*.json"))
    schemas = {name: json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")) for name in names}
    overview = [
        (f"[{name}](#{name})", code(f"aurora-migrate {MADE_BY[name]}"), schemas[name]["title"]) for name in names
    ]
    parts = [HEAD, table(("report", "printed by", "what it tells"), overview)]
    for name, schema in schemas.items():
        parts += [f"## {name}", "", f"{schema['title']}.", "", table(("field", "type"), _fields(schema, "")), ""]
    return "\n".join(parts)


def _fields(schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
    for name, field in schema.get("properties", {}).items():
        needed = "" if name in schema.get("required", ()) else "*maybe* "
        path = f"{place}.{name}" if place else name
        yield code(path), f"{needed}{_type(field)}"
        yield from _inside(field, path)


def _inside(field: dict[str, Any] | bool, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(field, bool):
        return
    yield from _fields(field, path)
    for form in field.get("anyOf", field.get("oneOf", ())):
        yield from _inside(form, path)
    if isinstance(field.get("items"), dict):
        yield from _inside(field["items"], f"{path}[]")
    if isinstance(field.get("additionalProperties"), dict):
        yield from _inside(field["additionalProperties"], f"{path}{{}}")


def _type(field: dict[str, Any] | bool) -> str:
    if isinstance(field, bool):
        return "any"
    if "const" in field:
        return code(json.dumps(field["const"]))
    if "enum" in field:
        return " or ".join(code(json.dumps(one)) for one in field["enum"])
    if forms := field.get("anyOf", field.get("oneOf")):
        return " or ".join(dict.fromkeys(_type(form) for form in forms))
    known = field.get("type", "any")
    told = " or ".join(known) if isinstance(known, list) else known
    if "array" in told and isinstance(field.get("items"), dict):
        told = told.replace("array", f"array of {_type(field['items'])}")
    return f"{told}, {field['format']}" if "format" in field else told
