"""Names AWS hands out: ARNs with generated or chosen identifiers (dms.md §1)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

from migrate.sandbox.dms.faults import invalid_value

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
GENERATED_LENGTH = 26
CHOSEN = re.compile(r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,30}(?<!-)")


class Kind(StrEnum):
    """The resource part of an ARN. `subgrp` is unsourced in dms.md §1, the later ones are an assumption."""

    INSTANCE = "rep"
    ENDPOINT = "endpoint"
    TASK = "task"
    SUBNET_GROUP = "subgrp"
    CERTIFICATE = "cert"
    REPLICATION_CONFIG = "replication-config"
    ASSESSMENT_RUN = "assessment-run"
    INDIVIDUAL_ASSESSMENT = "individual-assessment"


@dataclass(frozen=True)
class Arns:
    """Makes ARNs of one region and account."""

    region: str
    account: str

    def new(self, kind: Kind, chosen: str | None = None) -> str:
        """An ARN; its last part is a generated upper-case string unless ResourceIdentifier was given.

        Raises InvalidParameterValueException for an ill-formed one (31 characters at most, letter first).
        """
        if chosen is not None and not CHOSEN.fullmatch(chosen):
            raise invalid_value(
                "ResourceIdentifier takes at most 31 letters, digits and single hyphens, starting with a letter."
            )
        last = chosen or "".join(secrets.choice(ALPHABET) for _ in range(GENERATED_LENGTH))
        return self.named(kind, last)

    def named(self, kind: Kind, name: str) -> str:
        """The ARN of a resource that is known by its name."""
        return f"arn:aws:dms:{self.region}:{self.account}:{kind}:{name}"

    def key(self) -> str:
        """The account's default KMS key for DMS, one for all (assumption)."""
        return f"arn:aws:kms:{self.region}:{self.account}:key/00000000-0000-4000-8000-000000000d35"


def external_id(arn: str) -> str:
    """The last part: a task's external resource id, TASK_NAME in the control tables (dms.md §1)."""
    return arn.rsplit(":", 1)[1]
