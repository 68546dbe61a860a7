"""Requests that name themselves: repeated with its token, one is answered as it was the first time.

A client repeats a request whose answer was lost. What a token is compared with, beside stack and change set, and for
how long it is remembered, is an assumption.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.cloudformation.exceptions import CloudFormationError
from moto.cloudformation.responses import CloudFormationResponse

Answer = Callable[[CloudFormationResponse], Any]


class TokenAlreadyExistsError(CloudFormationError):
    code = "TokenAlreadyExistsException"


def once(call: Answer, token_name: str) -> Answer:
    """`call`, done once for each token; a token that comes with another change set is refused."""

    def answer(response: CloudFormationResponse) -> Any:
        token = response._get_param(token_name)
        asked = (response._get_param("StackName"), response._get_param("ChangeSetName"))
        answered = response.cloudformation_backend.answered  # type: ignore[attr-defined]
        if token is not None and (call.__name__, token) in answered:
            before, result = answered[call.__name__, token]
            if before != asked:
                raise TokenAlreadyExistsError(f"The client request token {token} was used before")
            return result
        result = call(response)
        if token is not None:
            answered[call.__name__, token] = (asked, result)
        return result

    return answer
