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
        "fd00:ec2::254/128",
    )
)
"""Special-purpose ranges of RFC 6890 and its registry that Python's `is_global` of some version misses."""

METADATA: tuple[IPNetwork, ...] = tuple(
    ipaddress.ip_network(text) for text in ("169.254.0.0/16", "fd00:ec2::/32", "168.63.129.16/32", "100.100.100.200/32")
)
"""Cloud metadata services; no allowance for a domain ever reaches them."""

EMBEDDING: tuple[tuple[ipaddress.IPv6Network, int], ...] = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),  # IPv4-translated (RFC 2765)
    (ipaddress.IPv6Network("::/96"), 0),  # IPv4-compatible
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64 (RFC 6052)
    (ipaddress.IPv6Network("64:ff9b:1::/48"), 0),  # local-use NAT64 (RFC 8215)
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4 (RFC 3056)
)
"""IPv6 ranges that carry an IPv4 address, and how far right of it the rest reaches."""


def inner_addresses(address: IPAddress) -> tuple[IPAddress, ...]:
    """Return the IPv4 addresses that an IPv6 address carries (mapped, translated, NAT64, 6to4, Teredo)."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found = [ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF) for net, shift in EMBEDDING if address in net]
    if address.teredo:
        found.extend(address.teredo)
    return tuple(found)


def _within(address: IPAddress, networks: tuple[IPNetwork, ...]) -> bool:
    return any(address.version == net.version and address in net for net in networks)


def is_public(address: IPAddress) -> bool:
    """Tell whether an address is ordinary public unicast, whatever it carries inside included."""
    if _within(address, NEVER_PUBLIC) or _within(address, METADATA) or address.is_multicast:
        return False
    if getattr(address, "scope_id", None) or getattr(address, "is_site_local", False):
        return False
    if inner := inner_addresses(address):
        return all(map(is_public, inner)) and not address.is_loopback and not address.is_unspecified
    return address.is_global


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
    if _within(address, vantage.allow_networks) or is_public(address):
        return None
    under = bool(names) and all(_under(name, vantage.allow_domains) for name in names)
    if under and _within(address, PRIVATE_UNICAST) and not _within(address, METADATA):
        return None
    return "address_not_allowed"


def _under(name: str, domains: tuple[str, ...]) -> bool:
    name = name.rstrip(".").lower()
    return any(name == domain or name.endswith("." + domain) for domain in domains)
