"""Pairs of values, before and after, drawn from a seed: the damage that migrations really do to one value.

Literals are plain SQL that PostgreSQL, MySQL and MariaDB read alike, unless a name says otherwise.
"""

from __future__ import annotations

import math
import struct
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from tests.detection.kinds import Pair

LETTERS = "abcdefghijklmnopqrstuvwxyz"
Maker = Callable[[Random], Pair]


def quoted(text: str) -> str:
    """A literal; no maker uses backslashes, which MySQL would read."""
    return "'" + text.replace("'", "''") + "'"


def word(random: Random, least: int = 4, most: int = 12) -> str:
    return "".join(random.choice(LETTERS) for _ in range(random.randint(least, most)))


def phrase(random: Random) -> str:
    return " ".join(word(random) for _ in range(random.randint(1, 4)))


def of(*pairs: Pair) -> Maker:
    """One of some fixed pairs, in either direction."""

    def make(random: Random) -> Pair:
        before, after = random.choice(pairs)
        return (before, after) if random.random() < 0.5 else (after, before)

    return make


def one_way(*pairs: Pair) -> Maker:
    return lambda random: random.choice(pairs)


# --- text ------------------------------------------------------------------------------------------------------------


def text(random: Random) -> Pair:
    """Two texts of one length, as a customer's number and another's."""
    length = random.randint(4, 12)
    before, after = (word(random, length, length) for _ in range(2))
    return quoted(before), quoted(after if after != before else after[:-1] + ("z" if after[-1] != "z" else "y"))


def null_and_empty(random: Random) -> Pair:
    return random.choice((("NULL", "''"), ("''", "NULL")))


def to_null(random: Random) -> Pair:
    return quoted(phrase(random)), "NULL"


def edited(change: Callable[[str, Random], str]) -> Maker:
    """A phrase, and what `change` makes of it."""

    def make(random: Random) -> Pair:
        before = phrase(random)
        return quoted(before), quoted(change(before, random))

    return make


def cut_blank(random: Random) -> Pair:
    before = phrase(random) + " " * random.randint(1, 3)
    return quoted(before), quoted(before.rstrip())


def accented(random: Random) -> str:
    """A word with letters that have a decomposed form."""
    letters = list(word(random))
    letters[random.randrange(len(letters))] = random.choice("éèüöäñçåÁÜ")
    return "".join(letters)


def decomposed(random: Random) -> Pair:
    before = accented(random)
    return quoted(before), quoted(unicodedata.normalize("NFD", before))


def mojibake(random: Random) -> Pair:
    """UTF-8 that was read as latin1 and written again."""
    before = accented(random)
    return quoted(before), quoted(before.encode("utf-8").decode("latin-1"))


def without_accents(random: Random) -> Pair:
    before = accented(random)
    return quoted(before), quoted("".join(c for c in unicodedata.normalize("NFD", before) if c.isascii()))


def emoji_lost(random: Random) -> Pair:
    """A character outside the basic plane, and the question mark that utf8mb3 leaves of it."""
    before = f"{word(random)} {random.choice('😀🚀🎉🐘🐬')} {word(random)}"
    return quoted(before), quoted("".join(c if ord(c) < 0x10000 else "?" for c in before))


def line_ends(random: Random) -> Pair:
    before = f"{phrase(random)}\r\n{phrase(random)}"
    return quoted(before), quoted(before.replace("\r", ""))


def long_text(random: Random) -> Pair:
    """A large text, and what limited LOB mode leaves of it."""
    before = random.randbytes(2300).hex()
    return quoted(before), quoted(before[:4096])


# --- numbers ---------------------------------------------------------------------------------------------------------


def integer(bits: int) -> Maker:
    """A whole number, off by one."""

    def make(random: Random) -> Pair:
        before = random.randint(-(2 ** (bits - 1)) + 2, 2 ** (bits - 1) - 2)
        return str(before), str(before + random.choice((-1, 1)))

    return make


def sign(random: Random) -> Pair:
    before = random.randint(1, 2**40)
    return str(before), str(-before)


def folded(random: Random) -> Pair:
    """Two 64-bit numbers whose 32-bit halves give the same word when they are folded, as -1 and 4294967295 do."""
    low, high, other = random.getrandbits(32), random.getrandbits(31), random.getrandbits(31)
    other = other if other != high else other ^ 1
    before, after = high << 32 | low, other << 32 | (low ^ high ^ other)
    return str(before), str(-after - 1 if random.random() < 0.5 else after)


def decimal(random: Random) -> Pair:
    before = random.randint(-(10**9), 10**9)
    return _places(before, 3), _places(before + random.choice((-1, 1)), 3)


def decimal_sign(random: Random) -> Pair:
    before = random.randint(1, 10**9)
    return _places(before, 3), _places(-before, 3)


def decimal_scale(random: Random) -> Pair:
    """1.0 and 1.00: equal as numbers, told apart by a numeric without a fixed scale."""
    before = _places(random.randint(1, 10**9), 3)
    return before, before + "0" * random.randint(1, 3)


