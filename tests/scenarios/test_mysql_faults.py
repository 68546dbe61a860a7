"""Faults of the sandbox on MySQL: a link that breaks, rows the target refuses, a log that is purged too early."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.scenarios.doors import mysql_connection
from tests.scenarios.test_faults import (
    clear,
    full_target_is_told_and_caught_up_with,
    replicate_under_a_restart,
    set_fault,
    the_task,
    wait,
)
from tests.scenarios.theatre import Application, Staged, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("mysql-faults")]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Staged, Application]]:
    for staged in stage(tmp_path_factory.mktemp("mysql-faults"), sample="mysql/shop", scale=0.02):
        with staged.application(rate=15.0) as application:
            yield staged, application


@contextmanager
def held(login: dict[str, Any]) -> Iterator[None]:
    with mysql_connection(login) as target, target.cursor() as cursor:
        cursor.execute("LOCK TABLES shop.orders WRITE")
        yield


def test_a_source_that_restarts_while_it_is_loaded_is_loaded_in_full(played: tuple[Staged, Application]) -> None:
    staged, _ = played
    staged.must("assess")
    staged.must("provision", "apply")
    replicate_under_a_restart(staged, lambda: held(staged.login("target")))
    staged.must("validate")


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_link_that_is_cut_is_made_again(played: tuple[Staged, Application], side: str) -> None:
    staged, application = played
    set_fault(staged, "connection-drop", side=side)
    application.write(20)
    assert the_task(staged)["Status"] == "running"
    staged.must("validate")


def test_a_restarted_target_is_written_to_again(played: tuple[Staged, Application]) -> None:
    staged, application = played
    set_fault(staged, "target-restart")
    application.write(20)
    staged.must("validate")


def test_a_target_without_room_is_fallen_behind_and_caught_up_with(played: tuple[Staged, Application]) -> None:
    full_target_is_told_and_caught_up_with(*played)


def test_rows_that_the_target_refuses_are_missed(played: tuple[Staged, Application]) -> None:
    staged, application = played
    table = f"{staged.source.database}.orders"
    set_fault(staged, "apply-error", table=table)
    application.write(30)
    differs = staged.run("validate")
    clear(staged, "apply-error")
    assert differs.code == 3
    refused = staged.run("cutover", "run")
    assert refused.code == 3
    assert "Nothing was frozen" in refused.err


def test_a_log_that_was_purged_ends_the_task(played: tuple[Staged, Application]) -> None:
    staged, application = played
    set_fault(staged, "binlog-purged")
    wait(lambda: the_task(staged)["Status"] == "failed")
    refused = staged.run("replicate", "resume")
    assert refused.code == 8
    assert "AWS-LOG-GONE" in refused.err
    application.stop()
    judged = staged.judge("source")
    assert (judged["lost"], judged["duplicated"], judged["contradictions_total"]) == (0, 0, 0), judged["contradictions"]
