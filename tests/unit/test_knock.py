"""The ways in which a port does not open, each by a real socket of this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from migrate.model.checkup import Answer
from migrate.operations.doctor.servers import CAUSES
from migrate.outside.knock import knock


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        yield made


def port_of(one: socket.socket) -> int:
    return int(one.getsockname()[1])


def test_a_server_that_listens_is_open(listener: socket.socket) -> None:
    listener.listen()
    found = knock("127.0.0.1", port_of(listener), 5)
    assert (found.answer, found.detail) == (Answer.OPEN, "127.0.0.1")


def test_a_port_that_nobody_listens_on_is_refused(listener: socket.socket) -> None:
    assert knock("127.0.0.1", port_of(listener), 5).answer is Answer.REFUSED


def test_whoever_drops_packets_lets_it_time_out(listener: socket.socket) -> None:
    """A full queue of connections is silent, as a security group is."""
    listener.listen(0)
    waiting = []
    try:
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
            waiting.append(one)
        assert knock("127.0.0.1", port_of(listener), 0.3).answer is Answer.TIMED_OUT
    finally:
        for one in waiting:
            one.close()


def test_a_name_that_stands_for_nothing() -> None:
    assert knock("db..example", 5432).answer is Answer.NO_NAME


def test_each_answer_has_its_cause() -> None:
    assert CAUSES.keys() == set(Answer) - {Answer.OPEN}
    assert "security group" in CAUSES[Answer.TIMED_OUT]
    assert "security group" not in CAUSES[Answer.REFUSED]
