"""Knocks at a server's port: name, route and listener, told apart before any protocol is spoken."""

from __future__ import annotations

import errno
import socket

from migrate.model.checkup import Answer, Knock

SECONDS = 5.0
_ANSWERS = {
    errno.ECONNREFUSED: Answer.REFUSED,
    errno.ENETUNREACH: Answer.UNROUTED,
    errno.EHOSTUNREACH: Answer.UNROUTED,
    errno.ETIMEDOUT: Answer.TIMED_OUT,
}


def knock(host: str, port: int, seconds: float = SECONDS) -> Knock:
    """Open a connection to `host` and close it. Every address of the name is tried, each for `seconds`; the first that
    opens counts, else what became of the last one."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        return Knock(Answer.NO_NAME, getattr(problem, "strerror", None) or "the name cannot be resolved")
    addresses = ", ".join(dict.fromkeys(str(row[4][0]) for row in found))
    answer = Answer.FAILED
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as door:
            door.settimeout(seconds)
            try:
                door.connect(address)
            except TimeoutError:
                answer = Answer.TIMED_OUT
            except OSError as problem:
                answer = _ANSWERS.get(problem.errno or 0, Answer.FAILED)
            else:
                return Knock(Answer.OPEN, addresses)
    return Knock(answer, addresses)
