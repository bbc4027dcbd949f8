"""The bytes of one conversation: lines in, commands out, bounded, and made readable for a transcript.

It believes nothing that a peer sends, keeps whatever came before it was asked for apart, and judges nothing. It is a
protocol of its own since aiosmtplib's cannot send commands in groups (RFC 2920) and drops what comes unasked.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import deque
from collections.abc import Callable

from probes.findings import Line
from probes.network.dialling import acknowledge_at_once

MOST_BYTES = 64 * 1024
"""A peer that says more than this in one conversation is cut off; a long EHLO reply has a few thousand."""
MOST_REPLY_LINES = 200
LONGEST_LINE = 4096
MOST_LINES = 200
"""Lines of a transcript, and characters of each."""
LONGEST_SHOWN = 500
PARTING_SECONDS = 2.0
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
UNSAYABLE = re.compile(rb"[\x00-\x1f\x7f]")
"""What no command may hold: with a line break in it, it would be two."""
_REPLY = re.compile(rb"(\d{3})(?:([- ])(.*))?\Z", re.DOTALL)


def readable(data: bytes) -> str:
    """Return a stranger's bytes as text: decoded with replacement, control characters gone, line breaks kept."""
    return CONTROL.sub("", data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n"))


def enhanced_code(code: int, text: str) -> str | None:
    """Return the enhanced code that opens a reply (RFC 2034), only where its class fits the reply code."""
    match = ENHANCED.search(text[:60].lstrip("#<[( "))
    return match[1] if match and match.start() <= 1 and match[1][0] == str(code)[0] else None


class Wire(asyncio.Protocol):
    """One connection: replies read from it, commands said on it, its first bytes, and a transcript without secrets."""

    def __init__(self, at_ms: Callable[[], int]) -> None:
        self._at_ms = at_ms
        self._whole: deque[bytes] = deque()
        self._rest = bytearray()
        self._texts: list[bytes] = []
        self._over: Exception | None = None
        self._news: asyncio.Future[None] | None = None
        self.transport: asyncio.Transport | None = None
        self.first = bytearray()
        self.bytes_heard = 0
        self.lines: list[Line] = []
        self.stage = "greeting"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (of TLS too, where TLS comes first)."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what TCP gives
        self.transport = transport
        acknowledge_at_once(transport)

    def data_received(self, data: bytes) -> None:
        """Take bytes in, up to the limit."""
        if self.transport is not None:
            acknowledge_at_once(self.transport)
        taken = data[: max(0, MOST_BYTES - self.bytes_heard)]
        self.bytes_heard += len(data)
        if len(self.first) < 512:
            self.first += taken[: 512 - len(self.first)]
        *whole, rest = taken.split(b"\n")
        for line in whole:
            self._rest += line[: LONGEST_LINE - len(self._rest)]
            self._take_line()
        self._rest += rest[: LONGEST_LINE - len(self._rest)]
        if self.bytes_heard > MOST_BYTES:
            self._end(ValueError("it says more than any mail server"))
            self.abort()
        self._wake()

    def _take_line(self) -> None:
        line = bytes(self._rest).rstrip(b"\r")
        self._rest.clear()
        self._whole.append(line)
        self._add(self.stage, "<", readable(line))

    def eof_received(self) -> bool:
        """End as the peer does; what it left without an end of line was its last line."""
        if self._rest:
            self._take_line()
        self._end(EOFError("closed"))
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note how it ended: closed in order, or reset."""
        self._end(exc if isinstance(exc, ConnectionResetError) else EOFError("closed"))
        self.transport = None

    def _end(self, reason: Exception) -> None:
        self._over = self._over or reason
        self._wake()

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    async def reply(self, seconds: float) -> tuple[int, str]:
        """Return the code and text of the next reply, its lines joined by line breaks.

        Raises TimeoutError (silent), ConnectionResetError, EOFError (closed) or ValueError (no reply of SMTP's).
        """
        async with asyncio.timeout(seconds):
            while (said := self._next_reply()) is None:
                if self._over is not None:
                    raise self._over
                self._news = asyncio.get_running_loop().create_future()
                await self._news
        return said

    def _next_reply(self) -> tuple[int, str] | None:
        """Read the lines at hand up to the one that ends a reply (RFC 5321 section 4.2)."""
        while self._whole:
            line = self._whole.popleft()
            match = _REPLY.match(line)
            if match is None and not self._texts:
                raise ValueError("no reply")
            # A line without a code inside a longer reply is a server's slip that mail programs live with.
            if len(self._texts) < MOST_REPLY_LINES:
                self._texts.append((match[3] or b"") if match else line)
            if match is not None and match[2] != b"-":
                text = readable(b"\n".join(part.strip() for part in self._texts))
                self._texts.clear()
                return int(match[1]), text
        return None

    def say(self, *commands: bytes, shown: str = "") -> None:
        """Send commands in one write; `shown` stands in the transcript where they hold a secret.

        What came unasked is dropped first, but for an error, which is the answer to whatever comes next (RFC 5321
        section 3.8: 421 may come at any time). A connection that is over says so at the next `reply`.
        """
        while self._whole and self._whole[0][:1] not in (b"4", b"5"):
            self._whole.popleft()
        if self.transport is not None and not self.transport.is_closing():
            for command in commands:
                self._add(self.stage, ">", shown or readable(command))
            self.transport.write(b"".join(UNSAYABLE.sub(b"?", command) + b"\r\n" for command in commands))
            acknowledge_at_once(self.transport)

    async def encrypt(self, context: ssl.SSLContext, name: str, seconds: float) -> None:
        """Do the TLS handshake in the middle of a conversation; raises what asyncio and OpenSSL raise."""
        if self.transport is None:
            raise EOFError("closed")
        self._whole.clear()  # what was said in clear after the reply to STARTTLS must not count afterwards
        self._rest.clear()
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(seconds):
            secured = await loop.start_tls(
                self.transport, self, context, server_hostname=name, ssl_handshake_timeout=seconds + 5
            )
        if secured is None:  # it ended in the same moment
            raise EOFError("closed")
        self.transport = secured

    def note(self, stage: str, text: str) -> None:
        """Add a remark of our own."""
        self._add(stage, "*", text)

    def _add(self, stage: str, direction: str, text: str) -> None:
        if len(self.lines) < MOST_LINES:
            self.lines.append(Line(stage, self._at_ms(), direction, text[:LONGEST_SHOWN]))

    async def gone(self) -> None:
        """Wait a little for the peer to close, as it does after QUIT."""
        try:
            async with asyncio.timeout(PARTING_SECONDS):
                while self._over is None:
                    self._news = asyncio.get_running_loop().create_future()
                    await self._news
        except TimeoutError:
            pass

    def abort(self) -> None:
        """End the connection at once; what was said before is still sent."""
        if self.transport is not None:
            self.transport.abort()
