"""A seeded sample of cases that leaves out no kind of trouble before it takes one twice."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Sequence

from tests.chaos.case import Case


def sample(cases: Sequence[Case], size: int, seed: int) -> list[Case]:
    chance = random.Random(seed)
    kinds: defaultdict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        kinds[case.run, case.trouble.value].append(case)
    decks = list(kinds.values())
    for deck in decks:
        chance.shuffle(deck)
    chance.shuffle(decks)
    dealt = itertools.chain.from_iterable(itertools.zip_longest(*decks))
    return [case for case in dealt if case is not None][:size]
