"""From the answers of a conversation to what the probes understand: what was told, and what to look at."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from flows.conversation import Conversation
from flows.programs import Program
from probes import providers
from probes.causes import Cause
from probes.target import Host, Login, Target, address_mistake, domain_of, parse, parse_host
from probes.verdict import Told, Verdict

MICROSOFT = ("Outlook.com", "Microsoft 365")
GOOGLE = ("Gmail",)


def told(conversation: Conversation) -> Told:
    """Return what the person said, and what the newest text that they pasted was read as."""
    said = conversation.answers
    texts = [seen.verdict.cause for seen in conversation.seen if seen.what == "text"]
    readable = [cause for cause in texts if cause not in (Cause.UNKNOWN, Cause.NOT_A_FAILURE, Cause.OK)]
    return Told(
        symptom=said.get("symptom", ""),
        place=said.get("place", ""),
        program=said.get("program", ""),
        login=said.get("login") or "unknown",
        ever_worked=said.get("ever_worked", ""),
        scope=said.get("scope", ""),
        text_cause=readable[-1] if readable else None,
        person_sees=said.get("person_sees", ""),
    )


def target(conversation: Conversation) -> Target | None:
    """Return what is to be looked at, or None where no server, or none that can be read, was given."""
    parsed = parse(conversation.answers) if conversation.answers.get("server") else ()
    return parsed if isinstance(parsed, Target) else None


def domain_target(conversation: Conversation) -> Target:
    """Return what is to be looked at where only the domain of the person's address is asked about."""
    return Target(host=Host("", ""), mail_address=conversation.answers.get("mail_address"))


def far_target(conversation: Conversation) -> Target:
    """Return what is to be looked at where a mail came back: the server that is said to have failed it, else nothing.

    It is asked as another mail server would (RFC 5321 section 5.1): on port 25, without a login.
    """
    said = conversation.answers
    host = parse_host(said["far_server"]) if said.get("far_server") else Host("", "")
    sender, recipient = said.get("mail_address"), said.get("recipient")
    return Target(host=host, port=25, login=Login.NO, mail_address=sender, sender=sender, recipient=recipient)


def own_computer(server: str) -> bool:
    """Tell whether a server's name means the person's own computer (RFC 6761 section 6.3, RFC 1122 section 3.2.1.3)."""
    host = parse_host(server)
    if host.address:
        return ipaddress.ip_address(host.name).is_loopback
    return host.name == "localhost" or host.name.endswith(".localhost")


def domain_kind(address: str) -> str:
    """Tell who is behind a mail address by the provider table: missing, microsoft, gmail, known or unknown."""
    if not (domain := domain_of(address)):
        return "missing"
    provider = providers.for_domain(domain)
    if provider is None:
        return "unknown"
    if provider.name in MICROSOFT:
        return "microsoft"
    return "gmail" if provider.name in GOOGLE else "known"


def sends_by_smtp(program: Program | None, account: str) -> str:
    """Tell whether there are SMTP settings at all, by program and kind of account: yes, no or unknown."""
    sends = program.sends_by_smtp if program else "maybe"
    if sends != "maybe":
        return sends
    return {"microsoft": "no", "gmail": "yes", "provider": "yes"}.get(account, "unknown")


def branch_value(conversation: Conversation, on: str, programs: Mapping[str, Program]) -> str:
    """Return the value that a `go` branches on; an empty text where nothing is known. See model.DERIVED."""
    said = conversation.answers
    match on:
        case "cause":
            return conversation.verdict.cause.value if conversation.verdict else ""
        case "next_cause":
            return next_cause(conversation)
        case "text_cause":
            cause = told(conversation).text_cause
            return cause.value if cause and cause not in conversation.advised else ""
        case "server_kind":
            server = said.get("server", "")
            return ("own_computer" if own_computer(server) else "given") if server else "missing"
        case "domain_kind":
            return domain_kind(said.get("mail_address", ""))
        case "sends_by_smtp":
            sends = sends_by_smtp(programs.get(said.get("program", "")), said.get("account", ""))
            return "no" if sends == "unknown" and _hosted_by_microsoft(conversation) else sends
        case "recipient_kind":
            recipient = said.get("recipient", "")
            if not recipient:
                return "missing"
            if address_mistake("recipient", recipient):
                return "wrong"
            return "taken" if _taken(conversation.verdict, recipient) else "fine"
        case "names_server":
            texts = [seen.verdict.named for seen in conversation.seen if seen.what == "text"]
            return "yes" if texts and "server" in texts[-1] else "no"
        case "tool_sees":
            return _tool_sees(conversation)
        case "looked":
            return "yes" if looks(conversation) else "no"
        case "mended":
            causes = [verdict.cause for verdict in looks(conversation)[-2:]]
            return "yes" if len(causes) > 1 and causes[1] is Cause.OK and causes[0] is not Cause.OK else "no"
        case _:
            return said.get(on, "")


def _tool_sees(conversation: Conversation) -> str:
    """Return what a tool printed on the person's side, as long as no more than one look was made since."""
    since = 0
    for seen in reversed(conversation.seen):
        if seen.what == "text":
            return seen.verdict.named.get("person_sees", "")
        since += seen.what == "probe"
        if since > 1:
            break
    return ""


def _taken(verdict: Verdict | None, recipient: str) -> bool:
    """Tell whether the server was seen to take the recipient."""
    accepted = [finding for finding in (verdict.findings if verdict else ()) if finding.code == "rcpt_accepted"]
    return any(finding.evidence.get("address") == recipient for finding in accepted)


def _hosted_by_microsoft(conversation: Conversation) -> bool:
    """Tell whether the person's address is Microsoft's, by its domain or by who takes its mail."""
    asked = (seen.verdict for seen in conversation.seen if seen.what == "domain")
    known = domain_kind(conversation.answers.get("mail_address", "")) == "microsoft"
    return known or any(matches(verdict, "hosted_by_microsoft") for verdict in asked)


def looks(conversation: Conversation) -> tuple[Verdict, ...]:
    """Return the verdicts of the looks at the server, oldest first."""
    return tuple(seen.verdict for seen in conversation.seen if seen.what == "probe")


def next_cause(conversation: Conversation) -> str:
    """Return the likeliest cause of the newest verdict that was not advised yet, or an empty text."""
    if conversation.verdict is None:
        return ""
    causes = (conversation.verdict.cause, *(other.cause for other in conversation.verdict.runners_up))
    left = (cause.value for cause in causes if cause not in (Cause.OK, Cause.UNKNOWN))
    return next((cause for cause in left if cause not in conversation.advised), "")


def matches(verdict: Verdict, code: str) -> bool:
    """Tell whether a verdict has a cause or, where the code is no cause's name, a finding of that code."""
    if code in tuple(Cause):
        return verdict.cause == code
    return any(finding.code == code for finding in verdict.findings)
