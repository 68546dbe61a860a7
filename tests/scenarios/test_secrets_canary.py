"""A whole migration with passwords that would be recognised: none turns up where it does not belong."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.scenarios.theatre import Ran, Staged, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("canary")]

APPLICATION = """it's "ca:n@ry" 100%\\of/the application"""
"""With everything that a quoting may stumble over."""
HOOK = "http://127.0.0.1:9/hooks/T0CAN4RY/of-the-chat"
"""Nobody listens there: what cannot be delivered is told, and where it was to go is not."""
STALE = "c4n4ry that is no password any more"
SETTINGS = """
[notifications]
webhook = "env:CHAT"
"""


class Arguments:
    """The arguments of every process of this machine, looked at again and again while it is entered."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Arguments:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    self.seen.add((process / "cmdline").read_bytes())
                except OSError:
                    continue


@dataclass
class Played:
    """A migration from assess to rollback, and all that was seen of it from outside."""

    staged: Staged
    folder: Path
    logs_began: dict[Path, int]
    """Size of each server's log before the toolkit's first command."""
    told: dict[str, Ran] = field(default_factory=dict)
    arguments: set[bytes] = field(default_factory=set)

    def once(self, *words: str, code: int = 0) -> None:
        ran = self.staged.run(*words)
        assert ran.code == code, f"{words}: {ran.code}\n{ran.out}\n{ran.err}"
        self.told[" ".join(words)] = ran

    def whatever(self, *words: str, **environment: str) -> None:
        """However it ends, unless it is a bug of ours; with other secrets in the environment, if any."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setitem(self.staged.environment, name, value)
            ran = self.staged.run(*words)
        assert ran.code != 1, f"{words}: {ran.out}\n{ran.err}"
        self.told[f"{' '.join(words)} {sorted(environment)}"] = ran

    def twice(self, *words: str, code: int = 0) -> None:
        """For people, and as a document."""
        self.once(*words, code=code)
        self.once(*words, "--format", "json", code=code)

    def canaries(self) -> dict[str, str]:
        """Every password there is, by whose it is."""
        staged = self.staged
        found = {
            "source master": staged.source.master_password,
            "application": APPLICATION,
            "webhook": HOOK,
            "a wrong password": STALE,
            "target master": staged.target()["password"],
        }
        manager = staged.boto("secretsmanager")
        for secret in manager.list_secrets()["SecretList"]:
            text = manager.get_secret_value(SecretId=secret["ARN"])["SecretString"]
            found[f"secret {secret['Name']}"] = json.loads(text)["password"]
        return found


def server_logs(sandbox_home: Path) -> list[Path]:
    return sorted(sandbox_home.glob("servers/*/server.log"))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("canary")
    staging = stage(folder, application_password=APPLICATION, source_settings={"log_statement": "all"})
    for staged in staging:
        temporary = folder / "home" / "tmp"
        temporary.mkdir()
        staged.environment |= {"TMPDIR": str(temporary), "CHAT": HOOK}
        with (staged.home / "migration.toml").open("a") as settings:
            settings.write(SETTINGS)
        logs = {log: log.stat().st_size for log in server_logs(staged.sandbox.home)}
        played = Played(staged, folder, logs)
        with Arguments() as arguments:
            _play(played)
        played.arguments = arguments.seen
        yield played


def _play(played: Played) -> None:
    staged = played.staged
    _refused(played)
    played.twice("assess")
    played.twice("provision", "plan")
    played.once("provision", "export")
    played.once("provision", "apply")
    played.twice("provision", "status")
    for asked in ("doctor", "provision drift", "provision audit", "provision size", "provision dms-roles", "cleanup"):
        played.whatever(*asked.split())
    played.whatever("doctor", "--format", "json")
    played.twice("replicate", "plan")
    played.once("replicate", "start")
    played.twice("replicate", "start", code=3)
    played.twice("replicate", "status")
    played.whatever("replicate", "status", "--deep", "--heartbeat")
    played.twice("replicate", "schema")
    played.whatever("replicate", "stop")
    played.whatever("replicate", "resume")
    played.twice("validate")
    _compared(played)
    played.twice("cutover", "plan")
    played.twice("cutover", "run", code=3)
    played.once("cutover", "approve", "--by", "somebody")
    with staged.application() as application:
        application.write(30)
        played.once("cutover", "run")
        application.write(30)
        played.twice("status")
        played.once("rollback")
        application.write(30)
    played.once("watch", "--once")
    played.once("watch", "--once", "--format", "json")
    played.twice("cutover", "resume", code=4)
    played.twice("cutover", "status")
    for form in ("text", "html", "markdown", "json"):
        played.once("report", "--format", form, "--output", str(played.folder / f"readiness.{form}"))


