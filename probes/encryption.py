"""The TLS half of a conversation: a handshake that is willing, and the facts read from it afterwards."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from probes.certificate import Certificate, read


@dataclass(frozen=True, slots=True)
class Handshake:
    """What was agreed on; `error` is the code of a failure: not_tls, version, cipher, closed, time_out, other:..."""

    version: str = ""
    cipher: str = ""
    error: str = ""


@cache
def context() -> ssl.SSLContext:
    """Make a client context that speaks to anybody, down to TLS 1.0; what is too old or untrusted is judged after.

    Certificates are verified in `certificate.read`, before any secret is sent.
    """
    willing = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    willing.check_hostname = False
    willing.verify_mode = ssl.CERT_NONE
    willing.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    willing.set_ciphers("ALL:@SECLEVEL=0")
    return willing


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
    transport: asyncio.BaseTransport | None, host: str, ca_file: Path | None
) -> tuple[Handshake, Certificate | None]:
    """Read version, cipher and certificate from a transport that speaks TLS."""
    peer = transport.get_extra_info("ssl_object") if transport is not None else None
    if not isinstance(peer, ssl.SSLObject):
        return Handshake(error="closed"), None
    cipher = peer.cipher()
    chain = _chain(peer)
    now = datetime.datetime.now(datetime.UTC)
    certificate = read(chain, host, ca_file, now) if chain else None
    return Handshake(peer.version() or "", cipher[0] if cipher else ""), certificate


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
