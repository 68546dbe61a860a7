"""The shape of a schema as digests, object by object, small enough for the journal: what DDL changes, data does not."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from checks.facts import Catalog, Table
from migrate.model.assessment import Drift

Shape = Mapping[str, str]
"""Object, as `table public.orders`, to its digest. Accounts, settings and sizes are no part of it."""

_MADE_TO_MOVE = ("publication", "subscription")
_DIGITS = 10
"""Of the digest of one object: 40 bits tell an old state from a new one."""


def shape(catalog: Catalog) -> Shape:
    """Digests of every object, by name. What DMS makes for itself is left out."""
    found: dict[str, str] = {}
    for name, facts in _objects(catalog):
        known = found.get(name, "")
        found[name] = hashlib.sha256((known + repr(facts)).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return found


def digest(of: Shape) -> str:
    """SHA-256 over all of it."""
    return hashlib.sha256(json.dumps(sorted(of.items())).encode("utf-8", "surrogatepass")).hexdigest()


def packed(of: Shape) -> str:
    """As text for the journal: 10,000 tables take about 150 kB."""
    plain = json.dumps(sorted(of.items()), separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(plain, 9)).decode()


def unpacked(text: str) -> Shape:
    return dict(json.loads(zlib.decompress(base64.b64decode(text))))


def changes(earlier: Shape, now: Shape) -> Drift:
    """What came, went and changed, by name; `since` is the caller's to say."""
    return Drift(
        since=None,
        added=tuple(sorted(now.keys() - earlier.keys())),
        removed=tuple(sorted(earlier.keys() - now.keys())),
        changed=tuple(sorted(name for name in now.keys() & earlier.keys() if now[name] != earlier[name])),
    )


def _objects(catalog: Catalog) -> Iterator[tuple[str, object]]:
    """Name and facts of each object, in an order that does not depend on the server's."""
    for table in sorted(catalog.tables, key=lambda one: one.name):
        yield f"table {table.name}", _table(table)
    for index in sorted(catalog.indexes, key=lambda one: (one.table, one.name)):
        yield f"index {index.name} on {index.table}", _bare(index)
    for view in sorted(catalog.views, key=lambda one: one.name):
        yield str(view.ref), _bare(view)
    for routine in sorted(catalog.routines, key=lambda one: (one.schema, one.name, one.arguments)):
        yield f"{routine.kind} {routine.schema}.{routine.name}({routine.arguments})", _bare(routine)
    for trigger in sorted(catalog.triggers, key=lambda one: (one.table, one.name)):
        yield f"trigger {trigger.name} on {trigger.table}", _bare(trigger)
    for hook in sorted(catalog.event_triggers, key=lambda one: one.name):
        if not hook.name.startswith("awsdms"):
            yield f"event trigger {hook.name}", _bare(hook)
    for event in sorted(catalog.events, key=lambda one: (one.schema, one.name)):
        yield str(event.ref), _bare(event)
    for sequence in sorted(catalog.sequences, key=lambda one: one.name):
        yield f"sequence {sequence.name}", _bare(sequence, last_value=None)
    for extension in sorted(catalog.extensions, key=lambda one: one.name):
        yield f"extension {extension.name}", _bare(extension)
    for other in sorted(catalog.others, key=lambda one: (one.kind, one.name, one.definition)):
        if other.kind not in _MADE_TO_MOVE:
            yield str(other.ref), _bare(other)


def _table(table: Table) -> object:
    ordered = tuple(sorted(table.constraints, key=lambda one: (one.kind, one.name, one.columns)))
    return _bare(table, constraints=ordered, rows=None, bytes=None, updates=None, auto_increment=None)


def _bare(one: Any, **changed: object) -> object:
    """Without where it was read, and without its definer: an account, which another may have to stand in for when a
    trigger or event is made again."""
    if any(field.name == "definer" for field in dataclasses.fields(one)):
        changed = {"definer": "", **changed}
    return dataclasses.replace(one, location=None, **changed)
