"""How the values of each type enter the row hash: exact, and the same on every server where the form is the same.

Types that every server knows by the same OID go in by their bytes, as their send function writes them: that keeps the
sign of a zero and the parts of an interval, and is mostly the cheapest. Their own hash functions would not do:
hash_numeric takes 1.5 for -1.5, hashint8 (which times use, too) takes -1 for 4294967295. Only where a type's own
function sees every bit, as for int4 and text, or can be helped to, it is used, for it spares a copy. Everything else
goes in as text, as do types whose text is exact and cheaper to make.
"""

from __future__ import annotations

from dataclasses import dataclass

from migrate.engines.postgres.quoting import identifier

BUILT_IN = "pg_catalog"

EXACT = frozenset((
    "bool", "bytea", "char", "int2", "int4", "int8", "oid", "uuid", "money", "numeric", "text", "bpchar", "bit",
    "varbit", "json", "jsonb", "date", "time", "timetz", "timestamp", "timestamptz", "interval", "inet", "cidr",
    "macaddr", "macaddr8", "pg_lsn", "tsvector", "tsquery", "point", "line", "lseg", "box", "path", "polygon",
    "circle", "int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange", "int4multirange",
    "int8multirange", "nummultirange", "datemultirange", "tsmultirange", "tstzmultirange",
))  # fmt: skip
"""Built-in types whose wire form is the value and nothing else (`char` is the one-byte type)."""

FLOATS = frozenset(("float4", "float8"))
CHARACTERS = frozenset(("varchar", "name"))
"""Built-in types that hold what a `text` holds."""

SENT = {
    "bytea": "{}",
    "bpchar": "bpcharsend({})",
    "date": "date_send({})",
    "time": "time_send({})",
    "timestamp": "timestamp_send({})",
    "timestamptz": "timestamptz_send({})",
    "interval": "interval_send({})",
    "array": "overlay(array_send({}) PLACING int4send(0) FROM 5 FOR 4)",
}
"""Bytes of frequent types' values; `record_send` writes any other one's. The second word of an array's tells whether it
ever held a NULL, which one that was loaded does not know; those that it holds now stand among its elements."""
PRINTED = frozenset(("numeric", "json", "jsonb"))
"""Types whose text keeps all there is, the scale of a numeric, too, and takes less time to make than their bytes."""
SENT_IN_ARRAYS = frozenset(("money", "point", "line", "lseg", "box", "path", "polygon", "circle"))
"""Elements whose text hangs on the server's locale, or is rounded before version 12. Arrays of others go in as text."""
FULLY_HASHED = {
    "int2": "hashint2extended({}, {seed})",
    "int4": "hashint4extended({}, {seed})",
    "oid": "hashoidextended({}, {seed})",
    "bool": "hashint4extended(({})::pg_catalog.int4, {seed})",
    "uuid": "uuid_hash_extended({}, {seed})",
    # It folds the two halves into one; the upper half beside that tells them apart.
    "int8": "(hashint8extended({}, {seed}) # hashint4extended(({} >> 32)::pg_catalog.int4, {other}))",
    # They take -0 for 0; and any NaN is the one NaN, for a computed one may carry other bits than one that was read.
    **{
        name: f"(CASE WHEN {{}} = 0 THEN hash_array_extended(ARRAY[{name}send({{}})], {{seed}})"
        f" WHEN {{}} = 'NaN' THEN {{seed}} ELSE {function}({{}}, {{seed}}) END)"
        for name, function in (("float4", "hashfloat4extended"), ("float8", "hashfloat8extended"))
    },
}
"""Types whose own hash function, helped where it must be, takes every value for another one."""
OTHER_SEED = 0x5851F42D4C957F2D
"""Makes another seed of one, where a value is hashed twice: equal hashes would cancel out."""
UNCONVERTED = frozenset(("UTF8", "SQL_ASCII"))
"""Encodings of databases whose text is sent as it is kept."""

FLOAT_TEXT_CHANGED = 120000
"""server_version_num of the first version that prints floating point numbers in their shortest exact form."""


