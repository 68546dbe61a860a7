"""CREATE of everything but tables, and the ALTERs that belong to it."""

from __future__ import annotations

import dataclasses

from checks.ddl.cursor import Cursor, NotUnderstoodError
from checks.ddl.lexer import Kind
from checks.ddl.postgres.columns import key_elements, read_sequence_options
from checks.ddl.postgres.draft import Draft, OwnIndex
from checks.facts import (
    Account,
    ConstraintKind,
    EventTrigger,
    Extension,
    Index,
    Language,
    Sequence,
    TableName,
    Trigger,
    View,
)

_SWITCH = {"enable": "origin", "disable": "disabled"}


def create_index(cursor: Cursor, draft: Draft, *, unique: bool) -> None:
    """Read what follows `CREATE [UNIQUE] INDEX`."""
    cursor.accept("concurrently")
    cursor.accept("if", "not", "exists")
    name = None if cursor.at_words("on") else cursor.dotted()[-1]
    cursor.expect("on")
    only = cursor.accept("only")
    table = draft.schema_of_relation(cursor.qualified(draft.schema))
    method = cursor.name() if cursor.accept("using") else "btree"
    columns = key_elements(cursor)
    cursor.rest()
    if name is None:
        wanted = "_".join((table.name, *(column or "expr" for column in columns), "idx"))
        name = draft.free_name(wanted, draft.tables[table]) if table in draft.tables else wanted
    index = Index(
        name=name,
        table=table,
        columns=columns,
        unique=unique,
        method=method,
        definition=cursor.text.strip().rstrip(";"),
        location=cursor.location,
    )
    draft.indexes[TableName(table.schema, name)] = OwnIndex(index, cascades=not only)


def alter_index(cursor: Cursor, draft: Draft) -> None:
    """Read what follows `ALTER INDEX`; of interest is the attachment to a partitioned index and a new name."""
    cursor.accept("if", "exists")
    name = cursor.qualified(draft.schema)
    if cursor.accept("attach", "partition"):
        child = cursor.qualified(draft.schema)
        for table in draft.tables.values():
            own = table.find_constraint(child.name) if table.name.schema == child.schema else None
            if own and own.constraint.kind in (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE):
                own.constraint = dataclasses.replace(own.constraint, inherited=True)
    elif cursor.accept("rename", "to") and name in draft.indexes:
        own_index = draft.indexes.pop(name)
        own_index.index = dataclasses.replace(own_index.index, name=cursor.name())
        draft.indexes[TableName(name.schema, own_index.index.name)] = own_index
    cursor.rest()


def create_view(cursor: Cursor, draft: Draft, *, materialized: bool) -> None:
    """Read what follows `CREATE [MATERIALIZED] VIEW`."""
    cursor.accept("if", "not", "exists")
    name = cursor.qualified(draft.schema)
    if cursor.at_mark("("):
        cursor.skip_one()
    while cursor.accept_any("with", "using", "tablespace"):
        cursor.skip_one()
    cursor.expect("as")
    draft.views[name] = View(
        name=name, materialized=materialized, definition=cursor.rest().rstrip(";"), location=cursor.location
    )


def create_sequence(cursor: Cursor, draft: Draft) -> None:
    """Read what follows `CREATE SEQUENCE`."""
    cursor.accept("if", "not", "exists")
    sequence = Sequence(name=cursor.qualified(draft.schema), location=cursor.location)
    draft.sequences[sequence.name] = read_sequence_options(cursor, sequence, draft.schema)


