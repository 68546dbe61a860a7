"""What a migration leaves in AWS and on both servers, as it was found there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    TASK = "DMS task"
    ENDPOINT = "DMS endpoint"
    INSTANCE = "DMS replication instance"
    SUBNET_GROUP = "DMS subnet group"
    CERTIFICATE = "DMS certificate"
    SLOT = "replication slot"
    ARTEFACT = "awsdms_* object"
    CONTROL = "control tables"
    ACCOUNT = "login"
    MARKERS = "toolkit's schema"
    SECRET = "secret"
    SNAPSHOT = "snapshot"
    RESTORED = "restored cluster"


AWS, SOURCE, TARGET = "aws", "source", "target"


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """One thing. What `kept` names a reason for is shown and left alone."""

    kind: Kind
    where: str
    """`aws`, `source` or `target`."""
    name: str
    """As the service or the server calls it; with the schema where it has one."""
    cost: str
    """What it costs as long as it stands, in words."""
    size: int | None = None
    """Bytes that it holds; None where that says nothing."""
    owner: str = ""
    """Login that owns it on its server, where that tells whose it is."""
    id: str = ""
    """What DMS calls it in an ARN; a task's stands in the names of the slots that DMS makes for it."""
    kept: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} {self.name} ({self.where})"
