"""Which address and port may be dialled; pure, and decided on the very address that is dialled.

Refusals carry one code and never say whether anything is there.
"""

from __future__ import annotations

import ipaddress

from probes.vantage import INCOMING_PORTS, MAIL_PORTS, IPNetwork, Vantage

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

PRIVATE_UNICAST: tuple[IPNetwork, ...] = tuple(
    ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""RFC 1918 and RFC 4193: what a name under an allowed domain may lead to."""

NEVER_PUBLIC: tuple[IPNetwork, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "64:ff9b:1::/48",
        "::/96",
        "::ffff:0:0:0/96",
    )
)
"""Special-purpose ranges of RFC 6890 and its registry that Python's `is_global` of some version misses.

The last three carry IPv4 in ways that no mail server on the internet has: local NAT64 (RFC 8215), the withdrawn
IPv4-compatible form (RFC 4291 section 2.5.5.1) and the translated one (RFC 2765).
"""

GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
"""All that is given out as global unicast (RFC 4291 section 2.4, IANA's registry); the rest is nobody's."""

METADATA: tuple[IPNetwork, ...] = tuple(
    ipaddress.ip_network(text)
    for text in ("169.254.0.0/16", "fd00:ec2::/32", "fd20:ce::/32", "168.63.129.16/32", "100.100.100.200/32")
)
"""Cloud metadata services; no allowance for a domain ever reaches them."""

BROADCAST = ipaddress.IPv4Address("255.255.255.255")

EMBEDDING: tuple[tuple[ipaddress.IPv6Network, int], ...] = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64 (RFC 6052)
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4 (RFC 3056)
)
"""IPv6 ranges that carry the IPv4 address which is really reached, and how far right of it the rest goes on.

Teredo (RFC 4380) lies in 2001::/23 and is refused whatever it carries.
"""


ISATAP = (0x00005EFE, 0x02005EFE)
"""The upper half of an interface identifier whose lower half is an IPv4 address (RFC 5214 section 6.1)."""


def _isatap(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address to which an ISATAP router would tunnel."""
    number = int(address)
    return ipaddress.IPv4Address(number & 0xFFFFFFFF) if (number >> 32) & 0xFFFFFFFF in ISATAP else None


def inner_address(address: IPAddress) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for (mapped, NAT64, 6to4), or None."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    shifts = (shift for net, shift in EMBEDDING if address in net)
    return next((ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF) for shift in shifts), None)


def _within(address: IPAddress, networks: tuple[IPNetwork, ...]) -> bool:
    return any(address.version == net.version and address in net for net in networks)


def is_public(address: IPAddress) -> bool:
    """Tell whether an address is ordinary public unicast, whatever it carries inside included."""
    if _within(address, NEVER_PUBLIC) or _within(address, METADATA) or address.is_multicast:
        return False
    if inner := inner_address(address):
        return is_public(inner)
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global
    tunnelled = _isatap(address)
    return address in GLOBAL_IPV6 and address.is_global and (tunnelled is None or is_public(tunnelled))


def refusal(text: str, port: int, vantage: Vantage, *, names: tuple[str, ...] = ()) -> str | None:
    """Return why (address, port) may not be dialled, as a code, or None where it may.

    `names` are the name as typed and every CNAME target on the way; all must lie under an allowed domain for a
    private address to be dialled on their strength.
    """
    if port not in MAIL_PORTS | INCOMING_PORTS | vantage.extra_ports:
        return "port_not_allowed"
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "address_not_allowed"
    if getattr(address, "scope_id", None):
        return "address_not_allowed"
    if _lifted(address, vantage.allow_networks) or is_public(address):
        return None
    under = bool(names) and all(_under(name, vantage.allow_domains) for name in names)
    if under and _within(address, PRIVATE_UNICAST) and not _within(address, METADATA):
        return None
    return "address_not_allowed"


def _lifted(address: IPAddress, networks: tuple[IPNetwork, ...]) -> bool:
    """Tell whether a network that was set allows an address: all of its own, but for what nobody means by a wide one.

    A metadata service is meant only where the network that is named lies within the range of such services, so that
    `fd00::/8` or `100.64.0.0/10` does not open one; what is no unicast address never is.
    """
    if address.is_unspecified or address.is_multicast or address == BROADCAST:
        return False
    holding = [net for net in networks if address.version == net.version and address in net]
    kinds = [kind for kind in METADATA if address.version == kind.version and address in kind]
    return any(not kinds or any(_lies_in(net, kind) for kind in kinds) for net in holding)


def _lies_in(net: IPNetwork, other: IPNetwork) -> bool:
    return net.version == other.version and net.prefixlen >= other.prefixlen and net.network_address in other


def _under(name: str, domains: tuple[str, ...]) -> bool:
    name = name.rstrip(".").lower()
    wanted = [domain.strip(".").lower() for domain in domains]
    return any(name == domain or name.endswith("." + domain) for domain in wanted if domain)
