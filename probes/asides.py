"""Questions beside the way of a conversation, whose answers explain what was said and heard on it."""

from __future__ import annotations

import re

from probes.addressing import sayable
from probes.dialogue import Ended
from probes.session import ASIDE_SECONDS, Session
from probes.target import domain_of

NOBODY = "smtp-help-asks-for-nobody"
"""A name that no mailbox and no zone has, and under `invalid` none may have (RFC 6761 section 6.4)."""
_OF_THE_WAY = re.compile(r"tls|ssl|encrypt|authenticat|log ?in", re.IGNORECASE)


async def literal(session: Session) -> None:
    """Ask whether a name is all that it minds: many programs send their address in brackets (RFC 5321, 4.1.3)."""
    transport = session.wire.transport
    if transport is not None and (own := transport.get_extra_info("sockname")):
        with session.aside():
            said = f"[IPv6:{own[0]}]" if ":" in own[0] else f"[{own[0]}]"
            await session.say("literal", f"EHLO {said}", seconds=ASIDE_SECONDS)


async def lmtp(session: Session, own_name: str) -> None:
    """Ask one that knows neither EHLO nor HELO whether it delivers into mailboxes, and is no server for sending."""
    with session.aside():
        await session.say("lhlo", f"LHLO {own_name}", seconds=ASIDE_SECONDS)


async def turned_away(session: Session) -> None:
    """Ask one that offers next to nothing whether it takes mail at all; raise `End` where it does not.

    Sendmail greets whom it refuses all the same, offers neither STARTTLS nor a login, and says why at the first MAIL.
    """
    reply = await session.say("turned_away", "MAIL FROM:<>")
    if reply.code >= 400 and not _OF_THE_WAY.search(reply.text):
        session.part(Ended.REFUSED)
    if reply.code == 250:
        await session.say("turned_away", "RSET")


def nobody(session: Session) -> str:
    """Return the RCPT for a mailbox that nobody has, for the recipient's own server alone; empty for any other.

    If it takes that too, its yes to the person's recipient says little.
    """
    domain = domain_of(session.target.recipient or "")
    mx = session.network.looked_up(domain, "MX")
    own = mx is not None and session.target.host.name in mx.hosts
    return f"RCPT TO:<{NOBODY}@{domain}>" if own else ""


async def takes_mail(session: Session) -> None:
    """Ask a place that is no more than offered as another way whether it is in order; raise `End` where it is not.

    A full disk or a mail filter that is down defers whatever comes, on every port. That it wants the login first is
    no matter, nor is a refusal for good: those are of people who make none.
    """
    sender = sayable(session.target.sender or "")
    reply = await session.say("turned_away", f"MAIL FROM:<{sender if sender.isascii() else ''}>")
    if 400 <= reply.code < 500 and not _OF_THE_WAY.search(reply.text):
        session.part(Ended.REFUSED)


async def anybody(session: Session, asked: str) -> None:
    """Hear what is said to the recipient that nobody is; the person's own was taken, whatever comes of this one."""
    with session.aside():
        await session.hear("rcpt_any", session.wire.reply(ASIDE_SECONDS), asked)
