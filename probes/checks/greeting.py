"""Does a mail server speak there, and does it let us in? (RFC 5321 sections 3.1, 3.2 and 4.2)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from probes import ranking, replies, survey
from probes.dialogue import Dialogue, Ended
from probes.findings import Finding, Outcome, Report, Severity
from probes.network import Network
from probes.probe import Probe
from probes.speakers import Speaker
from probes.target import Target
from probes.vantage import INCOMING_PORTS

NAME = "greeting"
SLOW_MS = 4000
_ENDS = {Ended.SILENT: "went_silent", Ended.CLOSED: "hung_up", Ended.RESET: "reset_midway", Ended.GARBLED: "garbled"}
_INCOMING = (Speaker.POP3, Speaker.IMAP)
_STAGES = ("greeting", "ehlo", "helo", "ehlo_tls", "turned_away")


@dataclass(frozen=True, slots=True)
class Seen:
    """The conversations in the given mode, and those in the other, where a silent peer may have spoken."""

    given: tuple[Dialogue, ...]
    other: tuple[Dialogue, ...]


async def look(target: Target, network: Network) -> Seen:
    """Hold the conversation with the given settings, and hear who it is that keeps silent."""
    given, other = await asyncio.gather(survey.given(network, target), survey.other_mode(network, target))
    return Seen(given, other)


def judge(target: Target, seen: Seen) -> Report:
    """Tell who speaks, how it greets, and where it stopped speaking."""
    held = ranking.foremost(seen.given)
    if held is None or held.ended is Ended.NOT_REACHED:
        return Report(NAME, Outcome.BLIND, reason="not_reached")
    if held.speaker is Speaker.TLS and not held.encrypted:
        return Report(NAME, Outcome.DONE, transcript=held.transcript)  # the check of encryption says what that means
    if held.speaker is Speaker.NOTHING and not held.encrypted:
        if any(other.encrypted and other.speaker not in _INCOMING for other in seen.other):
            return Report(NAME, Outcome.DONE, transcript=held.transcript)
        held = next((other for other in seen.other if other.speaker is not Speaker.NOTHING), held)
    return Report(NAME, Outcome.DONE, tuple(_findings(target, held)), transcript=held.transcript)


def _findings(target: Target, held: Dialogue) -> list[Finding]:
    where = held.place
    if held.speaker in _INCOMING:
        evidence = {"speaker": held.speaker.upper(), "said": held.first, "port": str(held.port)}
        return [Finding("incoming_server", Severity.FAULT, where, evidence)]
    if held.port in INCOMING_PORTS:
        return [Finding("incoming_port", Severity.FAULT, where, {"port": str(held.port)})]
    if held.ended is Ended.TLS_FAILED and held.speaker is Speaker.NOTHING and not held.exchanges:
        return []
    if held.speaker not in (Speaker.SMTP, Speaker.NOTHING):
        evidence = {"speaker": held.speaker.upper(), "said": held.first, "port": str(held.port)}
        return [Finding("not_smtp", Severity.FAULT, where, evidence)]
    found = []
    if (greeting := held.exchanges[0] if held.exchanges else None) and greeting.stage == "greeting":
        found.append(Finding("greeting", Severity.GOOD, where, {"said": greeting.reply.text.split("\n")[0][:200]}))
        if greeting.took_ms > SLOW_MS:
            evidence = {"seconds": str(round(greeting.took_ms / 1000))}
            found.append(Finding("greeting_delayed", Severity.WARNING, where, evidence))
    slow = max(held.exchanges, key=lambda one: one.took_ms if one.stage != "greeting" else 0, default=None)
    if slow is not None and slow.stage != "greeting" and slow.took_ms > SLOW_MS:
        evidence = {"seconds": str(round(slow.took_ms / 1000)), "stage": slow.stage}
        found.append(Finding("reply_delayed", Severity.WARNING, where, evidence))
    if held.reply("helo"):
        found.append(Finding("helo_only", Severity.INFO, where))
    if held.ended in _ENDS and held.ended_at not in ("starttls", "tls"):
        evidence = {"stage": held.ended_at, "said": held.first}
        found.append(Finding(_ENDS[held.ended], Severity.FAULT, where, evidence))
    elif held.ended is Ended.REFUSED and held.ended_at in _STAGES and (reply := held.reply(held.ended_at)):
        early = held.ended_at in ("greeting", "turned_away")
        stage = "connect" if early else "ehlo"
        read = replies.read_reply(
            reply.code, reply.text, stage=stage, enhanced=reply.enhanced, host=target.host.name, own=held.rules
        )
        evidence = {"reply": f"{reply.code} {reply.text}"[:300], "cause": read.cause, "sure": read.confidence}
        code = "greeting_refused" if early else "hello_refused"
        found.append(Finding(code, Severity.FAULT, where, {**evidence, "code": str(reply.code)}))
        if code == "hello_refused" and (literal := held.reply("literal")) and literal.code == 250:
            said = next(e.command for e in reversed(held.exchanges) if e.stage == "literal")
            found.append(Finding("hello_by_address", Severity.INFO, where, {"said": said.partition(" ")[2]}))
    return found


PROBE = Probe(NAME, look, judge, seconds=44)
