"""One attempt to connect, and how it ended, in the words of the system and of the routers on the way."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket  # noqa: TID251 - this is the room that may
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DIAL_SECONDS = 5.0
"""A lost SYN is sent again after 1 and after 3 s; what has not answered 2 s after that is filtered."""


class Reached(StrEnum):
    """How dialling ended."""

    CONNECTED = "connected"
    REFUSED = "refused"
    FILTERED = "filtered"
    RESET = "reset"
    UNREACHABLE = "unreachable"
    PROHIBITED = "prohibited"
    NO_ROUTE = "no_route"
    FORBIDDEN = "forbidden"


@dataclass(slots=True)
class Dialled:
    """One attempt to connect; `detail` is the guard's code or the system's own word."""

    address: str
    port: int
    reached: Reached
    took_ms: int = 0
    detail: str = ""
    sock: socket.socket | None = field(default=None, repr=False, compare=False)


def place(address: str, port: int) -> str:
    """Return `address:port`, an IPv6 address in brackets."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


_BY_ERRNO: Mapping[int, Reached] = {
    errno.ECONNREFUSED: Reached.REFUSED,
    errno.ECONNRESET: Reached.RESET,
    errno.ECONNABORTED: Reached.RESET,
    errno.ETIMEDOUT: Reached.FILTERED,
    errno.EHOSTUNREACH: Reached.UNREACHABLE,
    errno.ENETUNREACH: Reached.UNREACHABLE,
    errno.EHOSTDOWN: Reached.UNREACHABLE,
    errno.EACCES: Reached.UNREACHABLE,
    errno.EPERM: Reached.UNREACHABLE,
    errno.EADDRNOTAVAIL: Reached.NO_ROUTE,
    errno.EAFNOSUPPORT: Reached.NO_ROUTE,
}

_ICMP_PROHIBITED = {(2, 3, code) for code in (9, 10, 13)} | {(3, 1, code) for code in (1, 5, 6)}
"""(origin, type, code) of ICMP (RFC 792, RFC 1812 section 5.2.7.1) and ICMPv6 (RFC 4443) for "by order of a rule"."""
_RECVERR = {False: (socket.IPPROTO_IP, 11), True: (socket.IPPROTO_IPV6, 25)}
"""IP_RECVERR and IPV6_RECVERR, for which Python has no names."""


def new_socket(host: str) -> socket.socket:
    """Return a socket that does not block and that is told why a router turned its packets away (Linux: ip(7))."""
    six = ":" in host
    sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "MSG_ERRQUEUE"):
        sock.setsockopt(*_RECVERR[six], 1)
    return sock


async def connect(sock: socket.socket, host: str, port: int) -> tuple[Reached, str]:
    """Connect, and return how that ended with the system's own word for it."""
    try:
        async with asyncio.timeout(DIAL_SECONDS):
            await asyncio.get_running_loop().sock_connect(sock, (host, port))
    except TimeoutError:
        return Reached.FILTERED, ""
    except OSError as error:
        reached = _BY_ERRNO.get(error.errno or 0, Reached.UNREACHABLE)
        detail = errno.errorcode.get(error.errno or 0, "")
        if (said := _icmp(sock)) is not None:
            word = f"ICMP type {said[1]} code {said[2]}"
            return (Reached.PROHIBITED if said in _ICMP_PROHIBITED else reached), word
        if reached is Reached.UNREACHABLE and not has_route(host):
            reached = Reached.NO_ROUTE
        return reached, detail
    if hasattr(socket, "MSG_ERRQUEUE"):
        sock.setsockopt(*_RECVERR[":" in host], 0)
    return Reached.CONNECTED, ""


def _icmp(sock: socket.socket) -> tuple[int, int, int] | None:
    """Return (origin, type, code) of the ICMP message that ended an attempt; origin 2 is ICMP, 3 ICMPv6."""
    if not hasattr(socket, "MSG_ERRQUEUE"):
        return None
    try:
        _, ancillary, _, _ = sock.recvmsg(512, 512, socket.MSG_ERRQUEUE)
    except OSError:
        return None
    for level, kind, data in ancillary:
        if (level, kind) in _RECVERR.values() and len(data) >= 16:
            _, origin, type_, code = struct.unpack_from("=IBBB", data)
            if origin in (2, 3):
                return origin, type_, code
    return None


def acknowledge_at_once(transport: asyncio.BaseTransport) -> None:
    """Have what just came in acknowledged now (tcp(7), TCP_QUICKACK, which wears off and is asked for anew each time).

    A server that writes a reply line by line waits for it, 40 ms a reply.
    """
    sock = transport.get_extra_info("socket")
    if sock is not None and hasattr(socket, "TCP_QUICKACK"):
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def has_route(address: str) -> bool:
    """Tell whether this machine has a way towards an address; asks the routing table, sends nothing."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((address, 9))
        except OSError:
            return False
    return True
