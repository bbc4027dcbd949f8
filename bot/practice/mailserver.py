"""A mail server that speaks SMTP properly and follows the rules of one house: whom it serves, what it wants first."""

from __future__ import annotations

import asyncio
import hmac
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from bot.practice.doors import Visit

LONGEST_SILENCE = 300.0
"""Seconds (RFC 5321 section 4.5.3.2.7)."""
OURS = frozenset({"practice.test"})
MAILBOXES: Mapping[str, str] = {
    "ann": "250 2.1.5 Recipient ok",
    "bob": "250 2.1.5 Recipient ok",
    "postmaster": "250 2.1.5 Recipient ok",
    "full": "452 4.2.2 Mailbox is full",
    "away": "550 5.2.1 Mailbox is disabled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The rules of one server.

    `tls` is offered by STARTTLS; `encrypted` says that TLS stands from the first byte. `mechanisms` are offered
    once encrypted (with `auth_in_clear` also before). `relays` takes mail for other domains from anyone, else
    only after a login; `mailboxes` maps a local part to the reply to RCPT.
    """

    name: str
    tls: ssl.SSLContext | None = None
    encrypted: bool = False
    requires_tls: bool = False
    mechanisms: tuple[str, ...] = ()
    auth_in_clear: bool = False
    login_to_send: bool = False
    relays: bool = False
    relay_refusal: str = "554 5.7.1 Relay access denied"
    users: Mapping[str, str] = field(default_factory=dict)
    domains: frozenset[str] = OURS
    mailboxes: Mapping[str, str] = field(default_factory=lambda: MAILBOXES)


class MailServer(SMTP):
    """One connection to a house; what differs from the library is the wording and what comes before a login."""

    def __init__(self, visit: Visit, house: House) -> None:
        self._visit = visit
        self._house = house
        porter = Porter(house)
        offered = set(house.mechanisms)
        super().__init__(
            porter,
            hostname=house.name,
            ident="ESMTP practice",
            tls_context=house.tls,
            auth_require_tls=not (house.encrypted or house.auth_in_clear),
            auth_exclude_mechanism={"PLAIN", "LOGIN", "NTLM", "GSSAPI"} - offered,
            authenticator=porter.authenticate,
            timeout=LONGEST_SILENCE,
            loop=asyncio.get_running_loop(),
        )

    @property
    def secure(self) -> bool:
        """Whether TLS stands."""
        return self._house.encrypted or self._tls_protocol is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hold the task of this connection, so that it ends with the door."""
        super().connection_made(transport)
        if self._handler_coroutine is not None:
            self._visit.keep(self._handler_coroutine)

    def data_received(self, data: bytes) -> None:
        """Take the bytes down, and read them."""
        self._visit.hear(data)
        super().data_received(data)

    async def check_auth_needed(self, caller_method: str) -> bool:
        """Refuse whatever the house refuses before TLS or before a login; say whether it did."""
        if self._house.requires_tls and not self.secure:
            await self.push("530 5.7.0 Must issue a STARTTLS command first")
            return True
        known = self.session is not None and self.session.authenticated
        if self._house.login_to_send and not known and caller_method not in ("HELP", "VRFY"):
            await self.push("530 5.7.0 Authentication required")
            return True
        return False


class Porter:
    """The library's hooks: one method a command, each returning the reply."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, server: MailServer, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer what the house offers, in place of the library's AUTH line."""
        del envelope
        session.host_name = hostname
        lines = [line for line in responses if not line.startswith("250-AUTH")]
        if self._house.mechanisms and (server.secure or self._house.auth_in_clear):
            lines.insert(1, "250-AUTH " + " ".join(self._house.mechanisms))
        return lines

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: MailServer, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept known mailboxes, and other domains where the house carries mail for this client."""
        del server, options
        house = self._house
        local, _, domain = address.rpartition("@")
        if domain.lower() in house.domains:
            reply = house.mailboxes.get(
                local.lower(), f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
            )
        elif house.relays or session.authenticated:
            reply = "250 2.1.5 Recipient ok"
        else:
            reply = house.relay_refusal
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: MailServer, session: Session, envelope: Envelope
    ) -> str:
        """Take the message and throw it away."""
        del server, session, envelope
        return "250 2.0.0 Thrown away, as all mail here"

    async def auth_NTLM(self, server: MailServer, args: list[str]) -> AuthResult:  # noqa: N802 - the library's name
        """Answer an NTLM login as such servers do when it fails; nobody can pass here."""
        del args
        await server.challenge_auth("")
        return AuthResult(success=False, handled=False, message="535 5.7.3 Authentication unsuccessful")

    async def auth_GSSAPI(self, server: MailServer, args: list[str]) -> AuthResult:  # noqa: N802 - the library's name
        """Refuse: there is no domain here to be a member of."""
        del server, args
        return AuthResult(success=False, handled=False, message="535 5.7.8 No credentials for this realm")

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        """Compare user name and password with the house's."""
        del server, session, envelope, mechanism
        known = isinstance(data, LoginPassword) and hmac.compare_digest(
            self._house.users.get(data.login.decode("utf-8", "replace"), "").encode() or b"\0", data.password
        )
        if known:
            return AuthResult(success=True, auth_data=data)
        return AuthResult(success=False, handled=False)


def hush() -> None:
    """Silence the library's log: its warnings are about practice visitors, and Python puts them on the terminal."""
    logging.getLogger("mail.log").disabled = True
