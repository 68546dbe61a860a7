"""The engine's longer queries, one file each.

Values are `%s` parameters; a `$name` stands for an expression that versions of the family spell differently.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template


@cache
def query(name: str, **expressions: str) -> str:
    """Text of `<name>.sql` with its expressions, without its comment. Raises KeyError where one is not given."""
    lines = files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return Template("\n".join(line for line in lines if not line.startswith("--"))).substitute(expressions)
