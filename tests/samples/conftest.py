"""What the tests of samples share: a Secrets Manager stand-in, loaded samples, running workloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.postgres import PostgresServer
from tests.samples.staged import LEDGER, MySqlSample, PostgresSample, SecretsStandIn, Workload


@pytest.fixture(scope="session")
def _moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def secrets_stand_in(_moto: str) -> Iterator[SecretsStandIn]:
    stand_in = SecretsStandIn(_moto)
    yield stand_in
    stand_in.forget()


@pytest.fixture
def make_sample() -> Iterator[Callable[..., PostgresSample | MySqlSample]]:
    """`make_sample(server, scale=0.01, folder=LEDGER)`: a sample in a database of its own."""
    made: list[PostgresSample | MySqlSample] = []

    def make(
        server: PostgresServer | MySqlServer, scale: float = 0.01, folder: Path = LEDGER
    ) -> PostgresSample | MySqlSample:
        kind = MySqlSample if isinstance(server, MySqlServer) else PostgresSample
        sample = kind(server, folder, f"{folder.name}_{len(made)}")
        sample.create()
        made.append(sample)
        sample.load(scale)
        return sample

    yield make
    for sample in made:
        if sample.server.pid is None:
            sample.server.start()
        sample.server.drop_database(sample.database)


@pytest.fixture
def run_workload(tmp_path: Path, secrets_stand_in: SecretsStandIn) -> Iterator[Callable[..., Workload]]:
    """`run_workload(folder=LEDGER, **settings)` starts the application's process; it is killed after the test."""
    made: list[Workload] = []

    def run(folder: Path = LEDGER, **settings: Any) -> Workload:
        ledger = tmp_path / f"ledger-{len(made)}.jsonl"
        workload = Workload(folder, secrets_stand_in.endpoint_url, ledger, **settings)
        made.append(workload)
        return workload

    yield run
    for workload in made:
        workload.kill()
