"""Whose account of the operating system this process runs in: the kernel's word, for the environment is anybody's."""

from __future__ import annotations

import os
import pwd
import socket


def login_name() -> str:
    """Not getpass.getuser(), which believes $LOGNAME."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"


def account() -> str:
    """With the machine, for each has accounts of its own."""
    return f"{login_name()}@{socket.gethostname()}"
