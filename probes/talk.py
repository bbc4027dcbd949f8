"""Hold one SMTP conversation with one address, port and mode.

It never says DATA, speaks only when it is its turn, and judges nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from probes import instead
from probes.addressing import envelope
from probes.asides import anybody, literal, lmtp, nobody, takes_mail, turned_away
from probes.dialogue import Dialogue, Ended, natural, offered
from probes.findings import Finding, Severity
from probes.leading import names_to
from probes.logins import METHODS, log_in
from probes.network import Dialled, Network, Reached, place
from probes.replies.rulebook import shipped
from probes.session import REPLY_SECONDS, End, Session
from probes.speakers import Speaker, speaker
from probes.target import Security, Target
from probes.vantage import INCOMING_PORTS
from probes.wire import readable

GREETING_SECONDS = 30.0
"""Servers delay their greeting on purpose: postscreen 6 to 15 s, sendmail 20 s; RFC 5321 4.5.3.2.1 allows 300."""
AWAITED_SECONDS = 2.5
"""After so long without a greeting the person is told what is waited for."""
PROVOKED_SECONDS = 2.0
_NOT_KNOWN = (500, 502)
"""Said of a command that is not known (RFC 5321 section 4.2.2)."""


async def dialogue(
    network: Network,
    target: Target,
    address: str,
    port: int,
    security: Security,
    *,
    login: bool = False,
    again: bool = False,
    wanted: Callable[[], Awaitable[bool]] | None = None,
) -> Dialogue:
    """Hold the conversation with one place in one mode, once a run; `Blind` where the run has no connection left.

    Only with `login` is the run's password ever used: with the given settings, and `again` where what works in their
    place must be proven. After the greeting `wanted` is waited for, and where it says no the conversation ends there.
    """
    key = ("dialogue", target.host.name, address, port, security, *(("again",) if again else ()))
    return await network.once(
        key, lambda: _Conversation(network, target, (address, port), security, login=login, wanted=wanted).hold()
    )


class _Conversation(Session):
    """The stages of one conversation, each a method; state lives as long as the connection."""

    def __init__(
        self,
        network: Network,
        target: Target,
        place: tuple[str, int],
        security: Security,
        *,
        login: bool,
        wanted: Callable[[], Awaitable[bool]] | None,
    ) -> None:
        super().__init__(network, target)
        self.wanted = wanted
        self.address, self.port = place
        self.security = natural(self.port) if security is Security.AUTO else security
        self.may_log_in = login
        self.asked = security
        self.clear: Mapping[str, str] | None = None
        self.capabilities: Mapping[str, str] | None = None
        self.clear_mechanisms: tuple[str, ...] = ()
        self.mechanisms: tuple[str, ...] = ()
        self.tried: list[str] = []

    async def hold(self) -> Dialogue:
        began = self.network.at_ms()
        names = await names_to(self.network, self.target, self.address)
        given = self.port == self.target.port
        dialled = await self.network.dial(self.address, self.port, names=names, first=given)
        ended = Ended.NOT_REACHED
        if dialled.reached is Reached.CONNECTED:
            try:
                async with asyncio.timeout(self.network.seconds_left()):
                    await self._stages(dialled)
                ended = Ended.FINISHED
            except End as end:
                ended = end.ended
            except TimeoutError:
                ended = Ended.OVERDUE
            finally:
                self.network.part(dialled, self.wire)
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
            instead=self.instead,
            transcript=tuple(self.wire.lines),
            took_ms=self.network.at_ms() - began,
            rules=self.network.vantage.rules,
        )

    async def _stages(self, dialled: Dialled) -> None:
        self.wire.note("connect", f"connected to {self.address} port {self.port} after {dialled.took_ms} ms")
        implicit = self.security is Security.TLS
        if self.security is not Security.NONE:
            self.load_later("OpenSSL.crypto")
        await self.open(dialled, implicit=implicit)
        if implicit and self.wanted is None:
            self.read_certificate()
        try:
            greeting = await self.hear("greeting", self._greeting())
        except End as end:
            self._read_late()
            silent = end.ended is Ended.SILENT and self.port not in INCOMING_PORTS
            if silent and not self.network.happening("pointless", self.address, self.port).is_set():
                await self._provoke()
            raise
        self.network.happening("greeted", self.address, self.port, self.asked).set()
        incoming = speaker(bytes(self.wire.first)) not in (Speaker.SMTP, Speaker.OTHER)
        if not incoming and greeting.code == 220 and self.wanted is not None and not await self.wanted():
            self.part(Ended.UNNEEDED)
        if incoming or greeting.code != 220:
            self._read_late()
        if incoming:
            raise End(Ended.INCOMING)
        if greeting.code != 220:
            self.part(Ended.REFUSED)
        stage = "ehlo_tls" if implicit else "ehlo"
        self.begin(stage, f"EHLO {self._own_name()}")
        if self.security is not Security.NONE:
            self.load_later("service_identity.cryptography")
        self._read_late()
        await self._hello(stage)
        # Who makes no login in clear hears the same at MAIL, which comes next.
        wants_more = self.security is not Security.NONE or self.target.login == "yes"
        if wants_more and self.clear is not None and self.clear.keys() <= {"enhancedstatuscodes"}:
            await turned_away(self)
        if not implicit and self.security is not Security.NONE:
            await self._starttls()
        await self._login()
        await self._envelope()
        self.quit()

    def _read_late(self) -> None:
        """Read the certificate now: that is work, which a conversation that may not be needed puts off."""
        if self.security is Security.TLS and self.handshake is None and self.wire.transport is not None:
            self.read_certificate()

    async def _greeting(self) -> tuple[int, str]:
        """Wait long, but no longer than it takes to learn from another connection that nobody will greet here."""
        reading = asyncio.ensure_future(self.wire.reply(GREETING_SECONDS))
        known = asyncio.ensure_future(self.network.happening("pointless", self.address, self.port).wait())
        try:
            await asyncio.wait({reading, known}, timeout=AWAITED_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done() and not known.done():
                self._tell_of_waiting()
                await asyncio.wait({reading, known}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                raise TimeoutError("something else speaks here")
            return reading.result()
        finally:
            reading.cancel()
            known.cancel()
            await asyncio.gather(reading, known, return_exceptions=True)

    async def _provoke(self) -> None:
        """Say something to a peer that will not greet any more, being given up: a web server then answers as one."""
        self.wire.say(f"EHLO {self._own_name()}\r\n".encode())
        with suppress(TimeoutError, EOFError, ConnectionResetError, ValueError):
            await self.wire.reply(PROVOKED_SECONDS)

    def _tell_of_waiting(self) -> None:
        if self.port == self.target.port:
            evidence = {"address": self.address, "port": str(self.port), "seconds": f"{GREETING_SECONDS:.0f}"}
            waiting = Finding("greeting_awaited", Severity.WARNING, place(self.address, self.port), evidence)
            self.network.hint("greeting", waiting)

    def _own_name(self) -> str:
        return self.network.vantage.ehlo_name or self.network.vantage.name

    async def _hello(self, stage: str) -> None:
        """Hear the reply to EHLO, which has been said; HELO follows where the server knows no better."""
        reply = await self.hear(stage, self.wire.reply(REPLY_SECONDS), f"EHLO {self._own_name()}")
        if reply.code in (500, 501, 502, 504, 550, 554):
            again = await self.say("helo", f"HELO {self._own_name()}")
            if again.code != 250:
                await (lmtp(self, self._own_name()) if again.code in _NOT_KNOWN else literal(self))
                self.part(Ended.REFUSED)
            self.capabilities = {}
            return
        if reply.code != 250:
            self.part(Ended.REFUSED)
        extensions, mechanisms = offered(reply.text)
        if stage == "ehlo":
            self.clear, self.clear_mechanisms = extensions, mechanisms
        self.capabilities, self.mechanisms = extensions, mechanisms

    async def _starttls(self) -> None:
        if "starttls" not in (self.capabilities or {}):
            if self.security is Security.STARTTLS:
                self.stage = "starttls"
                self.part(Ended.NO_STARTTLS)
            return
        reply = await self.say("starttls", "STARTTLS")
        if reply.code != 220:
            self.part(Ended.REFUSED)
        await self.encrypt()
        self.begin("ehlo_tls", f"EHLO {self._own_name()}")
        self.read_certificate()  # takes a while, in which the server has something to do
        await self._hello("ehlo_tls")

    async def _login(self) -> None:
        """Log in with the one best method, once; never over an unencrypted or unproven connection unasked."""
        password, user = self.network.password, self.target.user_name
        if password is None or not user or not self.may_log_in or not self.network.logins_left:
            return
        proven = self.handshake is not None and self.certificate is not None and not self.certificate.failures
        if not proven and self.security is not Security.NONE:
            return
        method = next((m for m in METHODS if m in self.mechanisms), None)
        if method is None:
            return
        await self.network.may_log_in(self.address, user)
        self.network.logins_left -= 1
        self.tried.append(method)
        reply = await log_in(method, user, password, self.say)
        if reply.code != 235:
            await instead.user(self, method, reply, password)
            self.part(Ended.REFUSED)

    async def _envelope(self) -> None:
        """Try the sender and the recipient, in one write where the server offers that; never DATA."""
        logged_in = self.may_log_in or self.target.login != "yes"
        known = self.capabilities or {}
        # Offering no login in clear, it may refuse all else in clear as well: the empty sender finds out.
        strict = self.handshake is None and "starttls" in known and not self.mechanisms
        asked = self.target.sender or self.target.recipient or self.target.login == "no" or strict
        if not logged_in:
            await takes_mail(self)  # beside the given settings no login is made, so what lies behind one is not asked
        if not logged_in or not asked:
            return
        said = envelope(self.target, known)
        if said.unsayable:
            self.stage = "mail_from"
            self.wire.note("mail_from", f"the {said.unsayable} needs SMTPUTF8, which is not offered")
            self.part(Ended.REFUSED)
        grouped = bool(said.rcpt) and "pipelining" in known
        # Asked in the group alone: for a hint nobody waits once more.
        extra = nobody(self) if grouped and self.target.login == "no" else ""
        group = (said.mail, said.rcpt, *((extra,) if extra else ()))
        self.begin("mail_from", *(group if grouped else (said.mail,)))
        if self.mechanisms and not self.tried:
            shipped()  # a refusal is to be expected, and reading the rules takes as long as its coming
        reply = await self.hear("mail_from", self.wire.reply(REPLY_SECONDS), said.mail)
        if reply.code != 250:
            if grouped:
                await self._let_pass(*group[1:])
            await instead.sender(self, "mail", reply)
            self.part(Ended.REFUSED)
        if not said.rcpt:
            return
        if not grouped:
            self.begin("rcpt_to", said.rcpt)
        reply = await self.hear("rcpt_to", self.wire.reply(REPLY_SECONDS), said.rcpt)
        if extra:
            await anybody(self, extra)
        await instead.recipient(self, reply)
        if reply.code not in (250, 251, 252):
            await instead.sender(self, "rcpt", reply)
            self.part(Ended.REFUSED)

    async def _let_pass(self, *said: str) -> None:
        """Hear the replies to the rest of a group, of which nothing is wanted any more."""
        with self.aside():
            for command in said:
                await self.hear("unheard", self.wire.reply(REPLY_SECONDS), command)
