"""The errors the service answers with. Names are those of botocore's model where it has one (dms.md §15)."""

from __future__ import annotations


class DmsFault(Exception):
    """A refused request: `code` is the fault's name, `message` one line for the caller. Neither carries a secret."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def not_found(message: str) -> DmsFault:
    """ResourceNotFoundFault."""
    return DmsFault("ResourceNotFoundFault", message)


def already_exists(message: str) -> DmsFault:
    """ResourceAlreadyExistsFault."""
    return DmsFault("ResourceAlreadyExistsFault", message)


def invalid_state(message: str) -> DmsFault:
    """InvalidResourceStateFault."""
    return DmsFault("InvalidResourceStateFault", message)


def invalid_value(message: str) -> DmsFault:
    """InvalidParameterValueException, for malformed or illegal values (dms.md §15 calls the name unsourced)."""
    return DmsFault("InvalidParameterValueException", message)


def invalid_combination(message: str) -> DmsFault:
    """InvalidParameterCombinationException, for values that exclude each other (dms.md §15 calls it unsourced)."""
    return DmsFault("InvalidParameterCombinationException", message)
