"""Finds what a text names for the form: the server that the person's program used, its port, who sent, who failed.

A host or an address fills the form only by the words around it. A server of the recipient's, one that merely reports
or receives, and the halves of a Message-ID are never taken for the person's outgoing server.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from probes.causes import Cause
from probes.replies import facts
from probes.replies import named_words as words
from probes.replies.bounce import from_daemon
from probes.replies.clean import bounded, folding, pattern, sound, straightened, unwrapped
from probes.replies.message import Parts, is_message, taken_apart
from probes.replies.pasted import unquoted
from probes.replies.programs import program_of
from probes.replies.reading import Reading

MOST = 20_000
"""Characters in which a server is looked for."""
SEES = ("connected", "refused", "timed_out")
PORTS = frozenset((24, 25, 26, 110, 143, 465, 475, 587, 588, 993, 995, 1025, 2465, 2525, 2526, 2587))
"""Those that mean mail; another number beside a server's name is something else."""
INCOMING = ("imap", "pop", "pop3", "imap4", "imaps", "pop3s")

_OF_CONNECTING = frozenset(
    (Cause.OK, Cause.TIMEOUT, Cause.CONNECTION_REFUSED, Cause.PORT_BLOCKED, Cause.UNKNOWN, Cause.NO_NETWORK)
)
"""Readings beside which a connection, or its want, is all that a tool's output says."""
_LOGGED_IN = frozenset(
    (Cause.AUTH_FAILED_CREDENTIALS, Cause.APP_PASSWORD_OR_OAUTH_REQUIRED, Cause.AUTH_MECHANISM_UNSUPPORTED)
)
_FROM_AFAR = frozenset(
    (
        Cause.RECIPIENT_UNKNOWN,
        Cause.RECIPIENT_DOMAIN_INVALID,
        Cause.RECIPIENT_SYNTAX,
        Cause.MAILBOX_FULL,
        Cause.SUSPENDED_OR_DISABLED_MAILBOX,
        Cause.MESSAGE_TOO_LARGE,
        Cause.CONTENT_REJECTED,
        Cause.SPAM_OR_POLICY_REJECTED,
        Cause.IP_BLOCKLISTED,
        Cause.SENDER_AUTHENTICATION_FAILED,
        Cause.RATE_LIMITED,
        Cause.GREYLISTED,
        Cause.MAIL_LOOP,
    )
)
"""What a server of the recipient's says as a rule: a host that is named beside it is hardly the person's own."""
_OF_RECIPIENT = frozenset(
    (
        Cause.RECIPIENT_UNKNOWN,
        Cause.RECIPIENT_DOMAIN_INVALID,
        Cause.RECIPIENT_SYNTAX,
        Cause.MAILBOX_FULL,
        Cause.SUSPENDED_OR_DISABLED_MAILBOX,
    )
)


def person_sees(text: str) -> str | None:
    """Read what a look from the person's side printed: `connected`, `refused` or `timed_out`; None where it is not."""
    told = straightened(sound(text[:MOST]))
    found = {name for name, printed in words.SEEN if pattern(printed).search(told)}
    # curl tries one address after the other; what failed before one that answered says nothing.
    return next((name for name in SEES if name in found), None)


def named(text: str, reading: Reading) -> dict[str, str]:
    """Return what a text that was read names, by slot of the form, and `person_sees` where a tool looked from there.

    Slots: server, port, security, login, program, mail_address, sender, recipient; `far_server` is where a returned
    mail failed, `delayed` says that it waits.
    """
    text = unwrapped(bounded(sound(text)))
    if is_message(unquoted(text)[:4000]):
        parts = taken_apart(unquoted(text))
        mail = dict(_of_a_bounce(parts)) if reading.recipients else {}
        text, sent_by = parts.human, _sent_by(parts)
    else:
        mail, sent_by = {}, ""
    told = straightened(text[:MOST])
    mail |= {} if reading.cause in (Cause.OK, Cause.NOT_A_FAILURE) else dict(_far_server(told))
    people = {} if reading.recipients else dict(_people(told, reading, far="far_server" in mail))
    found = {**dict(_server(told, reading)), **people, **mail}
    if reading.cause in _LOGGED_IN and not reading.recipients:
        found["login"] = "yes"
    if reading.recipients:
        first = next((one for one in reading.recipients if one.cause is reading.cause), reading.recipients[0])
        found["recipient"] = first.address
    elif reading.cause in _OF_CONNECTING and (sees := person_sees(told)) and _of_mail(told):
        found["person_sees"] = sees
    if program := program_of(f"{sent_by}\n{told}"):
        found["program"] = program
    return found | ({"delayed": "yes"} if reading.waits else {})


def _far_server(told: str) -> Iterator[tuple[str, str]]:
    """Find the server that a mail system spoke with when a mail failed on its way."""
    for way in words.FAR:
        for found in pattern(way).finditer(told):
            if facts.hosts(found.group("host")):
                yield "far_server", found.group("host").lower()
                return


def _of_mail(told: str) -> bool:
    """Tell whether what a tool printed is of a port for mail, or names no port."""
    ports = [int(one.group("port")) for way in (words.PORT, words.ADDRESSED) for one in pattern(way).finditer(told)]
    return not ports or any(port in PORTS for port in ports)


