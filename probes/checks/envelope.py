"""Does the server take the sender and the recipient? (RFC 5321 sections 4.1.1.2 and 4.1.1.3; nothing after RCPT)."""

from __future__ import annotations

from probes import replies, survey
from probes.causes import Cause
from probes.dialogue import Dialogue, Ended
from probes.findings import Finding, Outcome, Report, Severity
from probes.network import Network
from probes.probe import Probe
from probes.target import Login, Target

NAME = "envelope"
_WANTS_LOGIN = frozenset({Cause.AUTH_REQUIRED, Cause.RELAY_DENIED, Cause.AUTH_FAILED_CREDENTIALS})


async def look(target: Target, network: Network) -> Dialogue | None:
    """Hold the conversation with the given settings."""
    return survey.foremost(await survey.given(network, target))


def judge(target: Target, seen: Dialogue | None) -> Report:
    """Read the replies to MAIL and RCPT; a refusal for want of the login that we do not have is no fault."""
    if seen is None or seen.capabilities is None:
        return Report(NAME, Outcome.BLIND, reason="not_reached" if seen is None else "stopped_before")
    found = _size(target, seen)
    not_tested: list[tuple[str, str]] = []
    for stage, part, address in (
        ("mail_from", "mail", target.sender or "<>"),
        ("rcpt_to", "rcpt", target.recipient or ""),
    ):
        reply = seen.reply(stage)
        if reply is None:
            if address and (seen.ended is not Ended.FINISHED):
                not_tested.append((part, "stopped_before"))
            continue
        evidence = {"reply": f"{reply.code} {reply.text}"[:300], "address": address, "code": str(reply.code)}
        if 200 <= reply.code < 300:
            found.append(Finding(f"{part}_accepted", Severity.GOOD, address, evidence))
            continue
        read = replies.read_reply(reply.code, reply.text, stage=part, enhanced=reply.enhanced, host=target.host.name)
        offered = bool(seen.mechanisms)
        cause, sure = _in_place(target, seen, read.cause, str(read.confidence))
        if address == "<>" and cause not in (Cause.AUTH_REQUIRED, Cause.TLS_REQUIRED, Cause.HELO_REJECTED):
            # The empty sender was ours, for want of the person's: a refusal of it says nothing about theirs.
            not_tested.append(("mail", "no_sender"))
            continue
        logged_in = seen.reply("auth") is not None
        if cause in _WANTS_LOGIN and target.login is not Login.NO and not logged_in and offered:
            found.append(Finding("login_expected", Severity.INFO, seen.place, evidence))
            not_tested.append(("login" if part == "mail" else part, "login_expected"))
            continue
        evidence |= {"cause": str(cause), "sure": sure, "offers_login": "yes" if offered else "no"}
        found.append(Finding(f"{part}_refused", Severity.FAULT, address, evidence))
    return Report(NAME, Outcome.DONE, tuple(found), not_tested=tuple(not_tested))


def _in_place(target: Target, seen: Dialogue, cause: Cause, sure: str) -> tuple[Cause, str]:
    """Relaying denied without a login where logins are offered means: log in (see causes.md)."""
    offered = bool(seen.mechanisms)
    after_tls = not seen.encrypted and "starttls" in (seen.capabilities or {})
    if cause is Cause.RELAY_DENIED and target.login is Login.NO and offered:
        return Cause.AUTH_REQUIRED, "likely"
    if cause is Cause.AUTH_REQUIRED and not offered and after_tls:
        return (Cause.AUTH_ONLY_AFTER_TLS if target.login is Login.YES else Cause.AUTH_REQUIRED), "likely"
    if cause is Cause.AUTH_REQUIRED and not offered:
        return Cause.RELAY_DENIED, "likely"
    return cause, sure


def _size(target: Target, seen: Dialogue) -> list[Finding]:
    limit = (seen.capabilities or {}).get("size", "")
    if not limit.isdigit() or int(limit) == 0 or target.message_size is None:
        return []
    evidence = {"limit": limit, "size": str(target.message_size)}
    if target.message_size > int(limit):
        return [Finding("over_size_limit", Severity.FAULT, seen.place, evidence)]
    return [Finding("within_size_limit", Severity.GOOD, seen.place, evidence)]


PROBE = Probe(NAME, look, judge, seconds=44)
