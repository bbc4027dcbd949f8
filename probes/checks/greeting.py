"""Does a mail server speak there, and does it let us in? (RFC 5321 sections 3.1, 3.2 and 4.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace

from probes import ranking, survey
from probes.causes import Cause, Confidence
from probes.dialogue import Dialogue, Ended, Reply, meaning
from probes.findings import Finding, Outcome, Report, Severity
from probes.network import Network
from probes.probe import Probe
from probes.replies.reading import Reading
from probes.speakers import Speaker, answers_as_ftp
from probes.target import Target
from probes.vantage import INCOMING_PORTS

NAME = "greeting"
SLOW_MS = 4000
_ENDS = {Ended.SILENT: "went_silent", Ended.CLOSED: "hung_up", Ended.RESET: "reset_midway", Ended.GARBLED: "garbled"}
_INCOMING = (Speaker.POP3, Speaker.IMAP)
_MAIL = (Speaker.SMTP, Speaker.NOTHING)
_ON_THE_WAY = ("ehlo", "helo", "starttls", "ehlo_tls", "auth", "mail_from", "rcpt_to")
"""What a mail program says too; questions of our own that are answered slowly are nobody's trouble."""
_STAGES = ("greeting", "ehlo", "helo", "ehlo_tls", "turned_away")


@dataclass(frozen=True, slots=True)
class Seen:
    """The conversations in the given mode, and those in the other, where a silent peer may have spoken.

    `late` are addresses that had said too little when the conversation with another one was over.
    """

    given: tuple[Dialogue, ...]
    other: tuple[Dialogue, ...]
    late: tuple[str, ...] = ()


async def look(target: Target, network: Network) -> Seen:
    """Hold the conversation with the given settings, and hear who it is that keeps silent."""
    given, other = await asyncio.gather(survey.given(network, target), survey.other_mode(network, target))
    return Seen(given, other, await survey.late(network, target))


def judge(target: Target, seen: Seen) -> Report:
    """Tell who speaks, how it greets, where it stopped speaking, and which other address of it came less far."""
    held = first = ranking.foremost(seen.given)
    if held is None or first is None or held.ended is Ended.NOT_REACHED:
        return Report(NAME, Outcome.BLIND, reason="not_reached")
    if held.ended is Ended.OVERDUE and not held.exchanges:
        return Report(NAME, Outcome.BLIND, reason="time_out", transcript=held.transcript)
    if held.speaker is Speaker.TLS and not held.encrypted:
        return Report(NAME, Outcome.DONE, transcript=held.transcript)  # the check of encryption says what that means
    if held.speaker is Speaker.NOTHING and not held.encrypted:
        if any(other.encrypted and other.speaker in _MAIL for other in seen.other):
            return Report(NAME, Outcome.DONE, transcript=held.transcript)
        held = next((other for other in seen.other if other.speaker is not Speaker.NOTHING), held)
    found = (*_findings(target, held), *_at_other_addresses(target, first, seen))
    return Report(NAME, Outcome.DONE, found, transcript=held.transcript)


def _at_other_addresses(target: Target, held: Dialogue, seen: Seen) -> Iterator[Finding]:
    """Say which addresses take a connection and then fail where `held` did not: a program may try them first."""
    for other in seen.given:
        if other.ended is not Ended.NOT_REACHED and not ranking.came_as_far(other, held):
            evidence = {"address": other.address, "stage": other.ended_at}
            yield Finding("address_fails", Severity.WARNING, target.host.name, evidence)
    for address in seen.late:
        yield Finding("address_late", Severity.WARNING, target.host.name, {"address": address})


