"""Pairs of values as PostgreSQL alone writes or holds them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.detection import pairs
from tests.detection.kinds import Pair
from tests.detection.pairs import quoted


def bytea(data: bytes) -> str:
    return f"'\\x{data.hex()}'"


def array(random: Random) -> list[str]:
    return [pairs.word(random) for _ in range(4)]


def braced(items: list[str]) -> str:
    return quoted("{" + ",".join(items) + "}")


def element(random: Random) -> Pair:
    items = array(random)
    return braced(items), braced([*items[:2], items[2] + "x", items[3]])


def element_order(random: Random) -> Pair:
    items = array(random)
    return braced(items), braced([items[1], items[0], *items[2:]]) if items[0] != items[1] else braced(items[:3])


def dimensions(random: Random) -> Pair:
    a, b, c, d = (random.randint(0, 99) for _ in range(4))
    return quoted(f"{{{a},{b},{c},{d}}}"), quoted(f"{{{{{a},{b}}},{{{c},{d}}}}}")


def first_index(random: Random) -> Pair:
    a, b = random.randint(0, 99), random.randint(0, 99)
    return quoted(f"{{{a},{b}}}"), quoted(f"[0:1]={{{a},{b}}}")


def null_element(random: Random) -> Pair:
    word = pairs.word(random)
    return quoted(f"{{{word},NULL}}"), quoted(f'{{{word},"NULL"}}')


def months(random: Random) -> Pair:
    months = random.randint(1, 11)
    return quoted(f"{months} months"), quoted(f"{months * 30} days")


def days(random: Random) -> Pair:
    days = random.randint(1, 20)
    return quoted(f"{days} days"), quoted(f"{days * 24} hours")


def host(random: Random) -> Pair:
    a, b = random.randint(1, 250), random.randint(1, 250)
    return quoted(f"10.0.{a}.{b}"), quoted(f"10.0.{a}.{b + 1}")


def netmask(random: Random) -> Pair:
    address = f"10.0.{random.randint(1, 250)}.{random.randint(1, 250)}"
    return quoted(f"{address}/32"), quoted(f"{address}/24")


def network(random: Random) -> Pair:
    first = random.randint(1, 250)
    return quoted(f"10.{first}.0.0/16"), quoted(f"10.{first}.0.0/17")


def bound(random: Random) -> Pair:
    low = random.randint(0, 1000)
    return quoted(f"[{low}.5,{low + 7}.5)"), quoted(f"[{low}.5,{low + 7}.5]")


def upper_bound(random: Random) -> Pair:
    low = random.randint(0, 1000)
    return quoted(f"[{low},{low + 7})"), quoted(f"[{low},{low + 8})")


def multirange(random: Random) -> Pair:
    low = random.randint(0, 1000)
    return quoted(f"{{[{low},{low + 3}),[{low + 5},{low + 7})}}"), quoted(f"{{[{low},{low + 7})}}")


def point(random: Random) -> Pair:
    x, y, moved = pairs.point(random)
    return quoted(f"({x!r},{y!r})"), quoted(f"({moved!r},{y!r})")


def bits(random: Random) -> Pair:
    bits = random.getrandbits(20)
    return f"B'{bits:020b}'", f"B'{bits ^ 1:020b}'"


def bits_longer(random: Random) -> Pair:
    bits = random.getrandbits(10)
    return f"B'{bits:010b}'", f"B'{bits:010b}0'"


def zone(random: Random) -> Pair:
    hour = random.randint(6, 20)
    return quoted(f"{hour:02}:30:00+00"), quoted(f"{hour + 1:02}:30:00+01")


def position(random: Random) -> Pair:
    word = pairs.word(random)
    return quoted(f"'{word}':1"), quoted(f"'{word}':2")


def pair_of(random: Random) -> Pair:
    number, word = random.randint(0, 999), pairs.word(random)
    return f"ROW({number}, '{word}')", f"ROW({number + 1}, '{word}')"


def padded(random: Random) -> Pair:
    word = pairs.word(random, 3, 8)
    return quoted(word), quoted(word.ljust(10))


def text_key(number: int) -> str:
    return quoted(f"key {number:07d}")


def folded_moment(random: Random) -> Pair:
    """Two points in time whose microseconds give the same word when their halves are folded."""
    high, low = random.randint(40_000, 200_000), random.getrandbits(32)
    other = high ^ random.choice((1, 2, 4))
    before, after = high << 32 | low, other << 32 | (low ^ high ^ other)
    return tuple(f"timestamp '2000-01-01' + {n} * interval '1 microsecond'" for n in (before, after))  # type: ignore[return-value]


def folded_array(random: Random) -> Pair:
    before, after = pairs.folded(random)
    return quoted(f"{{1,{before}}}"), quoted(f"{{1,{after}}}")


def number_array(change: Callable[[str], str]) -> Callable[[Random], Pair]:
    """An array of numbers, one of them changed."""

    def make(random: Random) -> Pair:
        number = f"{random.randint(1, 999)}.5"
        return quoted(f"{{0,{number}}}"), quoted(f"{{0,{change(number)}}}")

    return make


def json_number(change: Callable[[str], str]) -> Callable[[Random], Pair]:
    """A document with a number, which is changed."""

    def make(random: Random) -> Pair:
        number = f"{random.randint(1, 999)}.5"
        return quoted(f'{{"n": {number}}}'), quoted(f'{{"n": {change(number)}}}')

    return make


def range_sign(random: Random) -> Pair:
    high = random.randint(1, 999)
    return quoted(f"[-{high}.5,{high + 1000}]"), quoted(f"[{high}.5,{high + 1000}]")


def compensated(random: Random) -> Pair:
    days = random.randint(1, 20)
    return quoted(f"{days} days"), quoted(f"{days + 1} days -24:00:00")


def path(random: Random) -> Pair:
    """A closed path, and the same points as an open one."""
    a, b = random.randint(0, 99), random.randint(0, 99)
    return quoted(f"(({a},{b}),({b},{a}))"), quoted(f"[({a},{b}),({b},{a})]")


def composite_sign(random: Random) -> Pair:
    number, word = random.randint(1, 999), pairs.word(random)
    return f"ROW({number}, '{word}')", f"ROW(-{number}, '{word}')"


def store(random: Random) -> Pair:
    """A key that is NULL, and one that is not there."""
    key, other = pairs.word(random), pairs.word(random, 13, 14)
    return quoted(f"{key}=>1, {other}=>NULL"), quoted(f"{key}=>1")


def label_path(random: Random) -> Pair:
    first, second = pairs.word(random), pairs.word(random, 13, 14)
    return quoted(f"{first}.{second}"), quoted(f"{second}.{first}")


def document(random: Random) -> Pair:
    word = pairs.word(random)
    return quoted(f"<a>{word}</a>"), quoted(f"<a>{word}x</a>")