def _refused(played: Played) -> None:
    """Secrets that are wrong, missing, or stand where none belongs."""
    staged = played.staged
    played.once("grants")
    played.once("grants", "--target")
    wrong = {"AURORA_MIGRATE_SOURCE_PASSWORD": STALE}
    for words in (("assess",), ("doctor",)):
        played.whatever(*words, **wrong)
        played.whatever(*words, "--format", "json", **wrong)
    place = f"{staged.source.host}:{staged.source.port}/{staged.source.database}"
    for url in (f"postgresql://mig_admin:{STALE}@{place}", f"postgresql://mig_admin@{place}?password={STALE}"):
        played.whatever("init", "--source", url, "--name", "other", "-c", "other.toml", **wrong)
        played.whatever("validate", "--source", url, "--target", url, "--format", "json")
    played.whatever("assess", AURORA_MIGRATE_TRACEBACK="1", **wrong)
    inside = staged.home / "inside.toml"
    text = (staged.home / "migration.toml").read_text()
    inside.write_text(text.replace('password = "env:AURORA_MIGRATE_SOURCE_PASSWORD"', f'password = "{STALE}"'))
    for words in (("assess",), ("status",), ("report",), ("watch", "--once")):
        played.whatever(*words, "-c", inside.name)
    inside.unlink()


def _compared(played: Played) -> None:
    """Both sides by their URLs, passwords in the environment alone."""
    staged = played.staged
    target = staged.target()
    urls = [
        f"postgresql://{one['user']}@{one['host']}:{one['port']}/{one['dbname']}?sslmode=verify-full"
        f"&sslrootcert={one['sslrootcert']}"
        for one in (staged.origin(), target)
    ]
    played.whatever(
        "validate", "--source", urls[0], "--target", urls[1], "--format", "json",
        AURORA_MIGRATE_TARGET_PASSWORD=target["password"],
    )  # fmt: skip


def spellings(secret: str) -> set[bytes]:
    """The secret as it is, and as JSON, SQL, a URL, a password file, a shell or base64 would write it."""
    escaped = secret.replace("\\", "\\\\")
    written = {
        secret,
        json.dumps(secret)[1:-1],
        secret.replace("'", "''"),
        quote(secret, safe=""),
        quote(secret),
        escaped,
        escaped.replace(":", "\\:"),
        repr(secret)[1:-1],
        base64.b64encode(secret.encode()).decode(),
    }
    return {text.encode() for text in written}


def found_in(content: bytes, canaries: dict[str, str]) -> list[str]:
    return [whose for whose, secret in canaries.items() if any(text in content for text in spellings(secret))]


def test_every_kind_of_password_is_watched(played: Played) -> None:
    canaries = played.canaries()
    accounts = {f"secret ledger/dms/{side}/{use}" for side in ("source", "target") for use in ("capture", "feed")}
    assert accounts <= canaries.keys()
    assert all(len(secret) > 10 for secret in canaries.values())
    assert found_in(json.dumps({"password": APPLICATION}).encode(), canaries)


def test_no_command_tells_one(played: Played) -> None:
    canaries = played.canaries()
    told = {command: found_in((ran.out + ran.err).encode(), canaries) for command, ran in played.told.items()}
    assert len(told) > 60
    assert any("did not take it" in ran.err or "webhook" in ran.err for ran in played.told.values())
    assert not {command: found for command, found in told.items() if found}


def test_no_file_keeps_one(played: Played) -> None:
    """State, settings, ledger, left-over temporary files, and the sandbox's own logs."""
    canaries = played.canaries()
    looked_at = []
    kept = {}
    logs = set(server_logs(played.staged.sandbox.home))
    for file in played.folder.rglob("*"):
        # A server's data directory holds hashes of passwords, and its log is looked at below.
        if file.is_file() and "data" not in file.relative_to(played.folder).parts and file not in logs:
            looked_at.append(file.name)
            if found := found_in(file.read_bytes(), canaries):
                kept[str(file)] = found
    assert {"state.db", "migration.toml", "ledger.jsonl", "sandbox.log", "readiness.html"} <= set(looked_at)
    assert not kept


def test_no_process_is_given_one_as_an_argument(played: Played) -> None:
    """But the one that was typed into a URL, by somebody who should not."""
    canaries = {whose: secret for whose, secret in played.canaries().items() if secret != STALE}
    for program in (b"pg_dump", b"migrate.sandbox.dms.worker", b"cutover\0run"):
        assert any(program in line for line in played.arguments), f"{program!r} was never seen"
    assert not [line for line in played.arguments if found_in(line, canaries)]


def test_no_server_logs_one(played: Played) -> None:
    """The source logs every statement. What the stand-in does to make its roles comes before the first command."""
    canaries = played.canaries()
    logs = server_logs(played.staged.sandbox.home)
    assert len(logs) == 2
    for log in logs:
        content = log.read_bytes()[played.logs_began.get(log, 0) :]
        assert found_in(content, canaries) == []
        if log in played.logs_began:
            assert b"SCRAM-SHA-256$" in content, "the toolkit's statements are not in the log"
