"""Which method fits, in the forms that have words of their own for it: JSON, text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checks.fit.answer import Fit, MethodFit, Reason, Weight

WORDS = {Weight.EXCLUDES: "out", Weight.UNKNOWN: "not known", Weight.AGAINST: "against", Weight.FOR: "for"}


def headline(fit: Fit) -> str:
    """The method to take, in one line."""
    taken = fit.recommended
    return f"method: {taken.name}" if taken else "method: none fits"


def body(fit: Fit) -> dict[str, Any]:
    taken = fit.recommended
    return {
        "recommended": taken.key if taken else None,
        "methods": [_method(one) for one in fit.methods],
        "assumed": list(fit.assumed),
        "otherwise": list(fit.otherwise),
        "wrong_target": [vars(one).copy() for one in fit.wrong_target],
        "out_of_scope": [vars(one).copy() for one in fit.out_of_scope],
    }


def _method(method: MethodFit) -> dict[str, Any]:
    return {
        "key": method.key,
        "name": method.name,
        "what": method.what,
        "verdict": method.verdict.value,
        "reasons": [{"weight": one.weight.value, "text": one.text, "source": one.source} for one in method.reasons],
    }


def _telling(method: MethodFit) -> tuple[Reason, ...]:
    """Of a method that is ruled out only what rules it out."""
    out = tuple(one for one in method.reasons if one.weight is Weight.EXCLUDES)
    return out or method.reasons


def lines(fit: Fit) -> Iterator[tuple[int, str]]:
    """Depth and text of each line, without what is out of scope and without sources."""
    taken = fit.recommended
    for method in fit.methods:
        if method is taken:
            yield 1, method.what
        else:
            yield 1, f"{method.name}: {method.verdict.value}"
        yield from ((2, f"{WORDS[one.weight]}: {one.text}") for one in _telling(method))
    yield from ((1, f"assumed: {one}") for one in fit.assumed)
    yield from ((1, f"otherwise, {one}") for one in fit.otherwise)
    yield from ((1, f"Aurora may be the wrong place: {one.text}. Instead: {one.instead}") for one in fit.wrong_target)
