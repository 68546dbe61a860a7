"""`python -m migrate.sandbox.servers.fetch`: MySQL's and MariaDB's programs for the sandbox, without installing them.

Debian's packages are unpacked into a directory of their own: MySQL from the unstable suite, the only one that has it,
MariaDB from the machine's own release.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.apt_archive import UNSTABLE, machine_archive, unpack
from migrate.sandbox.servers.mysql_binaries import Flavor, MySqlBinaries, installed, of_prefix
from migrate.sandbox.servers.mysql_prefix import servers_home

PACKAGES = {
    Flavor.MYSQL: ("mysql-server-core", "mysql-client-core"),
    Flavor.MARIADB: ("mariadb-server-core", "mariadb-client-core", "mariadb-client", "mariadb-common"),
}
STEP = 2
NOT_NEEDED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/perl", "usr/lib/*/perl", "var")


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 when every flavor asked for is there; 2 with one line on stderr for each that is not."""
    parser = argparse.ArgumentParser(prog="python -m migrate.sandbox.servers.fetch", description=__doc__)
    parser.add_argument("flavors", nargs="*", type=Flavor, metavar="mysql|mariadb", help="both when none is named")
    code = 0
    for flavor in parser.parse_args(arguments).flavors or list(Flavor):
        try:
            found = provide(flavor)
        except SandboxError as error:
            sys.stderr.write(f"{flavor.title}: {error}\n")
            code = 2
        else:
            sys.stdout.write(f"{flavor.title} {found.version} in {found.program}\n")
    return code


def provide(flavor: Flavor) -> MySqlBinaries:
    """The programs that are there already, else those of Debian's package. Raises SandboxError when neither is."""
    with contextlib.suppress(SandboxError):
        return installed(flavor)
    home = servers_home()
    home.mkdir(parents=True, exist_ok=True)
    with _alone_in(home):
        with contextlib.suppress(SandboxError):
            return installed(flavor)
        _build(flavor, home)
    return installed(flavor)


def _build(flavor: Flavor, home: Path) -> None:
    """Unpack beside the final place and rename, so that nobody ever sees half of it."""
    archive = machine_archive()
    suite = UNSTABLE if flavor is Flavor.MYSQL else archive.release
    work = Path(tempfile.mkdtemp(prefix=f".{flavor}-", dir=home))
    try:
        # apt downloads as a user of its own, and the server's user has to enter what becomes of it.
        work.chmod(0o755)
        root = work / "root"
        unpack(archive, suite, PACKAGES[flavor], work, root, _teller(flavor))
        for pattern in NOT_NEEDED:
            for folder in root.glob(pattern):
                shutil.rmtree(folder, ignore_errors=True)
        found = of_prefix(flavor, root)
        final = home / f"{flavor}-{found.version}"
        if final.exists():
            with contextlib.suppress(SandboxError):
                # It starts after all: servers may be running from it.
                of_prefix(flavor, final)
                return
            final.rename(work / "broken")
        root.rename(final)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _teller(flavor: Flavor) -> Callable[[float], None]:
    """Writes a line to stderr for every STEP percent that were downloaded."""
    last = 0

    def told(percent: float) -> None:
        nonlocal last
        if percent - last >= STEP:
            last = int(percent)
            sys.stderr.write(f"{flavor.title}: {last} % downloaded\n")
            sys.stderr.flush()

    return told


@contextlib.contextmanager
def _alone_in(home: Path) -> Iterator[None]:
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
