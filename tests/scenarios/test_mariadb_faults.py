"""Faults of the sandbox on MariaDB, where another server is loaded, followed and purged than on MySQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.scenarios.doors import mysql_connection
from tests.scenarios.test_faults import clear, replicate_under_a_restart, set_fault, the_task, wait
from tests.scenarios.theatre import Application, Staged, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("mariadb-faults")]

TABLE = "press.comments"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Staged, Application]]:
    """Assessed and provisioned, with an application that writes at leisure."""
    for staged in stage(tmp_path_factory.mktemp("mariadb-faults"), sample="mariadb/press", scale=0.02):
        staged.must("assess")
        staged.must("provision", "apply")
        with staged.application(rate=15.0) as application:
            yield staged, application


@contextmanager
def held(staged: Staged) -> Iterator[None]:
    with mysql_connection(staged.login("target")) as target, target.cursor() as cursor:
        cursor.execute(f"LOCK TABLES {TABLE} WRITE")
        yield


def exceptions(staged: Staged) -> int:
    with mysql_connection(staged.login("target")) as target, target.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM awsdms_control.awsdms_apply_exceptions")
        ((found,),) = cursor.fetchall()
        return int(found)


def test_a_source_that_restarts_while_it_is_loaded_is_loaded_in_full(played: tuple[Staged, Application]) -> None:
    staged, _ = played
    replicate_under_a_restart(staged, lambda: held(staged))
    staged.must("validate")


def test_a_source_that_restarts_while_it_is_followed_is_followed_on(played: tuple[Staged, Application]) -> None:
    """A MariaDB that starts opens a new file of its log: the place the task stands at is at the end of the old one."""
    staged, application = played
    set_fault(staged, "source-restart")
    application.write(20)
    staged.must("validate")
    assert the_task(staged)["Status"] == "running"


def test_rows_that_the_target_refuses_are_missed_until_their_table_is_loaded_again(
    played: tuple[Staged, Application],
) -> None:
    staged, _ = played
    set_fault(staged, "apply-error", table=TABLE)
    wait(lambda: exceptions(staged))
    differs = staged.run("validate")
    clear(staged, "apply-error")
    assert differs.code == 3
    assert TABLE in differs.out
    refused = staged.run("cutover", "run")
    assert refused.code == 3
    assert "Nothing was frozen" in refused.err
    assert staged.status()["owner"] == "source"
    staged.must("replicate", "reload", TABLE)
    assert exceptions(staged) == 0, "what was refused came with the load"
    staged.must("validate")


def test_a_log_that_was_purged_ends_the_task(played: tuple[Staged, Application]) -> None:
    staged, application = played
    set_fault(staged, "binlog-purged")
    wait(lambda: the_task(staged)["Status"] == "failed")
    refused = staged.run("replicate", "resume")
    assert refused.code == 8
    assert "AWS-LOG-GONE" in refused.err
    application.stop()
    judged = staged.judge("source")
    assert (judged["lost"], judged["duplicated"], judged["contradictions_total"]) == (0, 0, 0)
