"""Does the server take the sender and the recipient? (RFC 5321 sections 4.1.1.2 and 4.1.1.3; nothing after RCPT)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from probes import ranking, survey
from probes.addressing import envelope
from probes.causes import Cause
from probes.dialogue import Dialogue, Ended, Reply, meaning
from probes.findings import Finding, Outcome, Report, Severity
from probes.network import Network
from probes.probe import Probe
from probes.target import Login, Target, domain_of

NAME = "envelope"
_WANTS_LOGIN = frozenset({Cause.AUTH_REQUIRED, Cause.RELAY_DENIED, Cause.AUTH_FAILED_CREDENTIALS})
_OF_ANY_SENDER = frozenset({Cause.AUTH_REQUIRED, Cause.TLS_REQUIRED, Cause.HELO_REJECTED, Cause.IP_BLOCKLISTED})
_OF_STRANGERS = frozenset({Cause.HELO_REJECTED, Cause.IP_BLOCKLISTED, Cause.GREYLISTED, Cause.SPAM_OR_POLICY_REJECTED})
"""What many servers ask of strangers alone: whoever logs in, as the person does, may never meet it."""
_BARE_REFUSAL = re.compile(
    r"(?:recipient address|sender address|client host) rejected: (?:access denied|not logged in)"
    r"|^administrative prohibition",
    re.IGNORECASE,
)
"""What Postfix and Exim say to whoever has not logged in, where their rules say no more than "no"."""

_SAYS_ONLY_INVALID = re.compile(r"^invalid recipient:", re.IGNORECASE)
"""What OpenSMTPD says of a mailbox that it does not know and of mail that it will not relay alike."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The conversation that came furthest, and those in the other mode, which show what a login would need."""

    held: Dialogue | None
    others: tuple[Dialogue, ...] = ()


async def look(target: Target, network: Network) -> Seen:
    """Hold the conversation with the given settings, and look at what is offered in the other mode."""
    given, others = await asyncio.gather(survey.given(network, target), survey.other_mode(network, target))
    return Seen(ranking.foremost(given), others)


def judge(target: Target, seen: Seen) -> Report:
    """Read the replies to MAIL and RCPT; a refusal for want of the login that we do not have is no fault."""
    held = seen.held
    if held is None or held.capabilities is None:
        return Report(NAME, Outcome.BLIND, reason="not_reached" if held is None else "stopped_before")
    found = [*_size(target, held), *_unsayable(target, held)]
    not_tested: list[tuple[str, str]] = []
    for stage, part, address in (
        ("mail_from", "mail", target.sender or "<>"),
        ("rcpt_to", "rcpt", target.recipient or ""),
    ):
        reply = held.reply(stage)
        if reply is None:
            if address and (held.ended is not Ended.FINISHED):
                not_tested.append((part, "stopped_before"))
            continue
        evidence = {"reply": f"{reply.code} {reply.text}"[:300], "address": address, "code": str(reply.code)}
        if 200 <= reply.code < 300:
            found.append(Finding(f"{part}_accepted", Severity.GOOD, address, evidence))
            if part == "rcpt" and (anybody := held.reply("rcpt_any")) and 200 <= anybody.code < 300:
                found.append(Finding("catch_all", Severity.INFO, address, {"domain": domain_of(address)}))
            continue
        read = meaning(reply, part, target.host.name, held.rules)
        offered = bool(held.mechanisms) or any(other.mechanisms for other in seen.others)
        cause, sure = read.cause, str(read.confidence)
        logged_in = held.reply("auth") is not None
        if not logged_in:
            cause, sure = _without_login(target, held, reply, (cause, sure), offered=offered)
        elif cause in (Cause.RELAY_DENIED, Cause.SENDER_NOT_ALLOWED) and reply.code >= 500:
            # It knows who we are, and says so all the same; a bare "no" may mean anything.
            sure = "likely" if _BARE_REFUSAL.search(reply.text) else "certain"
        if address == "<>" and cause not in _OF_ANY_SENDER:
            # The empty sender was ours, for want of the person's: a refusal of it says nothing about theirs.
            not_tested.append(("mail", "no_sender"))
            continue
        if cause in _WANTS_LOGIN and target.login is not Login.NO and not logged_in and offered:
            found.append(Finding("login_expected", Severity.INFO, held.place, evidence))
            not_tested.append(("login" if part == "mail" else part, "login_expected"))
            continue
        evidence |= {"cause": str(cause), "sure": sure, "offers_login": "yes" if offered else "no"}
        found.append(Finding(f"{part}_refused", Severity.FAULT, address, evidence))
    return Report(NAME, Outcome.DONE, tuple(found), not_tested=tuple(not_tested))


def _without_login(
    target: Target, held: Dialogue, reply: Reply, read: tuple[Cause, str], *, offered: bool
) -> tuple[Cause, str]:
    """Say what a refusal means to one who has not logged in (causes.md, "Where two could be meant")."""
    cause, sure = read
    bare = reply.code >= 500 and _BARE_REFUSAL.search(reply.text) is not None
    if bare and (offered or cause is Cause.AUTH_REQUIRED):
        cause, sure = Cause.AUTH_REQUIRED, "likely"
    if _SAYS_ONLY_INVALID.search(reply.text) and "OpenSMTPD" in held.first and _elsewhere(target):
        cause, sure = Cause.RELAY_DENIED, "likely"
    in_clear = not held.encrypted and not held.mechanisms and offered
    if cause in _WANTS_LOGIN and in_clear and target.login is Login.YES:
        return Cause.AUTH_ONLY_AFTER_TLS, "likely"
    if cause is Cause.RELAY_DENIED and target.login is Login.NO and offered:
        return Cause.AUTH_REQUIRED, "likely"
    if cause is Cause.AUTH_REQUIRED and not offered:
        return Cause.RELAY_DENIED, "likely"
    if cause in _OF_STRANGERS and target.login is Login.YES and offered:
        return cause, "possible"
    if cause is Cause.RELAY_DENIED and not offered and (held.encrypted or "starttls" not in (held.capabilities or {})):
        return cause, "certain"
    return cause, sure


def _elsewhere(target: Target) -> bool:
    """Tell whether the recipient's domain is another one than the server's own and the sender's."""
    domain = domain_of(target.recipient or "")
    own = (target.host.name, domain_of(target.sender or ""))
    return bool(domain) and not any(name == domain or name.endswith("." + domain) for name in own)


def _unsayable(target: Target, seen: Dialogue) -> list[Finding]:
    """Say which address no server without SMTPUTF8 can be told, once what is offered is known for good."""
    if seen.ended_at in ("ehlo", "helo", "turned_away", "starttls", "tls", "ehlo_tls"):
        return []
    part = envelope(target, seen.capabilities or {}).unsayable
    address = (target.sender if part == "sender" else target.recipient) or ""
    return [Finding("smtputf8_not_offered", Severity.FAULT, address, {"part": part})] if part else []


def _size(target: Target, seen: Dialogue) -> list[Finding]:
    limit = (seen.capabilities or {}).get("size", "")
    if not limit.isdigit() or int(limit) == 0 or target.message_size is None:
        return []
    evidence = {"limit": limit, "size": str(target.message_size)}
    if target.message_size > int(limit):
        return [Finding("over_size_limit", Severity.FAULT, seen.place, evidence)]
    return [Finding("within_size_limit", Severity.GOOD, seen.place, evidence)]


PROBE = Probe(NAME, look, judge, seconds=44)
