"""How the values of each type enter the row hash: exact, and the same on every server where the form is the same.

Types that every server knows by the same OID go in as their send function writes them: that keeps the scale of a
numeric, the sign of a zero and the parts of an interval, and is the cheapest. Everything else goes in as text.
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
    """SQL, with `{}` for the quoted column."""

    def of(self, column: str) -> str:
        return self.expression.replace("{}", identifier(column))


def form(type_: ColumnType, version: int) -> Form:
    """The form of a column of this type on a server of `version`, as in server_version_num."""
    if type_.built_in and type_.name in FLOATS:
        # Any NaN becomes the one NaN: a computed one may carry other bits than one that was read.
        same = f"{{}}::{type_.cast}"
        return Form(type_.name, f"(CASE WHEN {same} = 'NaN' THEN 'NaN' ELSE {same} END)")
    if type_.built_in and type_.name in EXACT:
        return Form(type_.name + _measure(type_.name, type_.modifier), f"{{}}::{type_.cast}")
    if type_.element_name is not None and type_.built_in and type_.element_schema == BUILT_IN:
        element = type_.element_name
        if element in FLOATS:
            return Form(f"{element}[]", f"array_replace({{}}::{type_.cast}, 'NaN', 'NaN')")
        if element in EXACT:
            return Form(f"{element}{_measure(element, type_.modifier)}[]", f"{{}}::{type_.cast}")
        if element in CHARACTERS:
            return Form("text[]", "{}::pg_catalog.text[]")
    if type_.kind == "e" or type_.category == "S":
        return Form("text", "{}::pg_catalog.text")
    name = type_.name if type_.element_name is None else f"{type_.element_name}[]"
    # There may be floating point numbers within.
    printed = ", as before version 12" if version < FLOAT_TEXT_CHANGED and not type_.built_in else ""
    return Form(f"{name} (as text{printed})", "{}::pg_catalog.text")


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
