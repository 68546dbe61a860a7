"""Requests that are sent once, and what their failure says: whether AWS did, or may yet do, what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from migrate.aws.errors import code_of, status_of
from migrate.aws.silence import UNREACHED

LATE = frozenset({"RequestTimeout", "RequestTimeoutException"})
"""Codes below 500 that do not say that the request was refused."""


@dataclass(frozen=True)
class Refusal:
    """Why a move did not succeed; `definite` when it is certain that AWS did not and will not carry it out."""

    code: str
    text: str
    definite: bool


def refusal(send: Callable[[], Any]) -> Refusal | None:
    """None when AWS said yes. `send` uses a client that never repeats a request."""
    try:
        send()
    except ClientError as problem:
        code = code_of(problem)
        definite = 400 <= status_of(problem) < 500 and code not in LATE
        return Refusal(f"AWS-{code}", f"AWS answered {code}", definite)
    except (BotoCoreError, ResponseParserError) as problem:
        name = type(problem).__name__
        return Refusal(f"AWS-{name}", f"no answer came ({name})", isinstance(problem, UNREACHED))
    return None
