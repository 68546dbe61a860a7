"""Whoever lost the lease changes nothing in AWS any more, whichever command it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.errors import StateConflict
from migrate.settings import load
from migrate.state.lease import hold
from migrate.wiring.session import Session
from tests.clocks import HandClock
from tests.unit.test_settings import GOOD, written


@pytest.mark.parametrize("acting", [False, True])
def test_one_that_slept_while_another_machine_took_over_is_refused(tmp_path: Path, acting: bool) -> None:
    clock = HandClock()
    with Session(load(written(tmp_path, GOOD)), clock=clock) as session:
        guard = session.aws.guard
        assert guard is not None
        guard()
        with session.writing(acting=acting) as journal:
            guard()
            taken_from_another_machine(session)
            with pytest.raises(StateConflict) as lost:
                guard()
            assert lost.value.code == "STA-021"
            assert journal.entries() is not None


def taken_from_another_machine(session: Session) -> None:
    with session.store.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE aurora_migrate_migration SET holder_host = 'elsewhere', holder_machine = 'elsewhere',"
            " expires_at = '2000-01-01T00:00:00.000000Z'"
        )
    with hold(session.store, session.name, "the other one", clock=session.clock):
        pass
