"""TableMappings as a request member: a JSON string in the real grammar (dms.md §6, §19 item 6)."""

from __future__ import annotations

import json
from typing import Any

from migrate.sandbox.dms.faults import invalid_value
from migrate.sandbox.dms.mappings import MappingError, parse


def read_mappings(text: str) -> dict[str, Any]:
    """The parsed document, an object. Raises InvalidParameterValueException in the service's words where known."""
    try:
        document = json.loads(text)
    except ValueError:
        raise invalid_value("Error parsing Table Mappings: not valid JSON.") from None
    try:
        parse(document)
    except MappingError as error:
        raise invalid_value(error.message) from None
    return dict(document)
