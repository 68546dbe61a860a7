"""Both servers: name, port, TLS, login, rights; each kind of failure with its usual causes."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.errors import MigrateError
from migrate.model.checkup import Answer, Check, Health
from migrate.model.database import Address, Side, Tls
from migrate.ports.database import Database
from migrate.wiring.session import Session

REACH = "port"
LOGIN = "login"
CAUSES = {
    Answer.NO_NAME: "The name is misspelled, or known only inside the VPC's private zone: run this on a machine there, "
    "or resolve it over the VPN.",
    Answer.TIMED_OUT: "Nobody answers. Usually a security group or firewall without a rule for this machine; else no "
    "route (VPN, peering, a private subnet), or the endpoint of another server.",
    Answer.REFUSED: "The machine answers, no server listens on that port: check the port, whether the server runs, "
    "and the address that it listens on (listen_addresses, bind_address).",
    Answer.UNROUTED: "This machine has no way there: is the VPN up, is there a route?",
    Answer.FAILED: "Check the network between this machine and the server.",
}
LOGIN_CAUSES = {
    101: "The port opens, and then the server says nothing or hangs up: a proxy or load balancer without a server "
    "behind it, or a server that admits no more.",
    102: "A wrong or rotated password, a user of another name, or one that may not log in.",
    103: "A server without TLS, a ca_file that is not the server's authority (Amazon's is the bundle "
    "global-bundle.pem), or a name that the certificate does not have: use the endpoint, no alias and no address.",
    104: "The database is spelled differently, or stands on another server.",
    105: "The user may log in, but not to this database or not from this machine.",
    106: "All connections are taken.",
    107: "The server starts, stops, or recovers.",
    109: "The account logs in by a way that the driver does not know.",
    116: "Another kind of server listens there: check engine and port.",
}


def checks(session: Session, side: Side) -> Iterator[Check]:
    """What can be told of one side, until something bars the rest."""
    address = session.source_address if side is Side.SOURCE else session.target_address
    where = f"{address.host}:{address.port}"
    knock = session.knock(side)
    opened = knock.answer is Answer.OPEN
    yield Check(
        area=side.value,
        what=REACH,
        health=Health.OK if opened else Health.PROBLEM,
        found=f"{where} {'opens' if opened else knock.answer.value} ({knock.detail})",
        remedy="" if opened else CAUSES[knock.answer],
    )
    if not opened:
        return
    if address.tls is not Tls.VERIFY_FULL:
        yield _unverified(side, address)
    yield from _inside(session, side)


def failed(side: Side, what: str, problem: MigrateError) -> Check:
    """A failure with its own hint, and with the usual causes of its kind."""
    number = problem.code.rpartition("-")[2]
    usual = LOGIN_CAUSES.get(int(number), "") if number.isdigit() and problem.code[:3] in ("SRC", "TGT") else ""
    remedy = " ".join(filter(None, (usual, problem.hint)))
    return Check(area=side.value, what=what, health=Health.PROBLEM, found=f"{problem.code} {problem}", remedy=remedy)


def _unverified(side: Side, address: Address) -> Check:
    """A server on this machine speaks over no network."""
    local = address.host in ("127.0.0.1", "::1", "localhost")
    return Check(
        area=side.value,
        what="TLS",
        health=Health.OK if local else Health.WARNING,
        found=f'tls = "{address.tls.value}"' + (", on this machine" if local else ": nobody checks who answers"),
        remedy="" if local else 'Set tls = "verify-full" and name the authority in ca_file.',
    )


def _inside(session: Session, side: Side) -> Iterator[Check]:
    try:
        opened = session.source if side is Side.SOURCE else session.target
        identity = opened.identity()
    except MigrateError as problem:
        yield failed(side, LOGIN, problem)
        return
    writable = "" if identity.writable else "; it takes no writes"
    yield Check(
        area=side.value,
        what=LOGIN,
        health=Health.OK if identity.writable else Health.PROBLEM,
        found=f"{identity.version}, database {identity.database}{writable}",
        remedy="" if identity.writable else "This is a reader or a replica: name the writer.",
    )
    yield from _rights(opened, session.settings.source.schemas)
    yield _programs(opened)


def _rights(opened: Database, schemas: tuple[str, ...]) -> Iterator[Check]:
    side = opened.side
    try:
        lacks = opened.rights.lacking(schemas)
    except MigrateError as problem:
        yield failed(side, "privileges", problem)
        return
    if not lacks:
        yield Check(area=side.value, what="privileges", health=Health.OK, found="everything that a migration takes")
    for lack in lacks:
        yield Check(
            area=side.value,
            what="privileges",
            health=Health.PROBLEM if lack.blocking else Health.WARNING,
            found=f"lacks {lack.privilege}: {lack.needed_for}",
            remedy="Run as an administrator:" if lack.grants else "Only a superuser can have it on this version.",
            lines=lack.grants,
        )


def _programs(opened: Database) -> Check:
    try:
        found = opened.rights.programs()
    except MigrateError as problem:
        return failed(opened.side, "programs", problem)
    return Check(area=opened.side.value, what="programs", health=Health.OK, found=found)