def _findings(target: Target, held: Dialogue) -> list[Finding]:
    where = held.place
    if held.speaker in _INCOMING:
        evidence = {"speaker": held.speaker.upper(), "said": held.first, "port": str(held.port)}
        return [Finding("incoming_server", Severity.FAULT, where, evidence)]
    if held.port in INCOMING_PORTS:
        return [Finding("incoming_port", Severity.FAULT, where, {"port": str(held.port)})]
    if held.ended is Ended.TLS_FAILED and held.speaker is Speaker.NOTHING and not held.exchanges:
        return []
    if held.speaker not in _MAIL:
        evidence = {"speaker": held.speaker.upper(), "said": held.first, "port": str(held.port)}
        return [Finding("not_smtp", Severity.FAULT, where, evidence)]
    if (hello := held.reply("ehlo", "helo")) and hello.code >= 500 and answers_as_ftp(hello.text):
        evidence = {"speaker": "FTP", "said": f"{held.first}{hello.code} {hello.text}"[:200], "port": str(held.port)}
        return [Finding("not_smtp", Severity.FAULT, where, evidence)]
    if (lhlo := held.reply("lhlo")) and lhlo.code == 250:
        evidence = {"speaker": "LMTP", "said": held.first, "port": str(held.port)}
        return [Finding("not_smtp", Severity.FAULT, where, evidence)]
    found = []
    if (greeting := held.exchanges[0] if held.exchanges else None) and greeting.stage == "greeting":
        found.append(Finding("greeting", Severity.GOOD, where, {"said": greeting.reply.text.split("\n")[0][:200]}))
        if greeting.took_ms > SLOW_MS:
            evidence = {"seconds": str(round(greeting.took_ms / 1000))}
            found.append(Finding("greeting_delayed", Severity.WARNING, where, evidence))
    on_the_way = [one for one in held.exchanges if one.stage in _ON_THE_WAY]
    slow = max(on_the_way, key=lambda one: one.took_ms, default=None)
    if slow is not None and slow.took_ms > SLOW_MS:
        evidence = {"seconds": str(round(slow.took_ms / 1000)), "stage": slow.stage}
        found.append(Finding("reply_delayed", Severity.WARNING, where, evidence))
    if held.reply("helo"):
        found.append(Finding("helo_only", Severity.INFO, where))
    encrypted = "yes" if held.encrypted else "no"
    refused = _refused(target, held)
    if held.ended in _ENDS and held.ended_at not in ("starttls", "tls") and refused is None:
        evidence = {"stage": held.ended_at, "said": held.first, "encrypted": encrypted}
        found.append(Finding(_ENDS[held.ended], Severity.FAULT, where, evidence))
    elif refused is not None:
        code, reply, read = refused
        cause, sure = read.cause, str(read.confidence)
        if cause is Cause.UNKNOWN and held.reply("lhlo"):
            cause, sure = Cause.NOT_AN_SMTP_SERVER, "likely"  # every mail server knows HELO
        evidence = {"reply": f"{reply.code} {reply.text}"[:300], "cause": cause, "sure": sure}
        evidence |= {"code": str(reply.code), "encrypted": encrypted}
        found.append(Finding(code, Severity.FAULT, where, evidence))
        if code == "hello_refused" and (literal := held.reply("literal")) and literal.code == 250:
            said = next(e.command for e in reversed(held.exchanges) if e.stage == "literal")
            found.append(Finding("hello_by_address", Severity.INFO, where, {"said": said.partition(" ")[2]}))
    return found


def _refused(target: Target, held: Dialogue) -> tuple[str, Reply, Reading] | None:
    """Return the refusal that ended it; one who hangs up after refusing our name has said why."""
    torn = held.ended in (Ended.CLOSED, Ended.RESET) and held.ended_at == "helo"
    # HELO may pass where EHLO was refused for its name; without EHLO there is neither TLS nor a login.
    taken = (helo := held.reply("helo")) is not None and helo.code == 250
    stage = "ehlo" if torn or taken else held.ended_at
    reply = held.reply(stage) if stage in _STAGES else None
    if reply is None or not (torn or taken or held.ended is Ended.REFUSED):
        return None
    early = stage in ("greeting", "turned_away")
    read = meaning(reply, "connect" if early else "ehlo", target.host.name, held.rules)
    unknown = read.cause is Cause.UNKNOWN
    if unknown and (taken or (torn and not 550 <= reply.code <= 559)):
        return None
    if unknown and stage == "ehlo" and 550 <= reply.code <= 559:  # in whatever words, it was our name that it heard
        read = replace(read, cause=Cause.HELO_REJECTED, confidence=Confidence.POSSIBLE)
    return "greeting_refused" if early else "hello_refused", reply, read


PROBE = Probe(NAME, look, judge, seconds=44)
