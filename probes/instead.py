"""What could have been typed instead: another form of the user name, the login's own sender, the recipient meant.

Asked on the connection that has just heard a no, so that it is tried and not guessed; at most one more login.
"""

from __future__ import annotations

from probes.addressing import sayable
from probes.causes import Cause
from probes.dialogue import Reply, meaning
from probes.logins import log_in
from probes.providers import near_miss
from probes.session import ASIDE_SECONDS, Session
from probes.target import Target, domain_of

PATIENCE_MS = 8000
"""A server that held its refusal back for longer is not asked again: the run has an end."""
LOGIN_SECONDS = 12.0
MOST_SENDERS = 3
_OF_LOGINS = (Cause.AUTH_FAILED_CREDENTIALS,)
_OF_SENDERS = (Cause.SENDER_NOT_ALLOWED, Cause.SENDER_AUTHENTICATION_FAILED)
_OF_RECIPIENTS = (Cause.RECIPIENT_UNKNOWN, Cause.RECIPIENT_DOMAIN_INVALID)


def other_user(target: Target) -> str:
    """Return the other form of a user name: the whole address for a part of it, or the part before the @; or none."""
    name = target.user_name or ""
    local, at, _ = name.rpartition("@")
    if at:
        return local
    domain = domain_of(target.mail_address or target.sender or "")
    return f"{name}@{domain}" if name and domain and "\\" not in name else ""


def other_senders(target: Target) -> tuple[str, ...]:
    """Return addresses that probably belong to the login, likeliest first."""
    name, host = target.user_name or "", target.host.name
    domains = [domain_of(target.sender or ""), *(() if target.host.address else (host.partition(".")[2], host))]
    whole = [name] if "@" in name else [f"{name}@{domain}" for domain in domains if name and "." in domain]
    found = dict.fromkeys((*whole, target.mail_address or ""))
    return tuple(address for address in found if address and address != target.sender)[:MOST_SENDERS]


async def user(session: Session, method: str, refusal: Reply, password: str) -> None:
    """Log in once more under the other form of the name, and say the envelope: does that pass?"""
    name = other_user(session.target)
    if not name or not session.network.logins_left or session.exchanges[-1].took_ms > PATIENCE_MS:
        return
    if not _means(session, refusal, "auth", _OF_LOGINS):
        return
    session.network.logins_left -= 1

    async def say(_: str, command: str, /, *, shown: str = "", seconds: float = LOGIN_SECONDS) -> Reply:
        return await session.say("auth_other", command, shown=shown, seconds=min(seconds, LOGIN_SECONDS))

    with session.aside():
        accepted = (await log_in(method, name, password, say)).code == 235
        if accepted and await _taken(session, session.target.sender or "", session.target.recipient or ""):
            session.instead["username"] = name


async def sender(session: Session, part: str, refusal: Reply) -> None:
    """Say the envelope with the addresses that belong to the login, where the person's sender was refused."""
    if not session.target.sender or not _means(session, refusal, part, _OF_SENDERS):
        return
    with session.aside():
        for address in other_senders(session.target):
            domain = domain_of(address)
            if address != session.target.user_name and not (await session.network.lookup(domain, "MX")).values:
                continue  # a guess at a domain that takes no mail is nobody's address
            await session.say("reset", "RSET", seconds=ASIDE_SECONDS)
            if await _taken(session, address, session.target.recipient or ""):
                session.instead["sender"] = address
                break


async def recipient(session: Session, reply: Reply) -> None:
    """Name the recipient that was probably meant, where the typed one is refused or its domain takes no mail."""
    target, network = session.target, session.network
    typed = target.recipient or ""
    domain = domain_of(typed)
    near = near_miss(domain, domain_of(target.mail_address or target.sender or ""))
    if not near or not (await network.lookup(near, "MX")).values:
        return
    refused = reply.code >= 400 and _means(session, reply, "rcpt", _OF_RECIPIENTS)
    if not refused and ((await network.lookup(domain, "MX")).values or await network.addresses(domain)):
        return
    meant = f"{typed.rpartition('@')[0]}@{near}"
    with session.aside():
        if 200 <= (await session.say("rcpt_other", f"RCPT TO:<{sayable(meant)}>", seconds=ASIDE_SECONDS)).code < 300:
            session.instead["recipient"] = meant


async def _taken(session: Session, mail: str, rcpt: str) -> bool:
    said = [("mail_other", f"MAIL FROM:<{sayable(mail)}>")] if mail or rcpt else []
    said += [("rcpt_other", f"RCPT TO:<{sayable(rcpt)}>")] if rcpt else []
    for stage, command in said:
        if (await session.say(stage, command, seconds=ASIDE_SECONDS)).code >= 300:
            return False
    return True


def _means(session: Session, reply: Reply, stage: str, causes: tuple[Cause, ...]) -> bool:
    return meaning(reply, stage, session.target.host.name, session.network.vantage.rules).cause in causes
