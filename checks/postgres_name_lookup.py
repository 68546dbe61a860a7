"""Which routines find what they name by the search_path, and which expressions call them without the user's one."""

from __future__ import annotations

from collections.abc import Iterator

from checks.ddl.lexer import Kind, Token, tokens
from checks.facts import Catalog, ConstraintKind, ObjectRef, Routine
from checks.postgres_code import SQL_LANGUAGES, StoredCode, calls, is_mark, is_name
from checks.postgres_names import family, of_extension

_BEFORE_RELATION = frozenset({"from", "join", "update"})
_ATOMIC = ("begin atomic", "return ")


def called_by_expressions(catalog: Catalog) -> dict[Routine, tuple[ObjectRef, bool]]:
    """Routines without a search_path of their own that are evaluated under a foreign one: by which object, and
    whether that is made over rows (an index, a materialized view), so that its making fails.
    """
    own: dict[str, list[Routine]] = {}
    for routine in catalog.routines:
        loose = routine.language in SQL_LANGUAGES and "search_path" not in routine.settings
        if loose and not routine.body.lower().lstrip().startswith(_ATOMIC):
            own.setdefault(routine.name, []).append(routine)
    used: dict[Routine, tuple[ObjectRef, bool]] = {}
    for ref, text, made in _expressions(catalog) if own else ():
        for call in calls(tuple(tokens(text))):
            for routine in own.get(call.name, ()):
                graver = routine not in used or (made and not used[routine][1])
                if graver and call.schema in ("", routine.schema):
                    used[routine] = (ref, made)
    return used


def places(catalog: Catalog) -> tuple[dict[str, str], dict[str, str]]:
    """The schema of each routine, and of each table or view, that may be named without it."""
    routines = {one.name: one.schema for one in catalog.routines if one.name not in family("overloaded")}
    for extension in catalog.extensions:
        if extension.schema not in (None, "pg_catalog"):
            routines.update(dict.fromkeys(of_extension(extension.name), str(extension.schema)))
    relations = (*(table.name for table in catalog.tables), *(view.name for view in catalog.views))
    return routines, {name.name: name.schema for name in relations}


def unqualified(routine: Routine, routines: dict[str, str], relations: dict[str, str]) -> dict[str, str]:
    """What a body names without its schema, with that schema."""
    found: dict[str, str] = {}
    for statement in StoredCode(routine.ref, routine.body, procedural=routine.language == "plpgsql").statements:
        for call in calls(statement):
            if not call.schema and call.name in routines:
                found[call.name] = routines[call.name]
        for at in range(1, len(statement)):
            token, before = statement[at], statement[at - 1]
            after = statement[at + 1] if at + 1 < len(statement) else None
            bare = is_name(token) and not (after is not None and (is_mark(after, ".") or is_mark(after, "(")))
            if bare and token.value in relations and _names_a_relation(before, statement[at - 2] if at > 1 else None):
                found[token.value] = relations[token.value]
    return found


def _names_a_relation(word: Token, before: Token | None) -> bool:
    """Whether a relation follows: FROM and the like, INSERT INTO but not SELECT … INTO, not IS DISTINCT FROM."""
    earlier = before.value if before is not None and before.kind is Kind.WORD else ""
    if word.kind is not Kind.WORD:
        return False
    if word.value == "into":
        return earlier in ("insert", "merge")
    return word.value in _BEFORE_RELATION and earlier != "distinct"


def _expressions(catalog: Catalog) -> Iterator[tuple[ObjectRef, str, bool]]:
    for index in catalog.indexes:
        place = index.definition.find("(")
        yield ObjectRef("index", f"{index.table.schema}.{index.name}"), index.definition[place:], True
    for view in catalog.views:
        if view.materialized:
            yield view.ref, view.definition, True
    for table, constraint in catalog.constraints(ConstraintKind.CHECK):
        yield ObjectRef("constraint", f"{table.name}.{constraint.name}"), constraint.definition, False
    for table in catalog.tables:
        for column in table.columns:
            if column.generated:
                yield ObjectRef("column", f"{table.name}.{column.name}"), column.generated, False