def _of_a_bounce(parts: Parts) -> Iterator[tuple[str, str]]:
    """Return whose mail it was: who sent what was returned, else to whom it was."""
    head = parts.headers
    returned_to = facts.addresses(head.get("to", "")) if from_daemon(head) else ()
    own = facts.addresses(parts.original.get("from", "")) or returned_to
    if len(own) == 1:
        yield "mail_address", own[0]


def _sent_by(parts: Parts) -> str:
    """Return the field in which a program names itself in the mail that came back."""
    name = parts.original.get("x-mailer") or parts.original.get("user-agent", "")
    return f"x-mailer: {' '.join(name.split())}" if name else ""


def _people(told: str, reading: Reading, *, far: bool) -> Iterator[tuple[str, str]]:
    """Find who sent and who was not reached where no report lists them; `far` where it failed further on."""
    lone = reading.addresses[0] if len(reading.addresses) == 1 else ""
    if account := pattern(words.ACCOUNT).search(told):
        yield "mail_address", account.group("address")
    sender, recipient = pattern(words.SENDER).search(told), pattern(words.RCPT).search(told)
    if sender:
        yield "sender", _trimmed(sender)
    if recipient and (not sender or _trimmed(sender) != _trimmed(recipient)):
        yield "recipient", _trimmed(recipient)
    elif lone and reading.cause is Cause.SENDER_NOT_ALLOWED and not sender:
        yield "sender", lone
    elif lone and (far or reading.cause in _OF_RECIPIENT) and not sender and not account:
        yield "recipient", lone


def _trimmed(found: Any) -> str:
    return str(found.group("address")).strip(".'\"")


def _server(told: str, reading: Reading) -> Iterator[tuple[str, str]]:
    found = next(_servers(told, reading), None)
    if found is None:
        return
    host, end, scheme = found
    beside = pattern(words.BESIDE).search(told[end : end + 90])
    said = pattern(words.PORT).search(told)
    port = next((number for one in (beside, said) if one and (number := int(one.group("port"))) in PORTS), None)
    if person_sees(told) and not _of_mail(told):
        return  # another service was tried than mail
    yield "server", host
    if port is not None:
        yield "port", str(port)
    ssl = pattern(words.SSL).search(told)
    encrypts = ssl.group("said").lower().translate(folding()) if ssl else ""
    if encrypts in words.NO:
        yield "security", "none"
    elif scheme in ("ssl", "smtps") or (port == 465 and (scheme == "tls" or encrypts in words.YES)):
        yield "security", "tls"


def _servers(told: str, reading: Reading) -> Iterator[tuple[str, int, str]]:
    """Yield servers with the place behind their name and the scheme before it, the surest first, names before IPs."""
    bounced = bool(reading.recipients)
    for way in _ways(told, reading):
        for found in pattern(way).finditer(told):
            host = found.group("host").strip(".").lower()
            start, end = found.span(pattern(way).groupindex["host"])
            quoted = way == words.KEY and told[start - 1 : start] in ("'", '"')
            if not _may_be(host, quoted=quoted) or _far(told, start, end):
                continue
            if _incoming(told, host) and reading.cause is not Cause.INCOMING_SERVER_USED:
                continue
            yield host, end, (found.group("scheme") or "").lower() if "scheme" in found.groupdict() else ""
    alike = [host for host in reading.hosts if host.partition(".")[0] in words.SMTP_LIKE]
    if not bounced and len(alike) == 1:
        at = told.lower().find(alike[0])
        if at >= 0 and not _far(told, at, at + len(alike[0])):
            yield alike[0], at + len(alike[0]), ""
    for found in pattern(words.ADDRESSED).finditer(told) if not bounced else ():
        if int(found.group("port")) in PORTS:
            yield found.group("host"), found.span(1)[1], ""


def _ways(told: str, reading: Reading) -> tuple[str, ...]:
    """Return the wordings by which a server may be found in a text."""
    if pattern(words.NAME_SERVER).search(told):
        return words.LOOKED_UP
    if reading.recipients:  # the mail was on its way: only a program that shows its settings speaks of its own server
        return (words.KEY,) if pattern(r"(?i)(?:account|konto|compte|cuenta) ?:.{1,200}serv\w+ ?:").search(told) else ()
    sure = (words.KEY, words.OUTGOING, words.TYPED)
    return (
        sure
        if reading.cause in _FROM_AFAR
        else (*sure, words.REACHED, words.LISTED, *words.LOOKED_UP[1:], words.SERVER)
    )


def _may_be(host: str, *, quoted: bool) -> bool:
    """Tell whether a word is a server's name; one of a single word only where a program quotes it as its setting."""
    if "." not in host:
        return host == "localhost" or (quoted and not host.isdigit())
    return bool(facts.hosts(host))


def _far(told: str, start: int, end: int) -> bool:
    """Tell whether a host is one on the mail's further way, or part of an address."""
    before, after = told[max(0, start - 40) : start], told[end : end + 12]
    if after.startswith(("[", "@")):
        return True
    if after.startswith((" [", " said", ": said")) and " said" in told[end : end + 60]:
        return True
    return bool(pattern(words.NOT_OURS).search(before))


def _incoming(told: str, host: str) -> bool:
    """Tell whether a host is for incoming mail, by its name or by the protocol beside it."""
    return host.partition(".")[0] in INCOMING or bool(pattern(r"(?i)protocol ?: ?[\"']?(?:pop|imap)").search(told))
