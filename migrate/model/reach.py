"""Whether packets find their way from DMS's subnets to a database: security groups, network ACLs, routes, DNS.

Reasoning over what was read, nothing else. Rules of AWS (VPC User Guide): a security group has allowing rules only, and
answers pass by themselves; a network ACL is read by rising number until a rule fits, in either direction, and answers
come back to a high port; of a route table the most specific route counts; a public IP address is needed behind an
internet gateway, which the replication instance has not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network
ANSWERS = (1024, 65535)
"""Ports to which answers come back."""


@dataclass(frozen=True)
class Rule:
    """One line of a security group, to or from networks or members of groups. No ports mean all."""

    ports: tuple[int, int] | None
    networks: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """Prefix lists: what they hold is not read."""


@dataclass(frozen=True)
class SecurityGroup:
    id: str
    inbound: tuple[Rule, ...] = ()
    outbound: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class AclRule:
    number: int
    outbound: bool
    allows: bool
    network: str
    ports: tuple[int, int] | None = None
    """None for all; what is not TCP is left out."""


@dataclass(frozen=True)
class Acl:
    id: str
    rules: tuple[AclRule, ...]


@dataclass(frozen=True)
class Route:
    network: str
    to: str
    """`local`, or the id of a gateway, a peering, an interface."""
    active: bool = True


@dataclass(frozen=True)
class Place:
    """A subnet with what guards it."""

    id: str
    network: str
    acl: Acl
    route_table: str
    routes: tuple[Route, ...]
    lists: tuple[str, ...] = ()
    """Prefix lists that its route table has a route for."""


@dataclass(frozen=True)
class Origin:
    """Where the replication instance will stand."""

    vpc: str
    resolves: bool
    """Whether names are resolved in the VPC (enableDnsSupport)."""
    places: tuple[Place, ...]
    groups: tuple[SecurityGroup, ...]


@dataclass(frozen=True)
class End:
    """A database as DMS will look for it."""

    name: str
    """`source` or `target`."""
    host: str
    port: int
    networks: tuple[str, ...]
    """Where it may be: an address, or the subnets that a cluster may move among. Empty: not known from here."""
    named: bool = True
    """Whether the host is a name, and has to be resolved."""
    groups: tuple[SecurityGroup, ...] | None = None
    """Its own security groups; None for a machine outside of what AWS shows."""
    places: tuple[Place, ...] = ()
    """Its subnets, where those are known."""


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way: the resource, and what to add to it."""

    resource: str
    lacks: str
    unless: tuple[str, ...] = ()
    """Prefix lists that may have what is lacking: then it is but possible that this stands in the way."""

    def __str__(self) -> str:
        unless = f", unless the prefix list {' or '.join(self.unless)} does it" if self.unless else ""
        return f"{self.resource}: {self.lacks}{unless}"


def obstacles(origin: Origin, end: End) -> list[Obstacle]:
    """Everything that keeps DMS from this database, each once. Empty is no proof that it listens: the test of the
    connection is that."""
    found = [*_names(origin, end), *_security_groups(origin, end)]
    for place in origin.places:
        for network in map(ip_network, end.networks):
            found += [*_route(place, network), *_acl_of_origin(place, network, end.port)]
    for there in end.places:
        for here in origin.places:
            if there.id != here.id:
                found += _acl_of_end(there, ip_network(here.network), end.port)
    return list(dict.fromkeys(found))


def _names(origin: Origin, end: End) -> Iterator[Obstacle]:
    if end.named and not origin.resolves:
        yield Obstacle(origin.vpc, f"resolves no names, and {end.host} is one: set enableDnsSupport")


