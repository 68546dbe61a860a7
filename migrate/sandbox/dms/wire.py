"""The service's own model, as botocore ships it: every request is held against it, and in the tests every response.

The only module here that reads botocore. dms.md §1 and §19 item 1.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from migrate.sandbox.dms.faults import DmsFault, invalid_value

WIDER_THAN_ITS_ENUM = frozenset({"SourceType"})
"""Shapes whose documented values exceed the modelled ones: events come from replication tasks too (dms.md §16)."""


@cache
def _model() -> Any:
    return ServiceModel(Loader().load_service_model("dms", "service-2"), "dms")


def checked_request(operation: str, payload: Any) -> dict[str, Any]:
    """The request without its nulls.

    Raises UnknownOperationException, SerializationException for what is no JSON object, InvalidParameterValueException
    for missing, unknown or ill-typed members and values outside an enumeration. Messages never repeat a secret.
    """
    if operation not in _model().operation_names:
        raise DmsFault("UnknownOperationException", f"Unknown operation {operation}.")
    if not isinstance(payload, dict):
        raise DmsFault("SerializationException", "The request body must be a JSON object.")
    cleaned = {name: value for name, value in payload.items() if value is not None}
    shape = _model().operation_model(operation).input_shape
    complaints = _complaints(shape, cleaned)
    if complaints:
        raise invalid_value(" ".join(complaints.split()))
    return cleaned


def response_complaints(operation: str, response: dict[str, Any]) -> str:
    """What the model has against a response; empty when it fits."""
    return _complaints(_model().operation_model(operation).output_shape, response)


def members(shape: str) -> dict[str, str]:
    """Name and type (`string`, `boolean`, `integer` …) of a structure's members, secrets left out."""
    return {
        name: member.type_name
        for name, member in _model().shape_for(shape).members.items()
        if not member.metadata.get("sensitive")
    }


def choices(shape: str, member: str) -> list[str]:
    """The enumeration of a structure's member, empty when it has none."""
    return list(_model().shape_for(shape).members[member].enum)


def _complaints(shape: Any, value: dict[str, Any]) -> str:
    if shape is None:
        return "" if not value else "This operation takes no members."
    outside: list[str] = []
    shown = _without_secrets(shape, value, "", outside)
    return "; ".join([part for part in (ParamValidator().validate(shown, shape).generate_report(), *outside) if part])


def _without_secrets(shape: Any, value: Any, name: str, outside: list[str]) -> Any:
    """A copy whose sensitive values are emptied (their types kept); values outside an enumeration are noted."""
    if shape.metadata.get("sensitive"):
        return type(value)()
    match shape.type_name, value:
        case "structure", dict():
            return {
                key: _without_secrets(shape.members[key], inner, f"{name}.{key}".lstrip("."), outside)
                if key in shape.members
                else None
                for key, inner in value.items()
            }
        case "list", list():
            return [_without_secrets(shape.member, inner, f"{name}[]", outside) for inner in value]
        case "string", str() if getattr(shape, "enum", None) and shape.name not in WIDER_THAN_ITS_ENUM:
            if value not in shape.enum:
                outside.append(f"Invalid value for parameter {name}: valid are {', '.join(shape.enum)}")
    return value
