"""Circles are found whole, and what only leads into one or out of one is in none."""

from __future__ import annotations

import random

import pytest

from checks.circles import in_circles


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ({}, ""),
        ({"a": "b", "b": "c"}, ""),
        ({"a": "a"}, ""),
        ({"a": "b", "b": "a"}, "ab"),
        ({"a": "b", "b": "c", "c": "a", "x": "a", "c2": "c", "b2": "b"}, "abc"),
        ({"a": "bx", "b": "a", "x": "y", "y": "z"}, "ab"),
        ({"a": "b", "b": "a", "c": "d", "d": "ca"}, "abcd"),
        ({"a": "bcd", "b": "cd", "c": "d"}, ""),
    ],
)
def test_circles(targets: dict[str, str], expected: str) -> None:
    assert in_circles(targets) == frozenset(expected)


def test_as_plain_reachability_says_on_many_graphs() -> None:
    chance = random.Random(4)
    for _ in range(300):
        nodes = range(8)
        targets = {n: {m for m in nodes if m != n and chance.random() < 0.16} for n in nodes}
        reached = {n: set(targets[n]) for n in nodes}
        for _ in nodes:
            for n in nodes:
                reached[n] |= {far for near in reached[n] for far in targets[near]}
        assert in_circles(targets) == {n for n in nodes if n in reached[n]}


def test_a_long_chain_takes_no_recursion_and_no_square() -> None:
    chain = {n: [n + 1] for n in range(200_000)}
    assert in_circles(chain) == frozenset()
    assert len(in_circles({**chain, 200_000: [0]})) == 200_001
