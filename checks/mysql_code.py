"""Code that a MySQL database holds, and what stands in its text outside of strings and comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from checks.ddl.lexer import Kind
from checks.ddl.mysql.lexer import tokens, unfolded
from checks.ddl.mysql.mode import Mode
from checks.facts import Catalog, ObjectRef
from checks.route import Engine


@dataclass(frozen=True)
class Code:
    """A view, routine, trigger or event: how a finding names it, its text, and the account and mode it runs with."""

    ref: ObjectRef
    text: str
    definer: str | None
    sql_mode: str | None = None

    @property
    def spoken(self) -> str:
        """Its text as `spoken` has it."""
        return spoken(self.text, self.sql_mode or "")


def code_of(catalog: Catalog) -> Iterator[Code]:
    """All code of the catalog; the text is empty where a server hides it."""
    for view in catalog.views:
        yield Code(view.ref, view.definition, view.definer)
    for routine in catalog.routines:
        yield Code(routine.ref, routine.body, routine.definer, routine.sql_mode)
    for trigger in catalog.triggers:
        ref = ObjectRef("trigger", f"{trigger.table.schema}.{trigger.name}", trigger.location)
        yield Code(ref, trigger.definition, trigger.definer, trigger.sql_mode)
    for event in catalog.events:
        yield Code(event.ref, event.definition, event.definer, event.sql_mode)


def definers(catalog: Catalog) -> list[tuple[str, list[ObjectRef]]]:
    """Every definer by name, with what runs as it."""
    found: dict[str, list[ObjectRef]] = {}
    for code in code_of(catalog):
        if code.definer is not None:
            found.setdefault(code.definer, []).append(code.ref)
    return sorted(found.items())


@cache
def spoken(text: str, sql_mode: str = "") -> str:
    """The words and marks of SQL, lower case, one blank between: without comments, with '' for every string, and quoted
    names in their backticks, which are empty where the name has blanks or marks in it.
    """
    mode = Mode(Engine.MYSQL, sql_mode=sql_mode)
    words = []
    for token in tokens(unfolded(text, mode), mode):
        if token.kind is Kind.STRING:
            words.append("''")
        elif token.kind is Kind.QUOTED:
            words.append(f"`{token.value}`" if token.value.isidentifier() else "``")
        else:
            words.append(token.value)
    return " ".join(words)