def decimal_rounded(random: Random) -> Pair:
    """A long number that went through a double on its way."""
    before = random.randint(10**24, 10**25 - 1)
    return _places(before, 6), _places(int(f"{float(before):.14e}".replace(".", "").partition("e")[0]) * 10**10, 6)


def _places(number: int, places: int) -> str:
    digits = str(abs(number)).rjust(places + 1, "0")
    return f"{'-' if number < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def last_bit(random: Random) -> Pair:
    before = random.uniform(-1e6, 1e6)
    return _double(before), _double(math.nextafter(before, math.inf))


def last_bit_of_float(random: Random) -> Pair:
    bits = struct.unpack("<I", struct.pack("<f", random.uniform(1, 1e6)))[0]
    before, after = (struct.unpack("<f", struct.pack("<I", n))[0] for n in (bits, bits ^ 1))
    return _double(before), _double(after)


def _double(number: float) -> str:
    shown = repr(number)
    return shown if "e" in shown else shown + "e0"


# --- time ------------------------------------------------------------------------------------------------------------

EPOCH = datetime(1990, 1, 1)  # noqa: DTZ001 (a column without a zone)


def _moment(random: Random) -> datetime:
    return EPOCH + timedelta(microseconds=random.randint(0, 40 * 365 * 86_400 * 10**6))


def moved(shift: Callable[[Random], timedelta], zone: str = "") -> Maker:
    """A point in time, moved."""

    def make(random: Random) -> Pair:
        before = _moment(random)
        return tuple(quoted(m.isoformat(" ", "microseconds") + zone) for m in (before, before + shift(random)))  # type: ignore[return-value]

    return make


def microsecond(random: Random) -> timedelta:
    return timedelta(microseconds=random.choice((-1, 1)))


def hours(random: Random) -> timedelta:
    return timedelta(hours=random.choice((-1, 1)) * random.randint(1, 13))


def fraction_lost(random: Random) -> Pair:
    before = _moment(random).replace(microsecond=random.randint(1, 999_999))
    return quoted(before.isoformat(" ", "microseconds")), quoted(before.isoformat(" ", "seconds"))


def milliseconds_only(random: Random) -> Pair:
    before = _moment(random).replace(microsecond=random.randint(0, 999) * 1000 + random.randint(1, 999))
    return quoted(before.isoformat(" ", "microseconds")), quoted(before.isoformat(" ", "milliseconds"))


def day(random: Random) -> Pair:
    before = _moment(random).date()
    return quoted(str(before)), quoted(str(before + timedelta(days=random.choice((-1, 1)))))


def clock(random: Random) -> Pair:
    before = _moment(random)
    return tuple(quoted(m.strftime("%H:%M:%S.%f")) for m in (before, before + timedelta(microseconds=1)))  # type: ignore[return-value]


# --- others ----------------------------------------------------------------------------------------------------------

TRUTH = of(("true", "false"))


def choice(values: Sequence[str]) -> Maker:
    """Two different ones of some values."""
    return lambda random: tuple(quoted(value) for value in random.sample(values, 2))  # type: ignore[return-value]


def uuid(random: Random) -> Pair:
    digits = f"{random.getrandbits(128):032x}"
    digits = f"{digits[:12]}4{digits[13:16]}a{digits[17:]}"  # a version and a variant, without which MariaDB takes none
    place = random.choice([n for n in range(32) if n not in (12, 16)])
    changed = digits[:place] + f"{int(digits[place], 16) ^ 1:x}" + digits[place + 1 :]
    return tuple(quoted("-".join((d[:8], d[8:12], d[12:16], d[16:20], d[20:]))) for d in (digits, changed))  # type: ignore[return-value]


def json_value(random: Random) -> Pair:
    name, number = word(random), random.randint(0, 10**6)
    return tuple(quoted(f'{{"name": "{name}", "n": [1, {n}]}}') for n in (number, number + 1))  # type: ignore[return-value]


def json_order(random: Random) -> Pair:
    name, number = word(random), random.randint(0, 10**6)
    return quoted(f'{{"name": "{name}", "n": {number}}}'), quoted(f'{{"n": {number}, "name": "{name}"}}')


def json_blank(random: Random) -> Pair:
    name = word(random)
    return quoted(f'{{"name": "{name}"}}'), quoted(f'{{"name":"{name}"}}')


def bytes_of(literal: Callable[[bytes], str], change: Callable[[bytes, Random], bytes], length: int = 24) -> Maker:
    """Random bytes, and what `change` makes of them."""

    def make(random: Random) -> Pair:
        before = random.randbytes(length)
        return literal(before), literal(change(before, random))

    return make


def one_byte(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]


def point(random: Random) -> tuple[float, float, float]:
    """x and y, and an x whose last bit differs."""
    x = random.uniform(-180, 180)
    return x, random.uniform(-90, 90), math.nextafter(x, math.inf)