def alter_sequence(cursor: Cursor, draft: Draft) -> None:
    """Read what follows `ALTER SEQUENCE`."""
    cursor.accept("if", "exists")
    name = cursor.qualified(draft.schema)
    if cursor.accept("owner", "to"):
        cursor.rest()
        return
    if name not in draft.sequences:
        raise NotUnderstoodError(f"the file does not create sequence {name}")
    sequence = draft.sequences.pop(name)
    if cursor.accept("rename", "to"):
        sequence = dataclasses.replace(sequence, name=TableName(name.schema, cursor.name()))
    elif cursor.accept("set", "schema"):
        sequence = dataclasses.replace(sequence, name=TableName(cursor.name(), name.name))
    else:
        sequence = read_sequence_options(cursor, sequence, draft.schema)
    draft.sequences[sequence.name] = sequence


def create_trigger(cursor: Cursor, draft: Draft) -> None:
    """Read what follows `CREATE [CONSTRAINT] TRIGGER`."""
    name = cursor.name()
    cursor.source_until(frozenset({"on"}))
    cursor.expect("on")
    table = draft.schema_of_relation(cursor.qualified(draft.schema))
    cursor.rest()
    text = cursor.text.strip().rstrip(";")
    draft.triggers.append(Trigger(name=name, table=table, definition=text, location=cursor.location))


def create_event_trigger(cursor: Cursor, draft: Draft) -> None:
    """Read what follows `CREATE EVENT TRIGGER`."""
    name = cursor.name()
    cursor.expect("on")
    event = cursor.name()
    cursor.source_until(frozenset({"execute"}))
    cursor.expect("execute")
    cursor.accept_any("function", "procedure")
    function = ".".join(cursor.dotted())
    cursor.rest()
    draft.event_triggers[name] = EventTrigger(name=name, event=event, function=function, location=cursor.location)


def alter_event_trigger(cursor: Cursor, draft: Draft) -> None:
    """Read what follows `ALTER EVENT TRIGGER`."""
    name = cursor.name()
    if cursor.accept("owner", "to"):
        cursor.rest()
        return
    verb = cursor.accept_any("enable", "disable")
    if verb is None or name not in draft.event_triggers:
        raise NotUnderstoodError("a change of an event trigger that the file does not create")
    state = cursor.accept_any("replica", "always") or _SWITCH[verb]
    draft.event_triggers[name] = dataclasses.replace(draft.event_triggers[name], enabled=state)


def create_extension(cursor: Cursor, draft: Draft) -> None:
    """Read what follows `CREATE EXTENSION`."""
    cursor.accept("if", "not", "exists")
    name = cursor.name()
    cursor.accept("with")
    schema = version = None
    while not cursor.done:
        if cursor.accept("schema"):
            schema = cursor.name()
        elif cursor.accept("version"):
            version = cursor.next().value
        elif not cursor.accept("cascade"):
            raise NotUnderstoodError(f"{cursor.next().value!r} is not a known option of an extension")
    draft.extensions[name] = Extension(name=name, version=version, schema=schema, location=cursor.location)


def create_language(cursor: Cursor, draft: Draft, *, trusted: bool) -> None:
    """Read what follows `CREATE [TRUSTED] [PROCEDURAL] LANGUAGE`."""
    name = cursor.name()
    cursor.rest()
    draft.languages[name] = Language(name=name, trusted=trusted, location=cursor.location)


def create_role(cursor: Cursor, draft: Draft, *, login: bool) -> None:
    """Read what follows `CREATE ROLE`, `CREATE USER` or `ALTER ROLE`. A password in it is passed over, never kept."""
    name = cursor.name()
    known = draft.accounts.get(name, Account(name=name, login=login, location=cursor.location))
    words: set[str] = set()
    while not cursor.done:
        token = cursor.next()
        if token.kind is Kind.WORD:
            words.add(token.value)
    draft.accounts[name] = dataclasses.replace(
        known,
        login=_flag(words, "login", known.login),
        superuser=_flag(words, "superuser", known.superuser),
        replication=_flag(words, "replication", known.replication),
        bypasses_row_security=_flag(words, "bypassrls", known.bypasses_row_security),
    )


def _flag(words: set[str], word: str, before: bool) -> bool:
    if word in words:
        return True
    return False if f"no{word}" in words else before
