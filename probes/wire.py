"""The bytes of one conversation: aiosmtplib's protocol with a tee, bounded, and made readable for a transcript."""

from __future__ import annotations

import re
from collections.abc import Callable

from aiosmtplib.protocol import SMTPProtocol

from probes.findings import Line

MOST_BYTES = 256 * 1024
"""A peer that says more than this in one conversation is cut off."""
MOST_LINES = 200
LONGEST_LINE = 500
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def readable(data: bytes) -> str:
    """Return a stranger's bytes as text: decoded with replacement, control characters gone, line breaks kept."""
    return CONTROL.sub("", data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n"))


def enhanced_code(code: int, text: str) -> str | None:
    """Return the enhanced code that opens a reply (RFC 2034), only where its class fits the reply code."""
    match = ENHANCED.search(text[:60].lstrip("#<[( "))
    return match[1] if match and match.start() <= 1 and match[1][0] == str(code)[0] else None


class _Tee(SMTPProtocol):
    """aiosmtplib's protocol, telling a Wire what goes through it."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    def data_received(self, data: bytes) -> None:
        self._wire.heard(data)
        if self._wire.bytes_heard > MOST_BYTES:
            self._wire.abort()
            return
        super().data_received(data)

    def write(self, data: bytes) -> None:
        super().write(data)
        self._wire.said(data)


class Wire:
    """One connection's bytes: the first ones as they came, and a transcript without secrets."""

    def __init__(self, at_ms: Callable[[], int]) -> None:
        self._at_ms = at_ms
        self._protocol: _Tee | None = None
        self._rest = b""
        self.first = bytearray()
        self.bytes_heard = 0
        self.lines: list[Line] = []
        self.stage = "greeting"
        self.secret: str | None = None
        """What is shown in place of the command being said, where that holds a secret."""

    @property
    def protocol(self) -> SMTPProtocol:
        """Return the protocol, made where a loop runs."""
        self._protocol = self._protocol or _Tee(self)
        return self._protocol

    def note(self, stage: str, text: str) -> None:
        """Add a remark of our own."""
        self._add(stage, "*", text)

    def heard(self, data: bytes) -> None:
        """Take note of bytes from the peer."""
        self.bytes_heard += len(data)
        if len(self.first) < 512:
            self.first += data[: 512 - len(self.first)]
        *whole, rest = (self._rest + data[: 64 * 1024]).split(b"\n")
        self._rest = rest[:4096]
        for line in whole:
            self._add(self.stage, "<", readable(line))

    def said(self, data: bytes) -> None:
        """Take note of a command of ours."""
        self._add(self.stage, ">", self.secret or readable(data).strip())
        self.secret = None

    def _add(self, stage: str, direction: str, text: str) -> None:
        if len(self.lines) < MOST_LINES:
            self.lines.append(Line(stage, self._at_ms(), direction, text[:LONGEST_LINE]))

    def abort(self) -> None:
        """End the connection at once."""
        transport = self._protocol.transport if self._protocol is not None else None
        if transport is not None:
            abort = getattr(transport, "abort", transport.close)
            abort()
