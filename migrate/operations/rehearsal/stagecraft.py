"""What surrounds the scenes: the sandbox, the source with the sample's data, the settings, the application's secret."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from migrate.clock import Clock
from migrate.errors import SourceError, UsageError
from migrate.events import Emit, Noted
from migrate.model.database import Address, Credentials, Side, Tls
from migrate.operations import init
from migrate.operations.rehearsal.sample import Sample
from migrate.sandbox import client
from migrate.sandbox.errors import SandboxError
from migrate.settings import Settings, load
from migrate.wiring.databases import database as open_database

REGION = "eu-central-1"
APPLICATION_SECRET = "{name}/application"
LIMITS = """
[limits]
lag_seconds = 20.0      # servers, feed and application share this machine's processors
freeze_budget_seconds = 60.0
"""


@dataclass(frozen=True)
class Stage:
    """Everything stands: a source with data, settings written by `init`, the secret that the application reads."""

    settings: Settings
    source: client.Source
    secret: dict[str, str]
    secret_name: str


def build(
    sandbox: client.Launched, sample: Sample, scale: float, work: Path, *, name: str, emit: Emit, clock: Clock
) -> Stage:
    """Start the source, load the sample, write migration.toml by `init`. Files with passwords are 0600."""
    began = clock.monotonic()
    source = source_with(sandbox, sample, scale, f"{name}-source")
    emit(Noted(f"source with the sample's data on port {source.port} after {clock.monotonic() - began:.1f} s"))
    password_file = work / "source.password"
    _private(password_file, source.master_password)
    ca_file = str(source.ca_file)
    address = Address(sample.engine, source.host, source.port, source.database, Tls.VERIFY_FULL, ca_file)
    database = open_database(address, Credentials(source.master_user, source.master_password), Side.SOURCE)
    try:
        catalog = database.catalog(sample.schemas)
    finally:
        database.close()
    if not catalog.tables:
        raise SourceError("the sample's schema is empty", code="REH-010", hint="See sample.toml.")
    secret_name = APPLICATION_SECRET.format(name=name)
    config = work / "migration.toml"
    config.unlink(missing_ok=True)
    asked = init.Asked(
        name=name,
        region=REGION,
        endpoint_url=sandbox.endpoint_url,
        password=f"file:{password_file.name}",
        user=source.master_user,
        application_secret=secret_name,
        poll_seconds=0.1,
        target_ca_file=str(sandbox.home / "ca-bundle.pem"),
        waivers=sample.waivers,
    )
    init.write(config, address, catalog, asked)
    with config.open("a", encoding="utf-8") as file:
        file.write(LIMITS)
    secret = {
        "username": sample.application,
        "password": source.role_passwords[sample.application],
        "host": source.host,
        "port": str(source.port),
        "dbname": source.database,
        "sslrootcert": ca_file,
    }
    return Stage(load(config), source, secret, secret_name)


def source_with(sandbox: client.Launched, sample: Sample, scale: float, name: str) -> client.Source:
    """A source server with the sample's schema, data and application role.

    Raises UsageError: what the sandbox is given (programs, the sample's files) does not do.
    """
    try:
        return client.create_source(
            sandbox.control_url,
            engine=sample.engine.value,
            name=name,
            database=sample.database,
            owner=sample.owner,
            master_user="mig_admin",
            roles=[client.RoleRequest(sample.application, grants=sample.grants_file)],
            sql_files=[sample.schema_file, sample.data_file],
            variables={"scale": str(scale)},
        )
    except SandboxError as problem:
        raise UsageError(problem.message, code="SBX-001", hint=problem.hint) from None


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")
