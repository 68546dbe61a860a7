"""A document that a command printed fits the schema that is published for it."""

from __future__ import annotations

from typing import Any

import jsonschema

from migrate.report.documents import SCHEMAS, schema

KNOWN = frozenset(path.stem for path in SCHEMAS.glob("*.json"))


def conforming(document: Any) -> Any:
    """The document itself. Fails where it has a published form and another one was printed; lists have none.

    A published form takes members that it does not name, for a newer version may add some; here each has to be named.
    """
    name = document.get("report") if isinstance(document, dict) else None
    if name in KNOWN:
        jsonschema.validate(document, closed(schema(name)), format_checker=jsonschema.FormatChecker())
    return document


def closed(form: Any) -> Any:
    """The form with every object of named members taking no others."""
    if isinstance(form, list):
        return [closed(one) for one in form]
    if not isinstance(form, dict):
        return form
    inner = {key: closed(value) for key, value in form.items()}
    return {"additionalProperties": False, **inner} if isinstance(form.get("properties"), dict) else inner
