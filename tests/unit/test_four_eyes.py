"""Several people approve giving the way back up: an account is what the kernel and AWS say, and no variable."""

from __future__ import annotations

import os
import pwd
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy.engine import URL

from migrate.errors import MigrateError, SaysNo
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.operations import approval, finalize, history
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.settings import Settings, load
from migrate.stages.cutover.consent import APPROVAL, consented_to
from migrate.wiring import person
from migrate.wiring.session import Session
from tests.clocks import HandClock
from tests.unit.test_finalize import NOW, Retired
from tests.unit.test_settings import GOOD, written

TWO = '[cutover]\napprovals = 2\napprover_roles = ["dba"]\n'
ANN, BO = "arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:user/bo"
INSTANCE = "arn:aws:sts::111122223333:assumed-role/bastion/i-0123456789abcdef0"
NOBODY = 65534


@contextmanager
def someone(settings: Settings, caller: str) -> Iterator[Session]:
    """After a cutover, with these credentials of AWS. What is retired is only noted."""
    all_of_it = Retired([])
    side = SimpleNamespace(log=all_of_it, accounts=all_of_it, markers=all_of_it)
    permissions = SimpleNamespace(identity=lambda: caller)
    with Session(settings, clock=HandClock(NOW)) as opened:
        opened.__dict__ |= {"source": side, "target": side, "tasks": all_of_it, "secrets": all_of_it}
        opened.__dict__["inspection"] = SimpleNamespace(permissions=permissions)
        with opened.writing() as journal:
            if not history.runs(journal):
                journal.append(Kind.PLANNED, run="cutover-1", body={"stage": "cutover"})
                journal.append(Kind.DONE, run="cutover-1", step="switch/secret")
                journal.append(Kind.OUTCOME, run="cutover-1", body={"outcome": "done"})
        yield opened


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(written(tmp_path, GOOD + TWO))


def refused(session: Session, by: str) -> SaysNo:
    with pytest.raises(SaysNo) as told:
        approval.approve(session, by, "dba", finalizing=True)
    return told.value


def test_the_account_is_the_kernels_word(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert person.login_name() == pwd.getpwuid(os.getuid()).pw_name
    assert person.account().startswith(f"{person.login_name()}@")


def test_one_who_calls_themselves_otherwise_is_the_same(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with someone(settings, ANN) as session:
        assert approval.approve(session, "ann", finalizing=True).wanted == 2
    monkeypatch.setenv("LOGNAME", "bo")
    with someone(settings, BO) as session:
        assert refused(session, "ANN").code == "CUT-014"
        assert refused(session, "bo").code == "CUT-015"
        with pytest.raises(SaysNo, match="1 of 2 people approved: ann"):
            finalize.run(session)


def test_an_approval_that_an_earlier_version_noted_still_counts(settings: Settings) -> None:
    with someone(settings, ANN) as session:
        with session.writing() as journal:
            plan = finalize.prepare(session, journal).plan
            facts: Facts = {"by": "bo", "role": "dba", "account": "bo@desk", "digest": plan.digest}
            facts["consented_to"] = consented_to(journal)
            journal.record(APPROVAL, run=plan.run, expires_at=NOW + timedelta(hours=1), facts=facts)
        assert approval.approve(session, "ann", finalizing=True).given == 2
        finalize.run(session)
        assert history.runs(session.history, "finalize")[-1].outcome == "done"


def test_the_roles_that_are_asked_for_must_be_among_them(tmp_path: Path) -> None:
    settings = load(written(tmp_path, f'{GOOD}[cutover]\napprover_roles = ["dba"]\n'))
    with someone(settings, ANN) as session:
        approval.approve(session, "ann", finalizing=True)
        with pytest.raises(SaysNo, match="nobody approved as dba"):
            finalize.run(session)


def from_another_account(act: Callable[[], object]) -> str:
    """What comes of `act` in a process of another account: nothing, or the code of what refused it."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # A fork beside threads; none of theirs is used here.
        child = os.fork()
    if child == 0:
        told = "it broke off"
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.environ["HOME"] = "/nonexistent"
            act()
            told = ""
        except MigrateError as problem:
            told = f"{problem.code}: {problem}"
        except BaseException:
            told = traceback.format_exc()
        finally:
            os.write(writing, told.encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = answer.read()
    os.waitpid(child, 0)
    return told


@pytest.mark.server
@pytest.mark.skipif(os.getuid() != 0, reason="only root takes on another account")
@pytest.mark.parametrize(
    ("caller", "second", "code"),
    [(BO, ANN, ""), (ANN, ANN, "CUT-015"), (INSTANCE, INSTANCE, ""), ("", ANN, "")],
    ids=["another user of AWS", "the same user of AWS", "both on one instance", "AWS does not answer"],
)
def test_another_person_has_another_account_and_not_the_same_user_of_aws(
    tmp_path: Path,
    postgres_server: PostgresServer,
    fresh_database: Callable[[PostgresServer], str],
    caller: str,
    second: str,
    code: str,
) -> None:
    server = postgres_server
    place = URL.create(
        "postgresql+psycopg", server.master_user, server.master_password, server.host, server.port,
        fresh_database(server), query={"sslmode": "require"},
    )  # fmt: skip
    state = f'[migration]\nstate = "{place.render_as_string(hide_password=False)}"'
    settings = load(written(tmp_path, GOOD.replace("[migration]", state) + TWO))

    def bo() -> None:
        with someone(settings, caller) as session:
            approval.approve(session, "bo", "dba", finalizing=True)

    assert from_another_account(bo) == ""
    with someone(settings, second) as session:
        if code:
            told = refused(session, "ann")
            assert (told.code, f"the AWS identity {second}" in told.message) == (code, True)
            return
        approval.approve(session, "ann", finalizing=True)
        finalize.run(session)
        assert history.runs(session.history, "finalize")[-1].outcome == "done"
