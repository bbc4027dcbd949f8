"""Which logins does the server offer, in clear and after TLS, and does the given one work? (RFC 4954)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from probes import ranking, survey
from probes.dialogue import Dialogue, Ended, meaning
from probes.findings import Finding, Outcome, Report, Severity
from probes.logins import METHODS
from probes.network import Network
from probes.probe import Probe
from probes.target import Login, Security, Target

NAME = "login"
_WINDOWS = frozenset({"NTLM", "GSSAPI", "GSS-SPNEGO", "NEGOTIATE", "KERBEROS_V4"})
_OAUTH = frozenset({"XOAUTH2", "OAUTHBEARER"})
_NO_PASSWORD = frozenset({"EXTERNAL", "ANONYMOUS"})
"""By a client certificate, or by nothing at all: no login that a person's program makes."""
_OURS = frozenset(METHODS)


@dataclass(frozen=True, slots=True)
class Seen:
    """The conversation that came furthest, and what the other mode and other ports offer."""

    held: Dialogue | None
    others: tuple[Dialogue, ...]
    password: bool


async def look(target: Target, network: Network) -> Seen:
    """Hold the conversation, and look at what is offered in the other mode."""
    given, other = await asyncio.gather(survey.given(network, target), survey.other_mode(network, target))
    return Seen(ranking.foremost(given), other, network.password is not None)


def judge(target: Target, seen: Seen) -> Report:
    """Tell no offer, an offer only after TLS, only Windows logins, and a refused login apart."""
    held = seen.held
    if held is None or held.capabilities is None or _stopped(held):
        return Report(NAME, Outcome.BLIND, reason="not_reached" if held is None else "stopped_before")
    found = _offered(target, held, seen.others)
    not_tested: tuple[tuple[str, str], ...] = ()
    if reply := held.reply("auth"):
        evidence = {"reply": f"{reply.code} {reply.text}"[:300], "method": held.tried[0]}
        if reply.code == 235:
            found.append(Finding("login_worked", Severity.GOOD, held.place, evidence))
        else:
            read = meaning(reply, "auth", target.host.name, held.rules)
            evidence |= {"cause": str(read.cause), "sure": str(read.confidence), "code": str(reply.code)}
            found.append(Finding("login_refused", Severity.FAULT, held.place, evidence))
        if not held.encrypted:
            found.append(Finding("password_in_clear", Severity.WARNING, held.place))
    elif held.tried:
        not_tested = (("login", "stopped_before"),)
    elif target.login is Login.YES and held.mechanisms:
        spoken = not _OURS.isdisjoint(held.mechanisms)
        reason = "no_password" if not seen.password else "connection_not_proven" if spoken else "method_not_spoken"
        not_tested = (("login", reason),)
    return Report(NAME, Outcome.DONE, tuple(found), not_tested=not_tested)


def _stopped(held: Dialogue) -> bool:
    """Tell whether it ended on the way to TLS: the list before it does not count (RFC 3207 section 4.2)."""
    if held.ended is Ended.NO_STARTTLS:
        return False
    return held.ended_at in ("turned_away", "starttls", "tls") or (
        held.ended_at in ("ehlo_tls", "helo") and not held.mechanisms
    )


def _offered(target: Target, held: Dialogue, others: tuple[Dialogue, ...]) -> list[Finding]:
    where, methods = held.place, frozenset(held.mechanisms) - _NO_PASSWORD
    evidence = {"methods": ", ".join(held.mechanisms), "encrypted": "yes" if held.encrypted else "no"}
    reply = held.reply("auth")
    wanted = Severity.FAULT if target.login is Login.YES else Severity.INFO
    if not methods:
        if held.ended is Ended.NO_STARTTLS:
            return []
        after = next((o for o in others if o.encrypted and o.mechanisms), None)
        if after is not None and not held.encrypted:
            shown = {"methods": ", ".join(after.mechanisms)}
            return [Finding("login_only_after_tls", wanted, where, shown)]
        looked = any(o.encrypted and o.ended is Ended.FINISHED for o in others)
        promised = held.security is Security.NONE and "starttls" in (held.capabilities or {})
        if not held.encrypted and promised and not looked:
            return [Finding("login_only_after_tls", wanted, where, evidence)]
        return [Finding("login_not_offered", wanted, where, evidence)]
    if not methods & (_WINDOWS | _OAUTH | ranking.SCRAMBLED | _OURS) and not any(
        m.startswith("SCRAM-") for m in methods
    ):
        return [Finding("login_only_unknown", wanted, where, evidence)]
    if methods <= _WINDOWS:
        return [Finding("login_only_windows", wanted, where, evidence)]
    if methods <= _WINDOWS | _OAUTH and methods & _OAUTH:
        return [Finding("login_only_oauth", wanted, where, evidence)]
    scrambled = methods <= _WINDOWS | ranking.SCRAMBLED and not (reply and reply.code == 235)
    plain = next(
        (o for o in others if o.encrypted and not _OURS.isdisjoint(set(o.mechanisms) - ranking.SCRAMBLED)), None
    )
    if scrambled and not held.encrypted and plain is not None:
        # Without TLS it takes no password as it is, which is what nearly all programs send.
        return [Finding("login_only_after_tls", wanted, where, {"methods": ", ".join(plain.mechanisms)})]
    if scrambled:
        return [
            Finding("login_only_scrambled", Severity.WARNING if wanted is Severity.FAULT else wanted, where, evidence)
        ]
    found = [Finding("login_offered", Severity.GOOD, where, evidence)]
    if not methods & _WINDOWS:
        found.append(Finding("no_windows_login", Severity.INFO, where, evidence))
    return found


PROBE = Probe(NAME, look, judge, seconds=44)
