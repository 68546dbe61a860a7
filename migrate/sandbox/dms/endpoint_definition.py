"""Which combinations of members make an endpoint."""

from __future__ import annotations

from typing import Any

from migrate.sandbox.dms.engines import ENGINES
from migrate.sandbox.dms.faults import invalid_combination, invalid_value
from migrate.sandbox.dms.resources import Endpoint

LOGIN = ("Username", "Password", "ServerName", "Port")
SETTINGS_SUFFIX = "Settings"
BESIDE_THE_DEFINITION = frozenset({"EndpointArn", "EndpointIdentifier", "ExactSettings"})


def check_definition(said: dict[str, Any]) -> None:
    """Raises InvalidParameterValueException or InvalidParameterCombinationException."""
    engine = ENGINES.get(said["EngineName"])
    if engine is None:
        raise invalid_value(f"Unsupported EngineName {said['EngineName']}; the stand-in knows {', '.join(ENGINES)}.")
    foreign = [name for name in said if name.endswith(SETTINGS_SUFFIX) and name != engine.settings_member]
    if foreign:
        raise invalid_combination(f"{foreign[0]} does not belong to an endpoint of engine {said['EngineName']}.")
    settings = said.get(engine.settings_member) or {}
    everything = {**settings, **said}
    _check_login(everything)
    if engine.family == "postgres" and not everything.get("DatabaseName"):
        raise invalid_combination("A PostgreSQL endpoint needs DatabaseName.")
    if said.get("SslMode", "none").startswith("verify") and "CertificateArn" not in said:
        raise invalid_combination(f"SslMode {said['SslMode']} needs CertificateArn.")


def _check_login(everything: dict[str, Any]) -> None:
    """dms.md §10: a secret excludes the plain members. That one of the two must be complete is an assumption."""
    secret = "SecretsManagerSecretId" in everything
    if secret != ("SecretsManagerAccessRoleArn" in everything):
        raise invalid_combination("SecretsManagerSecretId and SecretsManagerAccessRoleArn come together.")
    plain = [name for name in LOGIN if name in everything]
    if secret and plain:
        raise invalid_combination(f"SecretsManagerSecretId excludes {', '.join(plain)}.")
    missing = [name for name in LOGIN if name not in everything]
    if not secret and missing:
        raise invalid_combination(f"The endpoint lacks {', '.join(missing)}, or SecretsManagerSecretId.")


def modified(endpoint: Endpoint, changes: dict[str, Any]) -> dict[str, Any]:
    """The endpoint's definition after ModifyEndpoint: settings are merged unless ExactSettings (botocore's text)."""
    said = {name: value for name, value in changes.items() if name not in BESIDE_THE_DEFINITION}
    member = endpoint.engine.settings_member
    if member in said and endpoint.settings and not changes.get("ExactSettings", False):
        said[member] = {**endpoint.settings, **said[member]}
    return {**endpoint.definition, **said}