@dataclass(frozen=True)
class ColumnType:
    """A column's type beneath its domains."""

    schema: str
    name: str
    """As in pg_type: `int4`, `_text` for an array."""
    kind: str
    """typtype: b base, c composite, e enum, r range, m multirange."""
    category: str
    """typcategory: S for all that is like text."""
    modifier: int
    element_schema: str | None = None
    element_name: str | None = None

    @property
    def built_in(self) -> bool:
        return self.schema == BUILT_IN

    @property
    def cast(self) -> str:
        """The type as a cast names it, without a modifier: nothing is cut or padded."""
        return f"{identifier(self.schema)}.{identifier(self.name)}"


@dataclass(frozen=True)
class Form:
    name: str
    """Equal on both sides: equal values hash alike."""
    expression: str
    """SQL: the value that enters, with `{}` for the quoted column."""
    hashed: str
    """SQL: the 64-bit hash of that value, with `{}` for the expression, `{seed}` and `{other}`. A NULL may be NULL."""

    def of(self, column: str, seed: int) -> str:
        """Expression: the 64-bit hash of a column's value, never NULL."""
        value = self.expression.replace("{}", identifier(column))
        seeded = self.hashed.replace("{seed}", str(seed)).replace("{other}", str(seed ^ OTHER_SEED))
        return f"coalesce({seeded.replace('{}', value)}, 0)"


def form(type_: ColumnType, version: int, encoding: str = "UTF8") -> Form:
    """The form of a column of this type on a server of `version`, as in server_version_num, in a database of
    `encoding`."""
    if type_.built_in and type_.name == "text":
        return _text("text", encoding)
    if type_.built_in and type_.name in PRINTED:
        ascii_alone = type_.name == "numeric"
        return _text(type_.name + _measure(type_.name, type_.modifier), "UTF8" if ascii_alone else encoding)
    if type_.built_in and (type_.name in EXACT or type_.name in FLOATS):
        return _sent(type_.name + _measure(type_.name, type_.modifier), f"{{}}::{type_.cast}", type_.name)
    if type_.element_name is not None and type_.built_in and type_.element_schema == BUILT_IN:
        element = type_.element_name
        if element in FLOATS:
            return _sent(f"{element}[]", f"array_replace({{}}::{type_.cast}, 'NaN', 'NaN')", "array")
        if element in SENT_IN_ARRAYS:
            return _sent(f"{element}[]", f"{{}}::{type_.cast}", "array")
        if element in EXACT:
            return _text(f"{element}{_measure(element, type_.modifier)}[]", encoding)
        if element in CHARACTERS:
            return _text("text[]", encoding)
    if type_.kind == "e" or type_.category == "S":
        return _text("text", encoding)
    name = type_.name if type_.element_name is None else f"{type_.element_name}[]"
    # There may be floating point numbers within.
    printed = ", as before version 12" if version < FLOAT_TEXT_CHANGED and not type_.built_in else ""
    return _text(f"{name} (as text{printed})", encoding)


def _sent(name: str, expression: str, type_name: str = "") -> Form:
    """By the value's bytes, or by its type's own hash function where that sees all of them."""
    if type_name in FULLY_HASHED:
        return Form(name, expression, FULLY_HASHED[type_name])
    sent = SENT.get(type_name, "record_send(ROW({}))")
    return Form(name, expression, f"hash_array_extended(ARRAY[{sent}], {{seed}})")


def _text(name: str, encoding: str) -> Form:
    """By the bytes of the text in UTF-8, whatever the database's encoding."""
    expression = '{}::pg_catalog.text COLLATE "C"'
    if encoding in UNCONVERTED:
        return Form(name, expression, "hashtextextended({}, {seed})")
    # hash_array_extended is the hash of its one element plus 31, around the end of bigint.
    array = "hash_array_extended(ARRAY[textsend({})], {seed})"
    wrapped = f"({array} + 9223372036854775807) + 9223372036854775778"
    return Form(
        name,
        expression,
        f"CASE WHEN {{}} IS NULL THEN NULL WHEN {array} >= -9223372036854775777 THEN {array} - 31 ELSE {wrapped} END",
    )


def _measure(name: str, modifier: int) -> str:
    """The part of the modifier that shows in the wire form: blanks of a char(n), digits behind a numeric's point."""
    if modifier < 0:
        return ""
    match name:
        case "bpchar":
            return f"({modifier - 4})"
        case "bit":
            return f"({modifier})"
        case "numeric":
            scale = (modifier - 4) & 0x7FF
            return f"(*,{(scale ^ 1024) - 1024})"
        case _:
            return ""
