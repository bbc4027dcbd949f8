"""The place we look from: whom we ask, what we may dial, whom we trust. Settings only; nothing here acts."""

from __future__ import annotations

import ipaddress
import socket as _names  # noqa: TID251 - gethostname alone; nothing is dialled here
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from probes.replies.rulebook import Matcher

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

SUBMISSION_PORTS = (465, 587, 25, 2525)
"""Looked at beside the given one, in the order in which they are preferred (RFC 8314 section 3)."""

RARE_PORTS = (2465, 2587, 26)
"""Looked at where none of the others works."""
MAIL_PORTS = frozenset({25, 26, 465, 587, 2525, 2465, 2587})
INCOMING_PORTS = frozenset({110, 143, 993, 995})
"""POP and IMAP: recognised by their greeting, nothing said to them."""


def own_name() -> str:
    """Return this machine's name, for `looked_from`."""
    return _names.gethostname()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vantage:
    """How it looks and where it may.

    `nameservers` and `controls` are (address or host, port); `routes` maps an (address, port) to the loopback
    (address, port) that is dialled in its place: how a practice range works without root. `rules` are the admin's own
    for reading replies; they go before those shipped. `hosts_file` is read only where no name servers are given.
    """

    nameservers: tuple[tuple[str, int], ...] = ()
    controls: tuple[tuple[str, int], ...] = ()
    ca_file: Path | None = None
    allow_networks: tuple[IPNetwork, ...] = ()
    allow_domains: tuple[str, ...] = ()
    extra_ports: frozenset[int] = frozenset()
    ehlo_name: str | None = None
    routes: Mapping[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    hosts_file: Path = Path("/etc/hosts")
    rules: Matcher | None = field(default=None, repr=False, compare=False)
    name: str = field(default_factory=own_name)
