"""Every wall between DMS and a database is found, named, and told how to open; an open way has none."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from migrate.errors import SaysNo
from migrate.events import Event, Noted
from migrate.model.reach import Acl, AclRule, End, Obstacle, Origin, Place, Route, Rule, SecurityGroup, obstacles
from migrate.stages.replicate.reach import RequireWay
from migrate.stages.replicate.world import ReplicateWorld

OPEN_ACL = Acl("acl-open", tuple(AclRule(100, out, True, "0.0.0.0/0") for out in (True, False)))
LOCAL = Route("10.0.0.0/16", "local")
HERE = Place("subnet-dms", "10.0.1.0/24", OPEN_ACL, "rtb-dms", (LOCAL,))
THERE = Place("subnet-db", "10.0.2.0/24", OPEN_ACL, "rtb-db", (LOCAL,))
DMS = SecurityGroup("sg-dms", outbound=(Rule(None, ("0.0.0.0/0",)),))
DATABASE = SecurityGroup("sg-db", inbound=(Rule((5432, 5432), groups=("sg-dms",)),))
ORIGIN = Origin("vpc-1", True, (HERE,), (DMS,))
TARGET = End("target", "db.cluster", 5432, ("10.0.2.0/24",), groups=(DATABASE,), places=(THERE,))
OUTSIDE = End("source", "192.168.7.9", 3306, ("192.168.7.9/32",), named=False)


def told(origin: Origin, end: End) -> list[str]:
    return [str(one) for one in obstacles(origin, end)]


def test_an_open_way_has_no_obstacle() -> None:
    assert told(ORIGIN, TARGET) == []


@pytest.mark.parametrize(
    "inbound",
    [
        Rule((5432, 5432), ("10.0.1.0/24",)),
        Rule((5000, 6000), ("10.0.0.0/8",)),
        Rule(None, groups=("sg-dms", "sg-other")),
    ],
)
def test_a_wide_rule_admits_as_well(inbound: Rule) -> None:
    assert told(ORIGIN, replace(TARGET, groups=(SecurityGroup("sg-db", (inbound,)),))) == []


@pytest.mark.parametrize(
    "inbound",
    [
        Rule((3306, 3306), groups=("sg-dms",)),
        Rule((5432, 5432), groups=("sg-other",)),
        Rule((5432, 5432), ("10.0.1.0/25",)),
        Rule((5432, 5432), ("10.0.9.0/24",)),
        Rule((5432, 5432), ("::/0",)),
    ],
)
def test_a_rule_that_does_not_reach_so_far_is_told(inbound: Rule) -> None:
    end = replace(TARGET, groups=(SecurityGroup("sg-db", (inbound,)),))
    assert told(ORIGIN, end) == ["sg-db: add inbound TCP 5432 from sg-dms"]


def test_what_may_not_leave_is_told() -> None:
    shut = replace(ORIGIN, groups=(SecurityGroup("sg-dms", outbound=(Rule((443, 443), ("0.0.0.0/0",)),)),))
    assert told(shut, TARGET) == ["sg-dms: add outbound TCP 5432 to 10.0.2.0/24"]
    member = replace(ORIGIN, groups=(SecurityGroup("sg-dms", outbound=(Rule((5432, 5432), groups=("sg-db",)),)),))
    assert told(member, TARGET) == []


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ((LOCAL,), ["rtb-dms: add a route to 192.168.7.9/32 (peering, transit gateway, VPN)"]),
        ((LOCAL, Route("192.168.0.0/16", "tgw-1")), []),
        ((LOCAL, Route("0.0.0.0/0", "nat-1")), []),
        (
            (LOCAL, Route("0.0.0.0/0", "igw-1")),
            [
                "rtb-dms: its route to 0.0.0.0/0 leads to igw-1, and the instance has no public address: route through"
                " a NAT gateway"
            ],
        ),
        (
            (LOCAL, Route("0.0.0.0/0", "nat-1"), Route("192.168.7.0/24", "pcx-1", active=False)),
            ["rtb-dms: its route to 192.168.7.0/24 leads to pcx-1, which is gone"],
        ),
        ((LOCAL, Route("0.0.0.0/0", "igw-1"), Route("192.168.7.0/24", "pcx-1")), []),
    ],
)
def test_the_most_specific_route_counts(routes: tuple[Route, ...], expected: list[str]) -> None:
    assert told(replace(ORIGIN, places=(replace(HERE, routes=routes),)), OUTSIDE) == expected


def test_a_prefix_list_is_not_read_and_what_it_may_hold_is_but_a_doubt() -> None:
    wide = Rule(None, lists=("pl-office",))
    shut = replace(ORIGIN, groups=(SecurityGroup("sg-dms", outbound=(wide,)),))
    end = replace(TARGET, groups=(SecurityGroup("sg-db", (Rule((5432, 5432), lists=("pl-a", "pl-b")),)),))
    assert told(shut, end) == [
        "sg-dms: add outbound TCP 5432 to 10.0.2.0/24, unless the prefix list pl-office does it",
        "sg-db: add inbound TCP 5432 from sg-dms, unless the prefix list pl-a or pl-b does it",
    ]
    assert all(one.unless for one in obstacles(shut, end))
    other = replace(TARGET, groups=(SecurityGroup("sg-db", (Rule((443, 443), lists=("pl-a",)),)),))
    assert told(ORIGIN, other) == ["sg-db: add inbound TCP 5432 from sg-dms"], "it is about another port"


@pytest.mark.parametrize("route", [Route("0.0.0.0/0", "igw-1"), Route("192.168.7.0/24", "pcx-1", active=False), LOCAL])
def test_a_route_by_a_prefix_list_may_be_the_more_specific_one(route: Route) -> None:
    routed = replace(ORIGIN, places=(replace(HERE, routes=(LOCAL, route), lists=("pl-office",)),))
    (doubt,) = obstacles(routed, OUTSIDE)
    assert doubt.unless == ("pl-office",)


class Network:
    """A world in which only the way to the databases is looked at."""

    def __init__(self, *found: Obstacle) -> None:
        self.found, self.events = found, list[Event]()
        self.reach, self.emit = self, self.events.append
        self.request = SimpleNamespace(accounts=[SimpleNamespace(side="source", host="db", port=5432)])

    def obstacles(self, _host: str, _port: int) -> tuple[Obstacle, ...]:
        return self.found


def test_a_doubt_is_told_and_a_wall_refuses() -> None:
    doubt, wall = Obstacle("sg-1", "add a rule", ("pl-1",)), Obstacle("sg-2", "add another")
    doubtful = Network(doubt)
    RequireWay().apply(cast(ReplicateWorld, doubtful), {})
    (noted,) = doubtful.events
    assert isinstance(noted, Noted)
    assert noted.warning
    assert "sg-1: add a rule, unless the prefix list pl-1 does it" in noted.text
    with pytest.raises(SaysNo) as caught:
        RequireWay().apply(cast(ReplicateWorld, Network(doubt, wall)), {})
    assert caught.value.code == "REP-007"
    assert "sg-2" in caught.value.message
    assert "sg-1" not in caught.value.message


def acl(*rules: AclRule) -> Acl:
    return Acl("acl-1", rules)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((AclRule(100, True, True, "0.0.0.0/0"), AclRule(100, False, True, "0.0.0.0/0")), []),
        ((AclRule(100, True, True, "0.0.0.0/0"),),
         ["acl-1: allow inbound TCP 1024-65535 from 10.0.2.0/24, for the answers"]),
        (
            (AclRule(100, True, True, "0.0.0.0/0", (5432, 5432)),
             AclRule(100, False, True, "10.0.0.0/16", (1024, 65535))),
            [],
        ),
        (
            (AclRule(90, True, False, "10.0.2.128/25"), AclRule(100, True, True, "0.0.0.0/0"),
             AclRule(100, False, True, "0.0.0.0/0")),
            ["acl-1: allow outbound TCP 5432 to 10.0.2.0/24"],
        ),
        (
            (AclRule(110, True, False, "10.0.2.0/24"), AclRule(100, True, True, "0.0.0.0/0"),
             AclRule(100, False, True, "0.0.0.0/0")),
            [],
        ),
    ],
)  # fmt: skip
def test_a_network_acl_is_read_by_rising_number_in_both_directions(
    rules: tuple[AclRule, ...], expected: list[str]
) -> None:
    assert told(replace(ORIGIN, places=(replace(HERE, acl=acl(*rules)),)), TARGET) == expected


def test_the_acl_at_the_other_end_is_asked_too() -> None:
    shut = replace(THERE, acl=acl(AclRule(100, True, True, "0.0.0.0/0")))
    assert told(ORIGIN, replace(TARGET, places=(shut,))) == ["acl-1: allow inbound TCP 5432 from 10.0.1.0/24"]
    assert told(ORIGIN, replace(TARGET, places=(replace(HERE, acl=shut.acl),))) == [], "no ACL stands within a subnet"


def test_a_name_needs_a_vpc_that_resolves() -> None:
    deaf = replace(ORIGIN, resolves=False)
    assert told(deaf, TARGET) == ["vpc-1: resolves no names, and db.cluster is one: set enableDnsSupport"]
    routed = replace(deaf, places=(replace(HERE, routes=(Route("0.0.0.0/0", "nat-1"),)),))
    assert told(routed, OUTSIDE) == []


def test_nothing_is_told_twice() -> None:
    two = replace(ORIGIN, places=(HERE, replace(HERE, id="subnet-dms-b", network="10.0.3.0/24")))
    end = replace(TARGET, groups=(SecurityGroup("sg-db"),))
    assert told(two, end) == ["sg-db: add inbound TCP 5432 from sg-dms"]
