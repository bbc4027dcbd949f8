"""A small name server over UDP and TCP that serves a zone of plain data, its failures included."""

from __future__ import annotations

import asyncio
import errno
import struct
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from bot.practice.doors import Visit, listening

TTL = 60
LONGEST_CHAIN = 8
LONGEST_DATAGRAM = 1232
TRIES_FOR_A_PORT = 50


@dataclass(frozen=True, slots=True)
class Failing:
    """How a lookup fails: a response code, with an extended error (RFC 8914) where `extended` is given."""

    rcode: str
    extended: int | None = None


SILENT = Failing("SILENT")
"""Never answered."""
SERVFAIL = Failing("SERVFAIL")
REFUSED = Failing("REFUSED")
NXDOMAIN = Failing("NXDOMAIN")
BOGUS = Failing("SERVFAIL", extended=6)
"""What a validating resolver says of a bogus DNSSEC signature (RFC 8914 section 4.7)."""

Records: TypeAlias = Mapping[str, Sequence[str] | Failing]
"""Record type -> texts as in a zone file, or how this type fails."""
Zone: TypeAlias = Mapping[str, Records | Failing]
"""Name (lower case, no dot at the end) -> its records, or how every lookup of it fails; `*.a.test` is a wildcard."""

ROOT_SOA = "a.root-servers.net. nstld.verisign-grs.com. 2026010100 1800 900 604800 60"


def answer(zone: Zone, query: dns.message.Message) -> dns.message.Message | None:
    """Return what a resolver would answer out of `zone`, or nothing where the name is silent."""
    response = dns.message.make_response(query, recursion_available=True)
    if not query.question:
        response.set_rcode(dns.rcode.FORMERR)
        return response
    name, kind = query.question[0].name, query.question[0].rdtype
    for _ in range(LONGEST_CHAIN):
        records = _records(zone, name)
        found = records if isinstance(records, Failing) else records and records.get(dns.rdatatype.to_text(kind))
        if isinstance(found, Failing):
            return _failed(response, found, zone, name)
        if records is None:
            return _failed(response, NXDOMAIN, zone, name)
        assert not isinstance(records, Failing)  # noqa: S101 - `found` would have been it
        if found:
            response.answer.append(dns.rrset.from_text_list(name, TTL, "IN", kind, found))
            return response
        alias = records.get("CNAME")
        if not alias or isinstance(alias, Failing):
            response.authority.append(_soa(zone, name))
            return response
        response.answer.append(dns.rrset.from_text_list(name, TTL, "IN", "CNAME", alias))
        name = dns.name.from_text(alias[0])
    return _failed(response, SERVFAIL, zone, name)  # a chain without an end: what resolvers say of it


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _records(zone: Zone, name: dns.name.Name) -> Records | Failing | None:
    text = _plain(name)
    if text in zone:
        return zone[text]
    if any(key.endswith("." + text) for key in zone):
        return {}  # nothing here, but below it: it exists (RFC 8020)
    parent = text.partition(".")[2]
    while parent:
        if f"*.{parent}" in zone:
            return zone[f"*.{parent}"]
        parent = parent.partition(".")[2]
    return None


def _soa(zone: Zone, name: dns.name.Name) -> dns.rrset.RRset:
    text = _plain(name)
    while text:
        records = zone.get(text, {})
        soa = None if isinstance(records, Failing) else records.get("SOA")
        if soa and not isinstance(soa, Failing):
            return dns.rrset.from_text_list(text + ".", TTL, "IN", "SOA", soa)
        text = text.partition(".")[2]
    return dns.rrset.from_text_list(".", TTL, "IN", "SOA", [ROOT_SOA])


def _failed(
    response: dns.message.Message, failing: Failing, zone: Zone, name: dns.name.Name
) -> dns.message.Message | None:
    if failing.rcode == SILENT.rcode:
        return None
    response.set_rcode(dns.rcode.from_text(failing.rcode))
    if failing.rcode == NXDOMAIN.rcode:
        response.authority.append(_soa(zone, name))
    if failing.extended is not None and response.edns >= 0:
        response.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode(failing.extended))], payload=LONGEST_DATAGRAM)
    return response


class NameServer:
    """A running name server: `where` is `address:port` for `--nameserver`, `lookups` what it was asked."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.address = ""
        self.port = 0
        self.lookups: list[tuple[str, str]] = []

    @property
    def where(self) -> str:
        """Address and port in one text."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    @classmethod
    @asynccontextmanager
    async def start(cls, zone: Zone, *, address: str = "127.0.0.1", port: int = 0) -> AsyncIterator[NameServer]:
        """Serve `zone` on (address, port), UDP and TCP alike; port 0 takes one that is free for both."""
        server = cls(zone)
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            for last in range(TRIES_FOR_A_PORT - 1, -1, -1):
                udp, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(server), local_addr=(address, port))
                server.address, server.port = udp.get_extra_info("sockname")[:2]
                try:
                    await stack.enter_async_context(
                        listening(lambda visit: _Stream(visit, server), address=address, port=server.port)
                    )
                except OSError as reason:
                    udp.abort()
                    if port or not last or reason.errno != errno.EADDRINUSE:
                        raise
                    continue
                stack.callback(udp.abort)
                break
            yield server
        await asyncio.sleep(0)  # the aborted socket closes in the next turn of the loop

    def reply(self, wire: bytes, longest: int | None = None) -> bytes | None:
        """Answer one message; nothing where it cannot be read or the name is silent."""
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        for question in query.question:
            self.lookups.append((_plain(question.name), dns.rdatatype.to_text(question.rdtype)))
        response = answer(self.zone, query)
        if response is None:
            return None
        if longest is None:
            return response.to_wire()
        room = max(512, min(query.payload, longest)) if query.edns >= 0 else 512
        try:
            return response.to_wire(max_size=room)
        except dns.exception.TooBig:
            cut = dns.message.make_response(query, recursion_available=True)
            cut.flags |= dns.flags.TC
            return cut.to_wire()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # as asyncio's docs have it
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = self._server.reply(data, LONGEST_DATAGRAM)
        if reply is not None and self._transport is not None:
            self._transport.sendto(reply, addr)


class _Stream(asyncio.Protocol):
    """DNS over TCP (RFC 7766): two bytes of length before each message."""

    def __init__(self, visit: Visit, server: NameServer) -> None:
        self._visit = visit
        self._server = server
        self._rest = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what a TCP server gives
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._visit.hear(data)
        self._rest += data
        while len(self._rest) >= 2 and len(self._rest) >= 2 + (length := struct.unpack("!H", self._rest[:2])[0]):
            wire = bytes(self._rest[2 : 2 + length])
            del self._rest[: 2 + length]
            reply = self._server.reply(wire)
            if reply is not None and self._transport is not None:
                self._transport.write(struct.pack("!H", len(reply)) + reply)
