"""Circles in what refers to what, in time linear in the references (Kosaraju's algorithm, without recursion)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def in_circles(targets: Mapping[Node, Iterable[Node]]) -> frozenset[Node]:
    """The nodes that can reach themselves by way of another. A reference to oneself makes no circle."""
    back: dict[Node, list[Node]] = {}
    for start, ends in targets.items():
        for end in ends:
            back.setdefault(end, []).append(start)
    found: set[Node] = set()
    seen: set[Node] = set()
    for start in reversed(_finished(targets)):
        if start in seen:
            continue
        group, waiting = [], [start]
        seen.add(start)
        while waiting:
            node = waiting.pop()
            group.append(node)
            for before in back.get(node, ()):
                if before not in seen:
                    seen.add(before)
                    waiting.append(before)
        if len(group) > 1:
            found |= set(group)
    return frozenset(found)


def _finished(targets: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """Every node after those that it reaches, unless they reach it too."""
    order: list[Node] = []
    seen: set[Node] = set()
    for start in targets:
        if start in seen:
            continue
        seen.add(start)
        path: list[tuple[Node, Iterator[Node]]] = [(start, iter(targets[start]))]
        while path:
            node, ends = path[-1]
            following = next((end for end in ends if end not in seen), None)
            if following is None:
                order.append(node)
                path.pop()
            else:
                seen.add(following)
                path.append((following, iter(targets.get(following, ()))))
    return order
