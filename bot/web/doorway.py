"""Who may come in: over TLS by a trusted proxy's word, or on this machine itself; from our own page; not too often."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from probes.vantage import IPNetwork

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store, max-age=0",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Server": "smtp-help",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer of a page."""
HSTS = {"Strict-Transport-Security": "max-age=31536000"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from: its address, whether it came encrypted, whether from this machine itself."""

    address: str
    encrypted: bool
    local: bool


@dataclass(frozen=True, slots=True)
class Doorway:
    """The rules of one public address; `proxies` are those whose `X-Forwarded-*` is believed."""

    public_url: str
    proxies: Sequence[IPNetwork] = ()

    @property
    def origin(self) -> str:
        """Return scheme, host and port of the public address, as a browser names them."""
        url = urlsplit(self.public_url)
        return f"{url.scheme}://{url.netloc}".lower()

    def caller(self, peer: str, headers: Mapping[str, str]) -> Caller:
        """Return who calls, by the peer's address and, where that is a trusted proxy, by its word."""
        if self._trusted(peer):
            # Each proxy adds to the right; the last address that is no proxy of ours is the caller's.
            hops = [hop.strip() for hop in headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
            address = next((hop for hop in reversed(hops) if not self._trusted(hop)), peer)
            scheme = headers.get("X-Forwarded-Proto", "").split(",")[-1].strip().lower()
            return Caller(address[:64], scheme == "https", local=False)
        forwarded = any(name.lower().startswith(("x-forwarded-", "forwarded")) for name in headers)
        return Caller(peer, encrypted=False, local=_loopback(peer) and not forwarded)

    def open_to(self, caller: Caller) -> bool:
        """Tell whether a caller may see a page on which a password is typed."""
        return caller.encrypted or (caller.local and self.origin.startswith("http://"))

    def own_form(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a form was sent by our own page, as far as the browser says (Fetch Metadata, Origin)."""
        if headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return False
        # Our pages send no referrer, so a browser names the origin "null"; another site's name is never ours.
        return headers.get("Origin", "null").lower() in ("null", self.origin)

    def _trusted(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed.version == net.version and parsed in net for net in self.proxies)


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
