"""The TLS half of a conversation: a handshake that is willing, and the facts read from it afterwards."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from probes.certificate import Certificate, read

ALERTS = {
    40: "handshake_failure", 42: "bad_certificate", 43: "unsupported_certificate", 46: "certificate_unknown",
    47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error", 70: "protocol_version",
    71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled",
    112: "unrecognized_name", 116: "certificate_required", 120: "no_application_protocol",
}  # fmt: skip
"""RFC 8446 section 6.2; those of older versions that servers still send are among them."""
_OF_CLIENTS = frozenset({40, 41, 42, 43, 46, 48, 49, 116})
"""Alerts by which servers refuse a client that shows no certificate, once they have asked for one."""
_HANDSHAKE, _ALERT = 22, 21
_CERTIFICATE_REQUEST, _SERVER_KEY_EXCHANGE = 13, 12
WEAK_DH_BITS = 1024
"""Programs of today refuse Diffie-Hellman groups below that (RFC 9325 section 4.4)."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What was agreed on; `error` is the code of a failure: not_tls, version, cipher, closed, time_out, other:..."""

    version: str = ""
    cipher: str = ""
    error: str = ""
    dh_bits: int = 0
    """Of the server's Diffie-Hellman group; 0 where none was used, or the version keeps it out of sight."""

    @property
    def spoken(self) -> bool:
        """Tell whether the peer speaks TLS, be it only to refuse us."""
        return self.error in ("", "version", "cipher", "client_certificate") or "alert" in self.error


@dataclass(slots=True)
class Overheard:
    """What a server says within TLS itself; `alert` is the number of a fatal one."""

    asks_certificate: bool = False
    alert: int | None = None
    dh_bits: int = 0

    def hear(self, direction: str, content_type: int, message: int, data: bytes) -> None:
        """Take one message of TLS (RFC 5246 section 7.4, RFC 8446 section 4)."""
        if direction != "read":
            return
        if content_type == _ALERT and data[:1] == b"\x02":
            self.alert = data[1]
        elif content_type == _HANDSHAKE and message == _CERTIFICATE_REQUEST:
            self.asks_certificate = True
        elif content_type == _HANDSHAKE and message == _SERVER_KEY_EXCHANGE:
            self.dh_bits = int.from_bytes(data[4:6], "big") * 8

    def refused(self, handshake: Handshake) -> Handshake:
        """Return a handshake that came to nothing, for the reason that was overheard where there is one."""
        if self.alert == 116 or (self.asks_certificate and self.alert in _OF_CLIENTS):
            return replace(handshake, error="client_certificate")
        if self.asks_certificate and self.alert is None and handshake.error in ("closed", "reset"):
            return replace(handshake, error="client_certificate_asked")
        if handshake.error in ("", "closed", "reset") and self.alert is not None:
            return replace(handshake, error="other:alert " + ALERTS.get(self.alert, str(self.alert)))
        return handshake


def context(overheard: Overheard) -> ssl.SSLContext:
    """Make a client context that speaks to anybody, down to TLS 1.0; what is too old or untrusted is judged after.

    Certificates are verified in `certificate.read`, before any secret is sent.
    """
    willing = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    willing.check_hostname = False
    willing.verify_mode = ssl.CERT_NONE
    willing.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    willing.set_ciphers("ALL:@SECLEVEL=0")
    _listen(
        willing, lambda _conn, direction, _version, kind, message, data: overheard.hear(direction, kind, message, data)
    )
    return willing


def _listen(willing: ssl.SSLContext, hear: Callable[[object, str, int, int, int, bytes], None]) -> None:
    """Let the messages of TLS be heard; only Python's own hook for debugging has them, and without it we hear less."""
    if hasattr(ssl.SSLContext, "_msg_callback"):
        setattr(willing, "_msg_callback", hear)  # noqa: B010 - no name that type checkers know


def handshake_error(error: BaseException) -> str:
    """Return the code of a failed handshake."""
    if isinstance(error, TimeoutError):
        return "time_out"
    if isinstance(error, ssl.SSLEOFError):
        return "closed"
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "").upper()
        if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG"):
            return "not_tls"
        if reason in (
            "UNSUPPORTED_PROTOCOL",
            "TLSV1_ALERT_PROTOCOL_VERSION",
            "NO_PROTOCOLS_AVAILABLE",
            "SSLV3_ALERT_HANDSHAKE_FAILURE",
            "NO_CIPHERS_AVAILABLE",
            "TLSV1_ALERT_INSUFFICIENT_SECURITY",
            "DH_KEY_TOO_SMALL",
        ):
            return "version" if "PROTOCOL" in reason else "cipher"
        if "CERTIFICATE_REQUIRED" in reason or reason == "SSLV3_ALERT_BAD_CERTIFICATE":
            return "client_certificate"
        return "other:" + reason.lower()[:60]
    if isinstance(error, ConnectionResetError):
        return "reset"
    if isinstance(error, ConnectionError | OSError):
        return "closed"
    return "other:" + type(error).__name__.lower()


def read_peer(
    transport: asyncio.BaseTransport | None, host: str, ca_file: Path | None, overheard: Overheard
) -> tuple[Handshake, Certificate | None]:
    """Read version, cipher and certificate from a transport that speaks TLS."""
    peer = transport.get_extra_info("ssl_object") if transport is not None else None
    if not isinstance(peer, ssl.SSLObject):
        return Handshake(error="closed"), None
    cipher = peer.cipher()
    chain = _chain(peer)
    now = datetime.datetime.now(datetime.UTC)
    certificate = read(chain, host, ca_file, now) if chain else None
    name = cipher[0] if cipher else ""
    bits = overheard.dh_bits if name.startswith(("DHE-", "ADH-")) else 0
    return Handshake(peer.version() or "", name, dh_bits=bits), certificate


def _chain(peer: ssl.SSLObject) -> list[bytes]:
    """Return the chain as the server sent it; public since Python 3.13, until then only in the object beneath."""
    public = getattr(peer, "get_unverified_chain", None)
    if public is not None:
        return list(public())
    beneath = getattr(peer, "_sslobj", None)
    chain = beneath.get_unverified_chain() if beneath is not None else None
    if chain:
        return [ssl.PEM_cert_to_DER_cert(certificate.public_bytes()) for certificate in chain]
    own = peer.getpeercert(binary_form=True)
    return [own] if own else []
