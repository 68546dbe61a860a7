"""Record sets of Route 53, changed as AWS changes them. A switch's compare-and-set rests on these rules.

Source: Route 53's API model, ChangeResourceRecordSets: a batch is made as a whole or not at all; a DELETE must specify
all the values that the record has; a CREATE of one that is there is refused; either is InvalidChangeBatch. moto 5.2.5
lets a DELETE pass that fits any record ever created under the name, and may refuse a CREATE after it in the same batch.
Source: ListResourceRecordSets shows changes that are PENDING. That a change is INSYNC at once is an assumption.
"""

from __future__ import annotations

import threading
from typing import Any

from moto.route53 import urls
from moto.route53.exceptions import DnsNameInvalidForZone, Route53ClientError
from moto.route53.models import FakeZone, RecordSet, Route53Backend

Key = tuple[str, str, str]


class SandboxRoute53(Route53Backend):
    """moto's Route 53, with the conditions of a batch; changes are made one at a time."""

    _one_at_a_time = threading.RLock()

    @property
    def _url_module(self) -> Any:
        return urls  # moto looks for it beside the class

    def change_resource_record_sets(self, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        with self._one_at_a_time:
            zone = self.get_hosted_zone(zoneid)
            sets = {_key(each): each for each in zone.rrsets}
            for change in change_list:
                _change(zone, sets, change["Action"], _made(change["ResourceRecordSet"]))
            zone.rrsets = list(sets.values())


def _change(zone: FakeZone, sets: dict[Key, RecordSet], action: str, asked: RecordSet) -> None:
    """Raises what AWS answers; else `sets` are as the change leaves them."""
    key, within = _key(asked), f".{zone.name.rstrip('.').lower()}."
    if not f".{key[0]}".endswith(within):
        raise DnsNameInvalidForZone(name=asked.name, zone_name=zone.name)
    held = sets.get(key)
    if action == "DELETE" and (held is None or _shape(held) != _shape(asked)):
        raise _refused(f"Tried to delete resource record set [name='{key[0]}', type='{key[1]}'] but it was not found")
    if action == "CREATE" and held is not None:
        raise _refused(f"Tried to create resource record set [name='{key[0]}', type='{key[1]}'] but it already exists")
    if action == "DELETE":
        del sets[key]
    else:
        sets[key] = asked


def _refused(why: str) -> Route53ClientError:
    return Route53ClientError("InvalidChangeBatch", why)


def _made(asked: dict[str, Any]) -> RecordSet:
    """As moto keeps it: a name with its last dot, values without their wrapping."""
    values = [one["Value"] for one in asked.get("ResourceRecords") or ()]
    found = {**asked, "Name": f"{asked['Name'].rstrip('.')}.", "ResourceRecords": values}
    return RecordSet(found)  # type: ignore[abstract]


def _key(each: RecordSet) -> Key:
    return f"{each.name.rstrip('.').lower()}.", str(each.type), str(each.set_identifier or "")


def _shape(each: RecordSet) -> tuple[str, str, list[str]]:
    return str(each.ttl), str(each.alias_target), list(each.records or ())
