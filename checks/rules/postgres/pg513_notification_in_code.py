from __future__ import annotations

from collections.abc import Iterable, Iterator

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.postgres_code import StoredCode, begins, is_mark, is_name, stored_code
from checks.route import Route
from checks.rule import Rule

_STATEMENTS = ("notify", "listen")


def _sends(code: StoredCode) -> Iterator[str]:
    if any(True for _ in code.calls({"pg_notify"})):
        yield "pg_notify"
    for statement in code.statements:
        for word in _STATEMENTS:
            rest = statement[1:]
            if begins(statement, word) and rest and is_name(rest[0]) and (len(rest) == 1 or is_mark(rest[1], ",")):
                yield word.upper()


class NotificationInCode(Rule):
    """Code that sends or awaits notifications.

    ## What it finds
    Routines with NOTIFY, LISTEN or a call of pg_notify.

    ## Why it matters on Aurora
    Notifications stand in no table and no feed carries them: those that nobody has read at the cutover are gone, and
    a listener that stays with the old side hears nothing more. Triggers that send are silent on the target while
    changes arrive.

    ## What to do
    Have the listeners connect anew at the cutover and read once what they may have missed. A pooling proxy between
    them and the server does not pass notifications on.

    ## References
    https://www.postgresql.org/docs/current/sql-notify.html
    https://github.com/yugabyte/yb-voyager (LISTEN and NOTIFY among what live migration does not carry)
    """

    code = "PG513"
    slug = "notification-in-code"
    severity = Severity.NOTICE
    source = "https://www.postgresql.org/docs/current/sql-notify.html"
    bad = ("CREATE PROCEDURE wake() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('jobs', ''); END $$;",)
    good = ("CREATE PROCEDURE wake() LANGUAGE plpgsql AS $$ BEGIN PERFORM concat('jobs', ''); END $$;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for code in stored_code(catalog, (*_STATEMENTS, "pg_notify")):
            found = sorted(set(_sends(code)))
            if found:
                yield self.finding(
                    code.ref,
                    f"uses notifications ({', '.join(found)}), which nothing carries to the target",
                    remedy="Have the listeners connect anew at the cutover, and read what they may have missed.",
                )
