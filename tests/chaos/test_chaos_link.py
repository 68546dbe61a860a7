"""The link in front of a server: passes on, is cut, is mended at the same place."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest

from tests.chaos.link import HOST, Link


def _echo(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(1024):
                connection.sendall(data)


def test_a_link_that_was_cut_refuses_and_passes_on_again_when_it_is_mended() -> None:
    with socket.create_server((HOST, 0)) as listener:
        threading.Thread(target=_echo, args=(listener,), daemon=True).start()
        link = Link(listener.getsockname()[1])
        place = (HOST, link.own_port)
        with socket.create_connection(place, timeout=10) as through:
            through.sendall(b"there and back")
            assert through.recv(1024) == b"there and back"
            link.cut()
            with pytest.raises(ConnectionResetError):
                through.recv(1024)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(place, timeout=10)
        link.mend()
        with socket.create_connection(place, timeout=10) as through:
            through.sendall(b"again")
            assert through.recv(1024) == b"again"
        link.close()


def test_a_link_may_be_closed_while_its_ends_are_hanging_up() -> None:
    with socket.create_server((HOST, 0), backlog=512) as listener:
        threading.Thread(target=_echo, args=(listener,), daemon=True).start()
        for _ in range(200):
            link = Link(listener.getsockname()[1])
            with socket.create_connection((HOST, link.own_port), timeout=10) as through:
                through.sendall(b"there and back")
                assert through.recv(1024) == b"there and back"
            link.close()
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((HOST, link.own_port), timeout=10)
