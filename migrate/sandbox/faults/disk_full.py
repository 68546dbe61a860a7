"""The replication instance has no storage left."""

from __future__ import annotations

from functools import partial

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene


def begin(scene: Scene, asked: Asked) -> Effect:
    """Instances show `storage-full`, tasks stop with STOPPED_DUE_TO_LOW_DISK (dms.md §4.1, §8).

    More AllocatedStorage ends it at once (assumption), and so does clearing the fault.
    """
    if scene.conditions.disk_full:
        raise SandboxError("the disk is full already")
    scene.conditions.fill_disk(True)
    return Effect("filled the disk of every replication instance", partial(scene.conditions.fill_disk, False))


KIND = Kind(
    "disk-full",
    "replication instances have no storage left: storage-full, and tasks stop",
    begin,
    takes=("seconds",),
)
