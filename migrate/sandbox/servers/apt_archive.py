"""The Debian archive as this machine is set up to reach it, asked in private: nothing of the machine's own changes."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrate.sandbox.errors import SandboxError

ETC = Path("/etc")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
UNSTABLE = "sid"
_DOWNLOADED = re.compile(r"dlstatus:\d+:([\d.]+):")
"""What apt says of a download that goes on, for programs: number, percent, words."""


@dataclass(frozen=True)
class Archive:
    """One package source of the machine: where it is, what signs it, and the machine's own release in it."""

    uri: str
    signed_by: str
    release: str


def machine_archive() -> Archive:
    """The source the machine's own release comes from.

    Raises SandboxError when the machine is no Debian, or has no such source.
    """
    release = _os_release()
    if release.get("ID") != "debian" or "VERSION_CODENAME" not in release:
        raise SandboxError(
            f"this machine runs {release.get('PRETTY_NAME', 'an unknown system')}, and packages are taken from Debian",
            hint="install MySQL and MariaDB yourself: mysqld and mariadbd on PATH, or AURORA_MIGRATE_MYSQLD and "
            "AURORA_MIGRATE_MARIADBD",
        )
    codename = release["VERSION_CODENAME"]
    for source in _sources():
        suites = source.get("suites", "").split()
        if "deb" in source["types"].split() and codename in suites and "main" in source.get("components", "").split():
            signed_by = source.get("signed-by") or str(KEYRING)
            return Archive(source["uris"].split()[0], signed_by, codename)
    raise SandboxError(f"no package source of this machine has Debian {codename}", hint="see /etc/apt/sources.list.d")


def unpack(
    archive: Archive, suite: str, packages: Sequence[str], work: Path, root: Path, told: Callable[[float], None]
) -> None:
    """Download `packages` of `suite` with everything they depend on, below `work`, and unpack them into `root`.

    `told` is told how many percent were downloaded. Signatures are verified by apt. Raises SandboxError with apt's own
    words.
    """
    configuration = _private_configuration(archive, suite, work)
    apt = ["apt-get", "-c", str(configuration), "-qq"]
    _run([*apt, "update"])
    _run([*apt, "-o", "APT::Status-Fd=1", "-y", "--download-only", "install", *packages], told)
    root.mkdir()
    for package in sorted((work / "cache" / "archives").glob("*.deb")):
        _run(["dpkg", "-x", str(package), str(root)])


def _private_configuration(archive: Archive, suite: str, work: Path) -> Path:
    """apt's options: own lists, own cache, and an empty status, so that every library is downloaded too."""
    for folder in ("lists/partial", "cache/archives/partial", "state"):
        (work / folder).mkdir(parents=True)
    (work / "status").touch()
    fields = {
        "Types": "deb",
        "URIs": archive.uri,
        "Suites": suite,
        "Components": "main",
        "Signed-By": archive.signed_by,
    }
    sources = work / "archive.sources"
    sources.write_text("".join(f"{name}: {value}\n" for name, value in fields.items()), encoding="utf-8")
    options = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "-",
        "Dir::Etc::preferences": "-",
        "Dir::Etc::preferencesparts": "-",
        "Dir::State": work / "state",
        "Dir::State::lists": work / "lists",
        "Dir::State::status": work / "status",
        "Dir::Cache": work / "cache",
        "APT::Install-Recommends": "false",
        "APT::Update::Error-Mode": "any",
        "Acquire::Languages": "none",
    }
    hooks = ("APT::Update::Pre-Invoke", "APT::Update::Post-Invoke", "APT::Update::Post-Invoke-Success")
    lines = [f'{name} "{value}";' for name, value in options.items()]
    configuration = work / "apt.conf"
    configuration.write_text("\n".join([*lines, *(f"#clear {hook};" for hook in hooks)]) + "\n", encoding="utf-8")
    return configuration


def _run(command: Sequence[str], told: Callable[[float], None] = lambda _: None) -> None:
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
        try:
            with subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                env=environment,
            ) as running:
                for line in running.stdout or ():
                    if progress := _DOWNLOADED.match(line):
                        told(float(progress[1]))
        except FileNotFoundError:
            raise SandboxError(f"there is no {command[0]} here", hint="packages are unpacked on Debian only") from None
        complaints.seek(0)
        said = complaints.read().strip()
    if running.returncode != 0:
        words = [line for line in said.splitlines() if line.startswith("E:")]
        raise SandboxError(
            f"{command[0]} failed: {' / '.join(words[:2]) or said[-200:]}",
            hint="the machine must reach its own Debian archive",
        )


def _os_release() -> Mapping[str, str]:
    try:
        lines = (ETC / "os-release").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {name: value.strip("\"'") for name, value in pairs}


def _sources() -> Iterator[dict[str, str]]:
    """Every package source of the machine, both ways of writing one; names in small letters as in a .sources file."""
    parts = ETC / "apt" / "sources.list.d"
    for file in sorted(parts.glob("*.sources")):
        for stanza in file.read_text(encoding="utf-8").split("\n\n"):
            found = dict(_fields(stanza))
            if found.get("enabled", "yes") == "yes" and {"types", "uris"} <= found.keys():
                yield found
    for file in (ETC / "apt" / "sources.list", *sorted(parts.glob("*.list"))):
        if file.is_file():
            for line in file.read_text(encoding="utf-8").splitlines():
                yield from _one_line(line)


def _fields(stanza: str) -> Iterator[tuple[str, str]]:
    """`Name: value` lines; a value goes on in lines that begin with a blank, as an inline key does."""
    name, value = "", ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace() and name:
            value += f"\n{line}"
        elif ":" in line:
            if name:
                yield name, value.strip()
            name, value = line.split(":", 1)
            name = name.strip().lower()
    if name:
        yield name, value.strip()


def _one_line(line: str) -> Iterator[dict[str, str]]:
    """`deb [signed-by=…] uri suite component…`"""
    text = line.split("#", 1)[0].strip()
    if not text.startswith("deb "):
        return
    options: dict[str, str] = {}
    words = text.split()[1:]
    if words and words[0].startswith("["):
        end = next((n for n, word in enumerate(words) if word.endswith("]")), len(words) - 1)
        given = " ".join(words[: end + 1]).strip("[]").split()
        options = {name.lower(): value for name, _, value in (word.partition("=") for word in given)}
        words = words[end + 1 :]
    if len(words) >= 3:
        yield {**options, "types": "deb", "uris": words[0], "suites": words[1], "components": " ".join(words[2:])}
