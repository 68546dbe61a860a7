"""Stories about `make setup-mysql`: what it reads of the machine, what it leaves, and what it says when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.errors import UsageError
from migrate.events import Event, Progressed
from migrate.operations import sandbox as operation
from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers import apt_archive, fetch, mysql_binaries
from migrate.sandbox.servers.apt_archive import Archive, machine_archive
from migrate.sandbox.servers.mysql_binaries import Flavor
from migrate.sandbox.servers.mysql_prefix import PLACE
from tests.mysql_programs import require

RELEASE = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_CODENAME=bookworm\n'
STANZAS = """\
# a comment
Types: deb
URIs: http://mirror.invalid/security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.invalid/debian
Suites: bookworm
Components: main

Types: deb deb-src
URIs: http://mirror.invalid/debian http://second.invalid/debian
# and another
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /etc/apt/keyrings/mirror.gpg
"""


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine's /etc, Debian 12, without package sources."""
    (tmp_path / "etc" / "apt" / "sources.list.d").mkdir(parents=True)
    (tmp_path / "etc" / "os-release").write_text(RELEASE)
    monkeypatch.setattr(apt_archive, "ETC", tmp_path / "etc")
    return tmp_path / "etc"


@pytest.fixture
def nothing_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for servers that is empty, on a machine that has none otherwise."""
    monkeypatch.setenv(PLACE, str(tmp_path / "servers"))
    for flavor in Flavor:
        monkeypatch.delenv(flavor.choice, raising=False)
    monkeypatch.setattr(mysql_binaries, "SYSTEM_FOLDERS", str(tmp_path))
    monkeypatch.setattr(mysql_binaries.shutil, "which", lambda *_, **__: None)
    return tmp_path / "servers"


def test_the_machines_own_source_is_found_among_others(etc: Path) -> None:
    (etc / "apt" / "sources.list.d" / "debian.sources").write_text(STANZAS)
    assert machine_archive() == Archive("http://mirror.invalid/debian", "/etc/apt/keyrings/mirror.gpg", "bookworm")


def test_a_key_written_into_the_source_is_kept(etc: Path) -> None:
    key = "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDME\n -----END PGP PUBLIC KEY BLOCK-----\n"
    text = f"Types: deb\nURIs: http://mirror.invalid/debian\nSuites: bookworm\nComponents: main\n{key}"
    (etc / "apt" / "sources.list.d" / "debian.sources").write_text(text)
    lines = machine_archive().signed_by.splitlines()
    assert lines[0] == "-----BEGIN PGP PUBLIC KEY BLOCK-----"
    assert lines[1:3] == [" .", " mDME"]


@pytest.mark.parametrize(
    ("line", "signed_by"),
    [
        ("deb http://mirror.invalid/debian bookworm main # why", str(apt_archive.KEYRING)),
        ("deb [arch=amd64 signed-by=/k.gpg] http://mirror.invalid/debian bookworm main contrib", "/k.gpg"),
        ("deb [ signed-by=/k.gpg ] http://mirror.invalid/debian bookworm main", "/k.gpg"),
    ],
)
def test_the_old_way_of_writing_a_source(etc: Path, line: str, signed_by: str) -> None:
    other = "deb-src http://mirror.invalid/src bookworm main\n# deb http://off.invalid/debian bookworm main\n"
    (etc / "apt" / "sources.list").write_text(f"{other}{line}\n")
    assert machine_archive() == Archive("http://mirror.invalid/debian", signed_by, "bookworm")


def test_a_machine_without_such_a_source_is_told(etc: Path, nothing_there: Path) -> None:
    with pytest.raises(SandboxError, match="no package source of this machine has Debian bookworm"):
        fetch.provide(Flavor.MYSQL)
    assert [path.name for path in nothing_there.iterdir()] == ["lock"]


def test_another_system_is_told_what_to_do_instead(
    etc: Path, nothing_there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (etc / "os-release").write_text('ID=fedora\nPRETTY_NAME="Fedora Linux 41"\n')
    assert fetch.main([]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in said] == ["MySQL", "MariaDB"]
    assert all("Fedora Linux 41" in line and "AURORA_MIGRATE_MYSQLD" in line for line in said)


def test_an_archive_that_does_not_answer_leaves_nothing_half_done(etc: Path, nothing_there: Path) -> None:
    (etc / "apt" / "sources.list").write_text("deb http://127.0.0.1:9/debian bookworm main\n")
    with pytest.raises(SandboxError, match="apt-get failed: E: ") as caught:
        fetch.provide(Flavor.MARIADB)
    assert caught.value.hint == "the machine must reach its own Debian archive"
    assert [path.name for path in nothing_there.iterdir()] == ["lock"]


APT = """#!/bin/sh
case "$*" in
*update) exit 0 ;;
esac
echo "Get:1 http://mirror.invalid bookworm/main"
for percent in 0.5 12.3400 12.9 80; do echo "dlstatus:1:$percent:Retrieving file 1 of 9"; done
echo "E: the mirror hung up" >&2
exit 100
"""


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_how_far_a_download_is_comes_meanwhile(
    etc: Path, nothing_there: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (etc / "apt" / "sources.list").write_text("deb http://mirror.invalid/debian bookworm main\n")
    monkeypatch.setenv("PATH", str(program(nothing_there.parent / "bin" / "apt-get", APT).parent))
    assert fetch.main(["mariadb"]) == 2
    *progress, problem = capsys.readouterr().err.splitlines()
    assert progress == ["MariaDB: 12 % downloaded", "MariaDB: 80 % downloaded"]
    assert problem.startswith("MariaDB: apt-get failed: E: the mirror hung up")


@pytest.mark.parametrize("code", [0, 2])
def test_the_command_tells_it_as_progress_and_the_rest_as_its_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    lines = "echo 'MySQL: 12 % downloaded' >&2; echo 'MySQL: it broke' >&2; echo 'MariaDB 11.4 in /x'"
    python = program(tmp_path / "python", f"#!/bin/sh\n{lines}; exit {code}")
    monkeypatch.setattr(operation.sys, "executable", str(python))
    told: list[Event] = []
    if code:
        with pytest.raises(UsageError, match=r"^MySQL: it broke$"):
            operation.fetch([], told.append)
    else:
        assert operation.fetch([], told.append) == ["MariaDB 11.4 in /x"]
    assert told == [Progressed("download MySQL", 12, 100, "%")]


def test_what_is_there_is_not_fetched_again(etc: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """This machine has no package source: every attempt to fetch would fail."""
    require(Flavor.MARIADB)
    assert fetch.main(["mariadb"]) == 0
    found = mysql_binaries.installed(Flavor.MARIADB)
    assert capsys.readouterr().out == f"MariaDB {found.version} in {found.program}\n"


def test_the_newest_of_several_is_taken(nothing_there: Path) -> None:
    for version in ("9.7.4", "10.0.0", "8.0.40"):
        program = nothing_there / f"mysql-{version}" / "usr" / "sbin" / "mysqld"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho 'mysqld  Ver {version} for Linux on x86_64'\n")
        program.chmod(0o755)
    with pytest.raises(SandboxError, match=r"does not know MySQL 10\.0\.0 .*8\.0 to 9\.x"):
        mysql_binaries.installed(Flavor.MYSQL)
    (nothing_there / "mysql-10.0.0").rename(nothing_there / "put-aside")
    assert mysql_binaries.installed(Flavor.MYSQL).version == "9.7.4"
