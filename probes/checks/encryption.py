"""Is the connection encrypted as asked, and is the certificate in order? (RFC 3207, RFC 8314, RFC 9525)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from probes import ranking, survey
from probes.causes import Cause
from probes.certificate import Certificate
from probes.dialogue import Dialogue, Ended, Reply, meaning
from probes.encryption import WEAK_DH_BITS
from probes.findings import Finding, Outcome, Report, Severity
from probes.network import Network
from probes.probe import Probe
from probes.speakers import Speaker
from probes.target import Security, Target

NAME = "encryption"
_CLIENT_CERTIFICATE = re.compile(
    r"(?:client|required|needs an?) (?:ssl |tls )?certificate|certificate (?:is )?(?:required|presented)", re.IGNORECASE
)
_NOT_PROVEN = re.compile(r"^(?:[45]\.7\.0 )?not authenticated$", re.IGNORECASE)
"""Sendmail's words where its access table wants the client's certificate (`TLS_Clt: VERIFY`)."""
_OF_TLS = re.compile(r"\b(?:tls|ssl|starttls|encrypt\w*|certificate|cipher)\b", re.IGNORECASE)
_LATER = re.compile(r"^(?:4\.\d\.\d )?(?:please )?try again later\.?$", re.IGNORECASE)
"""Sendmail's and Postfix's words where a mail filter is down."""
_PASSING = (Cause.SERVER_TEMPORARILY_UNAVAILABLE, Cause.RATE_LIMITED, Cause.GREYLISTED)
_ERRORS = {"not_tls": "tls_on_plain_port", "version": "tls_version_refused", "cipher": "tls_cipher_refused"}


@dataclass(frozen=True, slots=True)
class Seen:
    """The conversations in the given mode, and those in the other."""

    given: tuple[Dialogue, ...]
    other: tuple[Dialogue, ...]


async def look(target: Target, network: Network) -> Seen:
    """Hold the conversation in the given mode, and in the other where that one comes to nothing."""
    given, other = await asyncio.gather(survey.given(network, target), survey.other_mode(network, target))
    return Seen(given, other)


def judge(target: Target, seen: Seen) -> Report:
    """Tell a wrong mode, a missing offer, a failed handshake and each fault of a certificate apart."""
    held = ranking.foremost(seen.given)
    if held is None or held.ended is Ended.NOT_REACHED:
        return Report(NAME, Outcome.BLIND, reason="not_reached")
    if held.speaker in (Speaker.POP3, Speaker.IMAP):
        return Report(NAME, Outcome.BLIND, reason="not_smtp")
    found = [*_mode(target, held, seen.other), *_handshake(target, held)]
    if held.certificate is not None:
        found += _certificate(target, held, held.certificate)
    transcript = held.transcript if held.handshake is not None and not held.exchanges else ()
    return Report(NAME, Outcome.DONE, tuple(found), transcript=transcript)


def _mode(target: Target, held: Dialogue, others: Sequence[Dialogue]) -> list[Finding]:
    evidence = {"port": str(held.port), "asked": str(target.security)}
    where = held.place
    if held.ended is Ended.NO_STARTTLS:
        if (helo := held.reply("helo")) and "STARTTLS" in helo.text.upper():
            shifted = Finding("out_of_step", Severity.WARNING, where)
            return [Finding("starttls_not_offered", Severity.FAULT, where, evidence), shifted]
        return [Finding("starttls_not_offered", Severity.FAULT, where, evidence)]
    mail = (Speaker.SMTP, Speaker.NOTHING)
    in_tls = [other for other in others if other.security is Security.TLS and other.speaker in mail]
    speaks_tls = any(other.speaks_tls for other in in_tls)
    answers_tls = held.speaker is Speaker.TLS and held.security is not Security.TLS
    if not held.exchanges and not held.encrypted and (speaks_tls or answers_tls):
        return [Finding("plain_on_tls_port", Severity.FAULT, where, evidence)]
    if held.security is Security.AUTO and held.capabilities is not None and not held.encrypted:
        return [Finding("not_encrypted", Severity.WARNING, where, evidence)] if held.handshake is None else []
    return []


def _busy(target: Target, held: Dialogue, reply: Reply) -> dict[str, str]:
    """Return what a refusal of STARTTLS means where it speaks of the server's own trouble and not of TLS.

    A full disk or a filter that is down refuses whatever command comes first. 454 is TLS's own (RFC 3207 section 4)
    unless its enhanced code says otherwise.
    """
    own = (reply.enhanced or "").startswith(("4.3.", "4.4."))
    if not 400 <= reply.code < 500 or _OF_TLS.search(reply.text):
        return {}
    read = meaning(reply, "tls", target.host.name, held.rules)
    cause = read.cause if read.cause in _PASSING else Cause.SERVER_TEMPORARILY_UNAVAILABLE
    said = own or _LATER.search(reply.text) or (reply.code != 454 and read.cause in _PASSING)
    return {"cause": str(cause), "sure": "likely", "code": str(reply.code)} if said else {}


def _handshake(target: Target, held: Dialogue) -> list[Finding]:
    where = held.place
    if held.ended_at == "starttls" and held.ended is not Ended.NO_STARTTLS:
        reply = held.reply("starttls")
        said = f"{reply.code} {reply.text}"[:200] if reply else str(held.ended)
        busy = _busy(target, held, reply) if reply else {}
        return [Finding("starttls_refused", Severity.FAULT, where, {"reply": said, **busy})]
    if held.handshake is None:
        return []
    if error := held.handshake.error:
        after_starttls = bool(held.exchanges)
        code = _ERRORS.get(error, "tls_failed")
        if code == "tls_on_plain_port" and after_starttls:
            code = "tls_failed"
        return [Finding(code, Severity.FAULT, where, {"error": error, "port": str(held.port)})]
    if held.certificate is None:  # anonymous ciphers, which no mail program has
        return [Finding("tls_failed", Severity.FAULT, where, {"error": "no_certificate", "port": str(held.port)})]
    if client := _wants_client_certificate(held):
        return [Finding("tls_failed", Severity.FAULT, where, {"error": "client_certificate", "reply": client})]
    bits = held.handshake.dh_bits
    group = f", a group of {bits} bits" if 0 < bits < WEAK_DH_BITS else ""
    evidence = {"version": held.handshake.version, "cipher": held.handshake.cipher + group}
    if ranking.too_old(held.handshake):
        return [Finding("tls_old", Severity.FAULT, where, evidence)]
    return [Finding("encrypted", Severity.GOOD, where, evidence)]


def _wants_client_certificate(held: Dialogue) -> str:
    """Return the server's words where it wants a certificate of the client's, once TLS 1.3 stands without one."""
    mail = held.reply("mail_from", "turned_away")
    if mail is not None and held.encrypted and _NOT_PROVEN.search(mail.text):
        return f"{mail.code} {mail.text}"[:200]
    reply = held.reply("greeting" if held.security is Security.TLS else "ehlo_tls", "helo")
    asked = reply is not None and reply.code >= 400 and _CLIENT_CERTIFICATE.search(reply.text)
    return f"{reply.code} {reply.text}"[:200] if reply and asked else ""


def _certificate(target: Target, held: Dialogue, certificate: Certificate) -> list[Finding]:
    evidence = {
        "names": ", ".join(certificate.names[:6]),
        "issuer": certificate.issuer,
        "from": f"{certificate.not_before:%Y-%m-%d}" if certificate.not_before else "",
        "until": f"{certificate.not_after:%Y-%m-%d}" if certificate.not_after else "",
        "server": target.host.name,
    }
    found = [
        Finding(f"certificate_{failure}", Severity.FAULT, held.place, evidence) for failure in certificate.failures
    ]
    if certificate.intercepted_by:
        evidence = {**evidence, "by": certificate.intercepted_by}
        found.append(Finding("certificate_intercepted", Severity.FAULT, held.place, evidence))
    return found or [Finding("certificate_good", Severity.GOOD, held.place, evidence)]


PROBE = Probe(NAME, look, judge, seconds=44)
