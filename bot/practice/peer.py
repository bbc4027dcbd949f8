"""A raw peer that does exactly what its script says: bytes by command, delays by event, never by time."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeAlias

from bot.practice.doors import Door, Visit, listening


class Do(Enum):
    """What a step does beside sending bytes or waiting for an event."""

    CLOSE = auto()
    """End the connection in good order."""
    RESET = auto()
    """End it with a TCP reset."""
    SILENCE = auto()
    """Say nothing more; the connection stays open until the visitor goes."""
    TLS = auto()
    """Do the TLS handshake with `Script.tls` and go on with `Script.after_tls` (or the same script)."""


Reply: TypeAlias = bytes | Sequence[bytes | asyncio.Event | Do]
"""Bytes to send, or steps in order: bytes are sent, an event is waited for, a `Do` is done."""

POLITE: Mapping[str, Reply] = {
    "EHLO": b"250-peer.test\r\n250 SIZE 1000000\r\n",
    "HELO": b"250 peer.test\r\n",
    "MAIL": b"250 2.1.0 Sender ok\r\n",
    "RCPT": b"250 2.1.5 Recipient ok\r\n",
    "RSET": b"250 2.0.0 Reset\r\n",
    "NOOP": b"250 2.0.0 Ok\r\n",
    "QUIT": (b"221 2.0.0 Bye\r\n", Do.CLOSE),
}
NOT_KNOWN = b"502 5.5.1 Command not known\r\n"
LONGEST_LINE = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What the peer says.

    `greeting` None waits for the visitor's first line instead. `replies` maps a verb in capitals to its
    reply and goes before the polite ones; `"*"` answers every verb not named in `replies`.
    """

    greeting: Reply | None = b"220 peer.test ESMTP\r\n"
    replies: Mapping[str, Reply] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    after_tls: Script | None = None

    def reply(self, verb: str) -> Reply:
        """Return the reply to `verb`."""
        if verb in self.replies:
            return self.replies[verb]
        return self.replies.get("*") or POLITE.get(verb, NOT_KNOWN)


class Line(asyncio.StreamReaderProtocol):
    """A stream that tees what comes in, and whose end is the end of both directions."""

    def __init__(self, visit: Visit, script: Script) -> None:
        self._visit = visit
        self._script = script
        super().__init__(asyncio.StreamReader(limit=LONGEST_LINE), self._opened)

    def _opened(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._visit.keep(asyncio.get_running_loop().create_task(_play(self._script, reader, writer)))

    def data_received(self, data: bytes) -> None:
        """Take the bytes down, and read them."""
        self._visit.hear(data)
        super().data_received(data)

    def eof_received(self) -> bool:
        """Close when the visitor does; over TLS nothing else is possible."""
        super().eof_received()
        return False


class _Over(Exception):  # noqa: N818 - no error: the script has come to its end
    """The script ends the connection here."""


async def _play(script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with suppress(_Over, OSError, ValueError):  # ValueError: a line longer than any that is spoken here
            if script.greeting is not None:
                script = await _act(script.greeting, script, writer)
            while line := await reader.readline():
                verb = line.split(None, 1)[0].decode("ascii", "replace").upper() if line.strip() else ""
                script = await _act(script.reply(verb), script, writer)
    finally:
        writer.close()


async def _act(reply: Reply, script: Script, writer: asyncio.StreamWriter) -> Script:
    for step in (reply,) if isinstance(reply, bytes) else reply:
        if isinstance(step, bytes):
            writer.write(step)
            await writer.drain()
        elif isinstance(step, asyncio.Event):
            await step.wait()
        elif step is Do.CLOSE:
            raise _Over
        elif step is Do.RESET:
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            raise _Over
        elif step is Do.SILENCE:
            await asyncio.get_running_loop().create_future()
        elif step is Do.TLS:
            if script.tls is None:
                raise _Over
            await writer.start_tls(script.tls)
            script = script.after_tls or script
    return script


class Peer:
    """A scripted peer that listens; `heard` is what each connection said."""

    def __init__(self, door: Door) -> None:
        self.door = door

    @property
    def address(self) -> str:
        """Where it listens."""
        return self.door.address

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self.door.port

    @property
    def met(self) -> int:
        """How many connections came."""
        return self.door.met

    @property
    def heard(self) -> list[bytes]:
        """What each connection said, in the order of their coming."""
        return self.door.heard

    async def until(self, verb: str) -> None:
        """Wait until a line that begins with `verb` came in."""
        start = verb.encode().upper()
        while not any(line.upper().startswith(start) for said in self.heard for line in said.splitlines()):
            await self.door.news()


@asynccontextmanager
async def peer(
    script: Script, *, address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Peer]:
    """Play `script` to everyone who comes; `tls` is for TLS from the first byte, `script.tls` for STARTTLS."""
    async with listening(lambda visit: Line(visit, script), address=address, port=port, tls=tls) as door:
        yield Peer(door)
