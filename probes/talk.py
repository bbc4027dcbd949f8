"""Hold one SMTP conversation with one address, port and mode.

It says nothing after RCPT but QUIT, speaks only when it is its turn, and judges nothing.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import replace

from aiosmtplib.auth import auth_crammd5_verify, auth_login_encode, auth_plain_encode
from aiosmtplib.errors import SMTPException, SMTPResponseException, SMTPServerDisconnected, SMTPTimeoutError
from aiosmtplib.esmtp import parse_esmtp_extensions
from aiosmtplib.response import SMTPResponse

from probes.certificate import Certificate
from probes.dialogue import Dialogue, Ended, Exchange, Reply, natural
from probes.encryption import Handshake, context, handshake_error, read_peer
from probes.network import Dialled, Network, Reached
from probes.speakers import Speaker, speaker
from probes.target import Security, Target
from probes.wire import Wire, enhanced_code, readable

GREETING_SECONDS = 30.0
"""Servers delay their greeting on purpose: postscreen 6 to 15 s, sendmail 20 s; RFC 5321 4.5.3.2.1 allows 300."""
REPLY_SECONDS = 15.0
LOGIN_SECONDS = 25.0
"""A refused login is often slowed down on purpose."""
HANDSHAKE_SECONDS = 8.0
PROVOKED_SECONDS = 3.0


class _End(Exception):  # noqa: N818 - leaves `converse`'s stages; never leaves this file
    def __init__(self, ended: Ended) -> None:
        super().__init__(ended)
        self.ended = ended


async def dialogue(
    network: Network, target: Target, address: str, port: int, security: Security, *, login: bool = False
) -> Dialogue:
    """Hold the conversation with one place in one mode, once a run; `Blind` where the run has no connection left.

    Only with `login` is the run's password ever used; the check of the given settings alone asks for that.
    """
    key = ("dialogue", target.host.name, address, port, security)
    return await network.once(
        key, lambda: _Conversation(network, target, (address, port), security, login=login).hold()
    )


async def provoke(network: Network, silent: Dialogue) -> Dialogue:
    """Hear who it is that kept silent and speaks no TLS: some only answer when spoken to, as a web server does.

    Only for a peer that has already answered a TLS greeting with something else; nobody else is spoken to first.
    """
    dialled = await network.dial(silent.address, silent.port)
    if dialled.sock is None:
        return silent
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(PROVOKED_SECONDS):
            await loop.sock_sendall(dialled.sock, b"EHLO smtp-help\r\n\r\n")
            first = await loop.sock_recv(dialled.sock, 512)
    except (OSError, TimeoutError):
        return silent
    finally:
        network.hang_up(dialled)
    return replace(silent, speaker=speaker(first), first=readable(first)[:200])


class _Conversation:
    """The stages of one conversation, each a method; state lives as long as the connection."""

    def __init__(
        self, network: Network, target: Target, place: tuple[str, int], security: Security, *, login: bool
    ) -> None:
        self.network, self.target = network, target
        self.address, self.port = place
        self.security = natural(self.port) if security is Security.AUTO else security
        self.may_log_in = login
        self.asked = security
        self.stage = "connect"
        self.wire = Wire(network.at_ms)
        self.exchanges: list[Exchange] = []
        self.handshake: Handshake | None = None
        self.certificate: Certificate | None = None
        self.clear: Mapping[str, str] | None = None
        self.capabilities: Mapping[str, str] | None = None
        self.clear_mechanisms: tuple[str, ...] = ()
        self.mechanisms: tuple[str, ...] = ()
        self.tried: list[str] = []

    async def hold(self) -> Dialogue:
        began = self.network.at_ms()
        names = () if self.target.host.address else await self._names()
        dialled = await self.network.dial(self.address, self.port, names=names)
        ended = Ended.NOT_REACHED
        if dialled.reached is Reached.CONNECTED:
            try:
                await self._stages(dialled)
                ended = Ended.FINISHED
            except _End as end:
                ended = end.ended
            finally:
                self.wire.abort()
                self.network.hang_up(dialled)
        first = bytes(self.wire.first)
        return Dialogue(
            address=self.address,
            port=self.port,
            security=self.security,
            dialled=replace(dialled, sock=None),
            ended=ended,
            ended_at="" if ended is Ended.FINISHED else self.stage,
            exchanges=tuple(self.exchanges),
            speaker=speaker(first),
            first=readable(first)[:200],
            handshake=self.handshake,
            certificate=self.certificate,
            clear=self.clear,
            capabilities=self.capabilities,
            clear_mechanisms=self.clear_mechanisms,
            mechanisms=self.mechanisms,
            tried=tuple(self.tried),
            transcript=tuple(self.wire.lines),
            took_ms=self.network.at_ms() - began,
        )

    async def _names(self) -> tuple[str, ...]:
        kind = "AAAA" if ":" in self.address else "A"
        answer = await self.network.lookup(self.target.host.name, kind)
        return (self.target.host.name, *answer.chain)

    async def _stages(self, dialled: Dialled) -> None:
        self.wire.note("connect", f"connected to {self.address} port {self.port} after {dialled.took_ms} ms")
        implicit = self.security is Security.TLS
        await self._open(dialled, implicit=implicit)
        greeting = await self._reply("greeting", self._greeting())
        self.network.happening("greeted", self.address, self.port, self.asked).set()
        if speaker(bytes(self.wire.first)) not in (Speaker.SMTP, Speaker.OTHER):
            raise _End(Ended.INCOMING)
        if greeting.code != 220:
            await self._part(Ended.REFUSED)
        await self._hello("ehlo_tls" if implicit else "ehlo")
        if not implicit and self.security is not Security.NONE:
            await self._starttls()
        await self._login()
        await self._envelope()
        await self._quit()

    async def _greeting(self) -> SMTPResponse:
        """Wait long, but no longer than it takes to learn from another connection that nobody will greet here."""
        reading = asyncio.ensure_future(self.wire.protocol.read_response(GREETING_SECONDS))
        known = asyncio.ensure_future(self.network.happening("pointless", self.address, self.port).wait())
        try:
            await asyncio.wait({reading, known}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                raise SMTPTimeoutError("something else speaks here")
            return reading.result()
        finally:
            reading.cancel()
            known.cancel()
            await asyncio.gather(reading, known, return_exceptions=True)

    async def _open(self, dialled: Dialled, *, implicit: bool) -> None:
        sock = dialled.sock
        loop = asyncio.get_running_loop()
        if implicit:
            self.stage = "tls"
        try:
            await asyncio.wait_for(
                loop.create_connection(
                    lambda: self.wire.protocol,
                    sock=sock,
                    ssl=context() if implicit else None,
                    server_hostname=self._sni() if implicit else None,
                    ssl_handshake_timeout=HANDSHAKE_SECONDS if implicit else None,
                ),
                HANDSHAKE_SECONDS + 1,
            )
        except (OSError, TimeoutError, ssl.SSLError) as error:
            self._handshake_failed(error)
        if implicit:
            self._encrypted()

    def _sni(self) -> str:
        return self.target.host.name

    def _handshake_failed(self, error: BaseException) -> None:
        self.handshake = Handshake(error=handshake_error(error))
        self.wire.note("tls", f"TLS failed: {self.handshake.error}")
        raise _End(Ended.TLS_FAILED) from error

    def _encrypted(self) -> None:
        self.handshake, self.certificate = read_peer(
            self.wire.protocol.transport, self.target.host.name, self.network.vantage.ca_file
        )
        self.wire.note("tls", f"{self.handshake.version}, {self.handshake.cipher}")

    async def _reply(self, stage: str, waiting: object, command: str = "") -> Reply:
        """Wait for one reply; a peer that closes, resets, keeps silent or talks nonsense ends the conversation."""
        self.stage = stage
        self.wire.stage = stage
        began = self.network.at_ms()
        assert asyncio.iscoroutine(waiting)  # noqa: S101 - for the type checker
        try:
            response: SMTPResponse = await waiting
        except SMTPTimeoutError:
            self.wire.note(stage, "no answer in time")
            raise _End(Ended.SILENT) from None
        except SMTPServerDisconnected as error:
            reset = isinstance(error.__cause__, ConnectionResetError)
            self.wire.note(stage, "the server reset the connection" if reset else "the server closed the connection")
            raise _End(Ended.RESET if reset else Ended.CLOSED) from None
        except SMTPResponseException as error:
            if error.code < 200:
                raise _End(Ended.GARBLED) from None
            response = SMTPResponse(error.code, error.message)
        except (SMTPException, OSError, RuntimeError):
            raise _End(Ended.CLOSED) from None
        text = readable(response.message.encode("utf-8", "replace"))[:2000]
        reply = Reply(response.code, text, enhanced_code(response.code, text))
        self.exchanges.append(Exchange(stage, command, reply, self.network.at_ms() - began))
        if not 200 <= reply.code <= 599:
            raise _End(Ended.GARBLED)
        return reply

    async def _say(self, stage: str, *words: str, secret: bool = False, seconds: float = REPLY_SECONDS) -> Reply:
        shown = words[0] + " ***" if secret else " ".join(words)
        self.wire.secret = shown if secret else None
        encoded = tuple(word.encode("utf-8") for word in words)
        return await self._reply(stage, self.wire.protocol.execute_command(*encoded, timeout=seconds), shown)

    async def _part(self, ended: Ended) -> None:
        """Say QUIT as one should, and end."""
        stage = self.stage
        await self._quit()
        self.stage = stage
        raise _End(ended)

    async def _quit(self) -> None:
        try:
            await self._say("quit", "QUIT", seconds=2)
        except _End:
            self.exchanges = [e for e in self.exchanges if e.stage != "quit"]

    def _own_name(self) -> str:
        return self.network.vantage.ehlo_name or self.network.vantage.name

    async def _hello(self, stage: str) -> None:
        reply = await self._say(stage, "EHLO", self._own_name())
        if reply.code in (500, 501, 502, 504, 550, 554):
            again = await self._say("helo", "HELO", self._own_name())
            if again.code != 250:
                await self._part(Ended.REFUSED)
            self.capabilities = {}
            return
        if reply.code != 250:
            await self._part(Ended.REFUSED)
        extensions, methods = parse_esmtp_extensions(reply.text)
        mechanisms = tuple(dict.fromkeys(method.upper() for method in methods))
        if stage == "ehlo":
            self.clear, self.clear_mechanisms = extensions, mechanisms
        self.capabilities, self.mechanisms = extensions, mechanisms

    async def _starttls(self) -> None:
        if "starttls" not in (self.capabilities or {}):
            if self.security is Security.STARTTLS:
                self.stage = "starttls"
                await self._part(Ended.NO_STARTTLS)
            return
        self.wire.stage = "starttls"
        self.stage = "starttls"
        began = self.network.at_ms()
        try:
            response = await self.wire.protocol.start_tls(
                context(), server_hostname=self._sni(), timeout=HANDSHAKE_SECONDS
            )
        except SMTPResponseException as error:
            text = readable(error.message.encode("utf-8", "replace"))[:2000]
            reply = Reply(error.code, text, enhanced_code(error.code, text))
            self.exchanges.append(Exchange("starttls", "STARTTLS", reply, self.network.at_ms() - began))
            if error.code < 200:
                raise _End(Ended.GARBLED) from None
            await self._part(Ended.REFUSED)
        except (SMTPException, OSError, ssl.SSLError, TimeoutError) as error:
            self.stage = "tls"
            self._handshake_failed(error.__cause__ or error)
        else:
            reply = Reply(response.code, readable(response.message.encode("utf-8", "replace"))[:2000])
            self.exchanges.append(Exchange("starttls", "STARTTLS", reply, self.network.at_ms() - began))
        self.stage = "tls"
        self._encrypted()
        await self._hello("ehlo_tls")

    async def _login(self) -> None:
        """Log in with the one best method, once; never over an unencrypted or unproven connection unasked."""
        password, user = self.network.password, self.target.user_name
        if password is None or not user or not self.may_log_in:
            return
        proven = self.handshake is not None and self.certificate is not None and not self.certificate.failures
        if not proven and self.security is not Security.NONE:
            return
        method = next((m for m in ("PLAIN", "LOGIN", "CRAM-MD5") if m in self.mechanisms), None)
        if method is None:
            return
        self.tried.append(method)
        match method:
            case "PLAIN":
                encoded = auth_plain_encode(user, password).decode()
                reply = await self._say("auth", "AUTH PLAIN", encoded, secret=True, seconds=LOGIN_SECONDS)
            case "LOGIN":
                name, secret = (part.decode() for part in auth_login_encode(user, password))
                reply = await self._say("auth", "AUTH", "LOGIN")
                if reply.code == 334:
                    reply = await self._say("auth", name, secret=True)
                if reply.code == 334:
                    reply = await self._say("auth", secret, secret=True, seconds=LOGIN_SECONDS)
            case _:
                reply = await self._say("auth", "AUTH", "CRAM-MD5")
                if reply.code == 334:
                    proof = auth_crammd5_verify(user, password, reply.text.split()[-1]).decode()
                    reply = await self._say("auth", proof, secret=True, seconds=LOGIN_SECONDS)
        if reply.code != 235:
            await self._part(Ended.REFUSED)

    async def _envelope(self) -> None:
        """Try the sender and the recipient; nothing is said after RCPT but RSET and QUIT."""
        logged_in = self.may_log_in or self.target.login != "yes"
        if not logged_in or not (self.target.sender or self.target.recipient or self.target.login == "no"):
            return  # beside the given settings no login is made, so what lies behind one is not asked
        sender, recipient = self.target.sender or "", self.target.recipient
        words = [f"MAIL FROM:<{sender}>"]
        offered = self.capabilities or {}
        if self.target.message_size and "size" in offered:
            words.append(f"SIZE={self.target.message_size}")
        if not (sender + (recipient or "")).isascii() and "smtputf8" in offered:
            words.append("SMTPUTF8")
        reply = await self._say("mail_from", *words)
        if reply.code != 250:
            await self._part(Ended.REFUSED)
        if not recipient:
            return
        reply = await self._say("rcpt_to", f"RCPT TO:<{recipient}>")
        if reply.code not in (250, 251, 252):
            await self._part(Ended.REFUSED)
