"""CREATE USER, CREATE ROLE and GRANT, as dumps of accounts print them. Passwords and hashes are passed over."""

from __future__ import annotations

import dataclasses

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.lexer import Kind
from checks.ddl.mysql.cursor import MySqlCursor
from checks.ddl.mysql.draft import Draft
from checks.facts import Account

_CLAUSES = frozenset(
    {"require", "with", "password", "account", "default", "comment", "attribute", "failed_login_attempts"}
)
_SUPER = frozenset({"SUPER", "ALL PRIVILEGES"})
_REPLICATION = frozenset({"REPLICATION SLAVE", "REPLICATION REPLICA", "ALL PRIVILEGES"})


def create_accounts(cursor: MySqlCursor, draft: Draft, *, login: bool) -> None:
    """Read what follows `CREATE USER`, `ALTER USER` or `CREATE ROLE`."""
    if not cursor.accept("if", "not", "exists"):
        cursor.accept("if", "exists")
    named: list[tuple[str, str]] = []
    while True:
        name, host = cursor.account_parts()
        host = "" if not login and draft.mode.mariadb else host
        named.append((name, host))
        known = draft.accounts.get((name, host))
        account = known or Account(
            name=name, host=host, login=login, locked=not login and not draft.mode.mariadb, location=cursor.location
        )
        if cursor.accept("identified") and (plugin := _plugin(cursor)):
            account = dataclasses.replace(account, plugin=plugin)
        draft.accounts[name, host] = account
        if not cursor.accept_mark(","):
            break
    state = _lock_state(cursor)
    for key in named:
        if state is not None:
            draft.accounts[key] = dataclasses.replace(draft.accounts[key], locked=state)


def _plugin(cursor: MySqlCursor) -> str | None:
    """The plugin of `IDENTIFIED WITH|VIA plugin …`, passed over up to the next clause or account."""
    plugin = cursor.word_or_string() if cursor.accept_any("with", "via") else None
    if cursor.accept("by", "password"):
        plugin = "mysql_native_password"
    cursor.source_until(_CLAUSES, (",",))
    return plugin


def _lock_state(cursor: MySqlCursor) -> bool | None:
    state = None
    while not cursor.done:
        if cursor.accept("account"):
            state = cursor.keyword() == "lock"
        else:
            cursor.skip_one()
    return state


def grant(cursor: MySqlCursor, draft: Draft) -> None:
    """Read what follows `GRANT`: global privileges and roles; those on one database, table or routine are no fact."""
    privileges: list[str] = []
    roles: list[tuple[str, str]] = []
    while not cursor.at_words("on") and not cursor.at_words("to"):
        place = cursor.mark_place()
        token = cursor.next()
        if token.kind is Kind.MARK:
            continue
        cursor.back_to(place)
        if token.kind is Kind.WORD and not _at_account(cursor):
            privileges.append(_privilege(cursor))
        else:
            roles.append(cursor.account_parts())
    if cursor.accept("on"):
        _grant_on(cursor, draft, privileges)
    elif cursor.accept("to"):
        names = [*privileges, *(name if draft.mode.mariadb else f"{name}@{host}" for name, host in roles)]
        for key in _grantees(cursor):
            account = _known(draft, key, cursor)
            member_of = tuple(sorted({*(account.member_of or ()), *names}))
            draft.accounts[key] = dataclasses.replace(account, member_of=member_of)
    cursor.rest()


def _at_account(cursor: MySqlCursor) -> bool:
    following = cursor.peek(1)
    return following is not None and following.value == "@"


def _privilege(cursor: MySqlCursor) -> str:
    place = cursor.mark_place()
    while not cursor.done and not any(cursor.at_mark(m) for m in (",", "(")):
        if cursor.at_words("on") or cursor.at_words("to"):
            break
        cursor.next()
    return cursor.source_since(place)


def _grant_on(cursor: MySqlCursor, draft: Draft, privileges: list[str]) -> None:
    if not (cursor.accept_mark("*") and cursor.accept_mark(".") and cursor.accept_mark("*")):
        return
    cursor.expect("to")
    given = {" ".join(privilege.upper().split()) for privilege in privileges} - {"USAGE"}
    given = {"ALL PRIVILEGES" if privilege == "ALL" else privilege for privilege in given}
    for key in _grantees(cursor):
        account = _known(draft, key, cursor)
        everything = given | set(account.privileges or ())
        draft.accounts[key] = dataclasses.replace(
            account,
            privileges=tuple(sorted(everything)),
            superuser=account.superuser or bool(everything & _SUPER),
            replication=account.replication or bool(everything & _REPLICATION),
        )


def _grantees(cursor: MySqlCursor) -> list[tuple[str, str]]:
    found = []
    while True:
        if cursor.accept("current_user"):
            if cursor.at_mark("("):
                cursor.skip_one()
        else:
            found.append(cursor.account_parts())
        if cursor.accept("identified"):
            cursor.source_until(frozenset({"with", "require"}), (",",))
        if not cursor.accept_mark(","):
            return found


def _known(draft: Draft, key: tuple[str, str], cursor: MySqlCursor) -> Account:
    """The account, or one that this GRANT makes, as MySQL 5.7 and MariaDB may; a MariaDB role has no host."""
    name, host = key
    if key not in draft.accounts and (name, "") in draft.accounts:
        return draft.accounts[name, ""]
    return draft.accounts.get(key, Account(name=name, host=host, location=cursor.location))


def rename_accounts(cursor: MySqlCursor, draft: Draft) -> None:
    """Read what follows `RENAME USER`."""
    while True:
        old = cursor.account_parts()
        cursor.expect("to")
        name, host = cursor.account_parts()
        if old not in draft.accounts:
            raise NotUnderstoodError(f"the file does not create account {old[0]}@{old[1]}")
        draft.accounts[name, host] = dataclasses.replace(draft.accounts.pop(old), name=name, host=host)
        if not cursor.accept_mark(","):
            return
