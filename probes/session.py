"""One open connection as a conversation uses it: laid open, encrypted, said to, listened to, and ended with a reason.

What is said when, and what it means, is another's; here is how it is said, and how it can end.
"""

from __future__ import annotations

import asyncio
import importlib
import ssl
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from probes.certificate import Certificate
from probes.dialogue import Ended, Exchange, Reply
from probes.encryption import Handshake, Overheard, context, handshake_error, read_peer
from probes.network import Dialled, Network
from probes.target import Target
from probes.wire import Wire, enhanced_code

REPLY_SECONDS = 25.0
"""A tarpit holds each reply back for up to 20 s; RFC 5321 section 4.5.3.2 allows five minutes."""
ASIDE_SECONDS = 5.0
"""The same for a question beside the way, whose answer is no more than a hint."""
HANDSHAKE_SECONDS = 8.0


class End(Exception):  # noqa: N818 - how a stage leaves a conversation; never leaves the conversation
    """The conversation ends here."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended)
        self.ended = ended


class Session:
    """The wire, what was exchanged on it, and what TLS brought; every method may raise `End`."""

    def __init__(self, network: Network, target: Target) -> None:
        self.network, self.target = network, target
        self.stage = "connect"
        self.wire = Wire(network.at_ms)
        self.exchanges: list[Exchange] = []
        self.handshake: Handshake | None = None
        self.certificate: Certificate | None = None
        self.overheard = Overheard()
        self.instead: dict[str, str] = {}

    async def open(self, dialled: Dialled, *, implicit: bool) -> None:
        """Lay the wire over the socket, and TLS first of all where the mode is so."""
        if implicit:
            self.stage = self.wire.stage = "tls"
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                await asyncio.get_running_loop().create_connection(
                    lambda: self.wire,
                    sock=dialled.sock,
                    ssl=context(self.overheard) if implicit else None,
                    server_hostname=self.target.host.name if implicit else None,
                    ssl_handshake_timeout=HANDSHAKE_SECONDS + 5 if implicit else None,
                )
        except (OSError, ssl.SSLError) as error:
            self._handshake_failed(error)

    async def encrypt(self) -> None:
        """Do the TLS handshake in the middle of the conversation."""
        try:
            await self.wire.encrypt(context(self.overheard), self.target.host.name, HANDSHAKE_SECONDS)
        except (OSError, ssl.SSLError, EOFError) as error:
            self.stage = "tls"
            self._handshake_failed(error)

    def _handshake_failed(self, error: BaseException) -> NoReturn:
        self._refused(Handshake(error=handshake_error(error)))

    def _refused(self, handshake: Handshake) -> NoReturn:
        self.handshake = self.overheard.refused(handshake)
        self.wire.note("tls", f"TLS failed: {self.handshake.error}")
        raise End(Ended.TLS_FAILED)

    def _torn(self, stage: str, ended: Ended) -> NoReturn:
        """End where the peer did; TLS 1.3 has a server refuse us only once the handshake stands for us."""
        first = not any(one.stage == stage for one in self.exchanges) and stage in ("greeting", "ehlo_tls")
        if first and (self.overheard.alert is not None or self.overheard.asks_certificate):
            self._refused(Handshake(error="closed" if ended is Ended.CLOSED else "reset"))
        self.wire.note(stage, f"the server {'closed' if ended is Ended.CLOSED else 'reset'} the connection")
        raise End(ended)

    def read_certificate(self) -> None:
        """Read what TLS brought; that is work, for which there is a better time than the handshake."""
        self.handshake, self.certificate = read_peer(
            self.wire.transport, self.target.host.name, self.network.vantage.ca_file, self.overheard
        )
        self.wire.note("tls", f"{self.handshake.version}, {self.handshake.cipher}")

    def load_later(self, module: str) -> None:
        """Load what reads certificates while an answer is awaited; it takes about as long as one."""
        asyncio.get_running_loop().call_later(0.003, importlib.import_module, module)

    async def hear(self, stage: str, waiting: Awaitable[tuple[int, str]], command: str = "") -> Reply:
        """Wait for one reply; a peer that closes, resets, keeps silent or talks nonsense ends the conversation."""
        self.stage = self.wire.stage = stage
        began = self.network.at_ms()
        try:
            code, text = await waiting
        except TimeoutError:
            self.wire.note(stage, "no answer in time")
            raise End(Ended.SILENT) from None
        except ConnectionResetError:
            self._torn(stage, Ended.RESET)
        except EOFError:
            self._torn(stage, Ended.CLOSED)
        except ValueError:
            raise End(Ended.GARBLED) from None
        reply = Reply(code, text[:2000], enhanced_code(code, text))
        self.exchanges.append(Exchange(stage, command, reply, self.network.at_ms() - began))
        if not 200 <= code <= 599:
            raise End(Ended.GARBLED)
        return reply

    def begin(self, stage: str, *commands: str, shown: str = "") -> None:
        """Say commands in one write, without waiting for their replies."""
        self.stage = self.wire.stage = stage
        self.wire.say(*(command.encode("utf-8") for command in commands), shown=shown)

    async def say(self, stage: str, command: str, *, shown: str = "", seconds: float = REPLY_SECONDS) -> Reply:
        """Say one command and hear its reply."""
        self.begin(stage, command, shown=shown)
        return await self.hear(stage, self.wire.reply(seconds), shown or command)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Ask something beside the way: whatever comes of it, the conversation stands where it stood."""
        stage = self.stage
        with suppress(End):
            yield
        self.stage = stage

    def part(self, ended: Ended) -> NoReturn:
        """Say QUIT as one should, and end."""
        self.quit()
        raise End(ended)

    def quit(self) -> None:
        """Say QUIT; its answer is not waited for, since nothing hangs on it."""
        self.wire.stage = "quit"
        self.wire.say(b"QUIT")