def _security_groups(origin: Origin, end: End) -> Iterator[Obstacle]:
    ours = ", ".join(group.id for group in origin.groups)
    theirs = {group.id for group in end.groups or ()}
    out = [rule for group in origin.groups for rule in group.outbound if _fits(rule, end.port)]
    for network in map(ip_network, end.networks):
        if not any(theirs & set(rule.groups) or _within(network, rule.networks) for rule in out):
            yield Obstacle(ours, f"add outbound TCP {end.port} to {network}", _lists(out))
    if end.groups is None:
        return
    members = {group.id for group in origin.groups}
    into = [rule for group in end.groups for rule in group.inbound if _fits(rule, end.port)]
    for place in origin.places:
        here = ip_network(place.network)
        if not any(members & set(rule.groups) or _within(here, rule.networks) for rule in into):
            yield Obstacle(", ".join(sorted(theirs)), f"add inbound TCP {end.port} from {ours}", _lists(into))


def _lists(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(sorted({one for rule in rules for one in rule.lists}))


def _route(place: Place, network: Network) -> Iterator[Obstacle]:
    """A route table without a route that fits sends nothing anywhere."""
    fitting = [route for route in place.routes if _within(network, [route.network])]
    best = max(fitting, key=lambda route: ip_network(route.network).prefixlen, default=None)
    if best is None:
        yield Obstacle(place.route_table, f"add a route to {network} (peering, transit gateway, VPN)", place.lists)
    elif not best.active:
        gone = f"its route to {best.network} leads to {best.to}, which is gone"
        yield Obstacle(place.route_table, gone, place.lists)
    elif best.to.startswith("igw-"):
        way = "the instance has no public address: route through a NAT gateway"
        yield Obstacle(place.route_table, f"its route to {best.network} leads to {best.to}, and {way}", place.lists)


def _acl_of_origin(place: Place, network: Network, port: int) -> Iterator[Obstacle]:
    if not _passes(place.acl, network, (port, port), outbound=True):
        yield Obstacle(place.acl.id, f"allow outbound TCP {port} to {network}")
    if not _passes(place.acl, network, ANSWERS, outbound=False):
        yield Obstacle(place.acl.id, f"allow inbound TCP {ANSWERS[0]}-{ANSWERS[1]} from {network}, for the answers")


def _acl_of_end(place: Place, network: Network, port: int) -> Iterator[Obstacle]:
    if not _passes(place.acl, network, (port, port), outbound=False):
        yield Obstacle(place.acl.id, f"allow inbound TCP {port} from {network}")
    if not _passes(place.acl, network, ANSWERS, outbound=True):
        yield Obstacle(place.acl.id, f"allow outbound TCP {ANSWERS[0]}-{ANSWERS[1]} to {network}, for the answers")


def _passes(acl: Acl, network: Network, ports: tuple[int, int], *, outbound: bool) -> bool:
    """The first rule that touches both decides. One that denies a part of it is taken for a wall."""
    for rule in sorted(acl.rules, key=lambda rule: rule.number):
        if rule.outbound is not outbound or not _touches(rule, network, ports):
            continue
        if not rule.allows:
            return False
        if _within(network, [rule.network]) and (rule.ports is None or _covers(rule.ports, ports)):
            return True
    return False


def _touches(rule: AclRule, network: Network, ports: tuple[int, int]) -> bool:
    other = ip_network(rule.network)
    near = other.version == network.version and other.overlaps(network)
    return near and (rule.ports is None or (rule.ports[0] <= ports[1] and ports[0] <= rule.ports[1]))


def _covers(wide: tuple[int, int], narrow: tuple[int, int]) -> bool:
    return wide[0] <= narrow[0] and narrow[1] <= wide[1]


def _fits(rule: Rule, port: int) -> bool:
    return rule.ports is None or rule.ports[0] <= port <= rule.ports[1]


def _within(network: Network, wide: Sequence[str] | Iterable[str]) -> bool:
    return any(_inside(network, ip_network(one)) for one in wide)


def _inside(network: Network, wide: Network) -> bool:
    if isinstance(network, IPv4Network) and isinstance(wide, IPv4Network):
        return network.subnet_of(wide)
    return isinstance(network, IPv6Network) and isinstance(wide, IPv6Network) and network.subnet_of(wide)
