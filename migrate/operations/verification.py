"""The checklist of a standing cluster, walked after `provision apply` and by `provision status`, kept as evidence."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta

from migrate.errors import MigrateError, StateConflict
from migrate.events import Noted
from migrate.model.checkup import Answer, Check, Health, healthy
from migrate.model.database import Side
from migrate.model.drill import HEALTH_MARKER
from migrate.model.json import Facts
from migrate.operations.doctor.servers import CAUSES, failed
from migrate.operations.target import cluster_spec, wanted_parameters
from migrate.ports.journal import Journal
from migrate.stages.provision.checklist import AREA, Wanted, of_posture
from migrate.template.flavor import wire_version
from migrate.wiring.session import Session

EVIDENCE = "verification"
COUNTS_FOR = timedelta(days=1)
READER_SECONDS = 15.0
METRICS = ("CPUUtilization", "DatabaseConnections")
INSIGHTS_METRIC = "DBLoad"
LOGIN, ROW = "login by the writer endpoint", "row read back by the reader endpoint"


def checked(session: Session) -> list[Check]:
    """Walk the checklist and keep it, where nobody else holds the lease."""
    found = list(walk(session))
    try:
        with session.writing(briefly=True) as journal:
            keep(session, journal, found, "status")
    except StateConflict as held:
        session.emit(Noted(f"the checklist was not kept as evidence: {held}", warning=True))
    return found


def keep(session: Session, journal: Journal, found: Sequence[Check], run: str) -> None:
    told: Facts = {one.what: f"{one.health.value}: {one.found}" for one in found}
    facts: Facts = {"healthy": healthy(found), "checks": told}
    journal.record(EVIDENCE, run=run, expires_at=session.clock.now() + COUNTS_FOR, facts=facts)


def walk(session: Session) -> Iterator[Check]:
    """Writes nothing but a row of the toolkit's own. Raises AwsError where there is no cluster."""
    spec = cluster_spec(session.settings, *session.network)
    cluster = session.cluster
    groups = {group for group in (*spec.client_groups, cluster.client_group) if group}
    wanted = Wanted(
        wire_version(spec.engine, spec.version),
        wanted_parameters(session.settings, spec),
        groups,
        bool(session.settings.target.cluster),
    )
    yield from of_posture(session.posture.read(cluster.identifier), wanted)
    yield from _through_the_endpoints(session)
    yield _arriving(session, "metrics", METRICS)
    yield _arriving(session, "insights' metrics", (INSIGHTS_METRIC,))
    yield from _secrets(session, [cluster.master_secret_arn, *(f"{spec.stack}/{use.value}" for use in spec.secrets)])


def _through_the_endpoints(session: Session) -> Iterator[Check]:
    """From where this runs: a machine that has no way to the cluster can tell nothing of it."""
    knock = session.knock(Side.TARGET)
    if knock.answer is not Answer.OPEN:
        found = f"{session.target_address.host} {knock.answer.value}, from this machine"
        yield Check(area=AREA, what=LOGIN, health=Health.WARNING, found=found, remedy=CAUSES[knock.answer])
        return
    try:
        identity = session.target.identity()
        yield Check(
            area=AREA,
            what=LOGIN,
            health=Health.OK if identity.writable else Health.PROBLEM,
            found=f"{session.target_address.host}, TLS {session.target_address.tls.value}"
            + ("" if identity.writable else "; it takes no writes"),
            remedy="" if identity.writable else "The writer endpoint leads to a reader: look at the cluster.",
        )
        yield _row(session)
    except MigrateError as problem:
        yield failed(Side.TARGET, LOGIN, problem)


def _row(session: Session) -> Check:
    token = f"{HEALTH_MARKER}/{secrets.token_hex(8)}"
    session.target.markers.prepare([HEALTH_MARKER])
    session.target.markers.write(HEALTH_MARKER, token)
    deadline = session.clock.monotonic() + READER_SECONDS
    host = session.cluster.reader_host
    cluster = session.cluster
    with session.elsewhere(cluster.reader_host or cluster.host, cluster.port) as reader:
        while not reader.markers.seen(HEALTH_MARKER, token):
            if session.clock.monotonic() > deadline:
                return Check(
                    area=AREA,
                    what=ROW,
                    health=Health.PROBLEM,
                    found=f"not seen by {host} within {READER_SECONDS:g} s",
                    remedy="Look at AuroraReplicaLag, and at what keeps the reader busy.",
                )
            session.clock.sleep(0.1)
    return Check(area=AREA, what=ROW, health=Health.OK, found=host or "the outputs name no reader endpoint")


def _arriving(session: Session, what: str, names: tuple[str, ...]) -> Check:
    try:
        newest = session.inspection.telemetry.newest(session.cluster.identifier, names, session.clock.now())
    except MigrateError as problem:
        return _unseen(what, problem)
    absent = [name for name in names if name not in newest]
    return Check(
        area=AREA,
        what=what,
        health=Health.WARNING if absent else Health.OK,
        found=f"none of {', '.join(absent)} in the last hour"
        if absent
        else f"last at {min(newest.values()):%H:%M} UTC",
        remedy="A new cluster takes some minutes. Then: look at Enhanced Monitoring and insights." if absent else "",
    )


def _secrets(session: Session, names: Sequence[str]) -> Iterator[Check]:
    for name in filter(None, names):
        what = f"secret {name.rpartition(':secret:')[2] or name}"
        try:
            session.secrets.read(name)
            strangers = session.inspection.secret_readers.strangers(name)
        except MigrateError as problem:
            yield _unseen(what, problem)
            continue
        yield Check(
            area=AREA,
            what=what,
            health=Health.PROBLEM if strangers else Health.OK,
            found=f"its policy lets {', '.join(strangers)} read it"
            if strangers
            else "read by this login, by no stranger",
            remedy="Take them out of the secret's policy." if strangers else "",
        )


def _unseen(what: str, problem: MigrateError) -> Check:
    return Check(area=AREA, what=what, health=Health.WARNING, found=f"{problem.code} {problem}", remedy=problem.hint)
