"""What one SMTP conversation brings back: stages, replies, times, a certificate and a redacted transcript."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from aiosmtplib.esmtp import parse_esmtp_extensions

from probes.certificate import Certificate
from probes.encryption import Handshake
from probes.findings import Line
from probes.network import Dialled, place
from probes.replies import read_reply
from probes.speakers import Speaker
from probes.target import Security

if TYPE_CHECKING:
    from probes.replies.reading import Reading
    from probes.replies.rulebook import Matcher

IMPLICIT_TLS_PORTS = (465, 2465, 993, 995)


class Ended(StrEnum):
    """How a conversation came to its end."""

    FINISHED = "finished"
    NOT_REACHED = "not_reached"
    REFUSED = "refused"
    CLOSED = "closed"
    RESET = "reset"
    SILENT = "silent"
    GARBLED = "garbled"
    TLS_FAILED = "tls_failed"
    NO_STARTTLS = "no_starttls"
    INCOMING = "incoming"
    OVERDUE = "overdue"
    """The run's time was up while the server went on answering slowly."""
    UNNEEDED = "unneeded"
    """Left in good order, since the given settings turned out to be fine."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply, multi-line ones joined by a line break; `enhanced` as in RFC 3463."""

    code: int
    text: str
    enhanced: str | None = None


def meaning(reply: Reply, stage: str, host: str, rules: Matcher | None) -> Reading:
    """Return what a reply of `host` says (`stage` as in `replies.read_reply`), by the admin's own rules first."""
    return read_reply(reply.code, reply.text, stage=stage, enhanced=reply.enhanced, host=host, own=rules)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command and its reply; `stage` is greeting, ehlo, helo, starttls, ehlo_tls, auth, mail_from, rcpt_to."""

    stage: str
    command: str
    reply: Reply
    took_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """All that was seen in one conversation.

    `clear` and `capabilities` map EHLO keywords to their parameters, before and after TLS (None: never seen);
    `ended_at` is the stage at which it ended; `mechanisms` likewise, upper case.
    """

    address: str
    port: int
    security: Security
    dialled: Dialled
    ended: Ended
    ended_at: str = ""
    exchanges: tuple[Exchange, ...] = ()
    speaker: Speaker = Speaker.NOTHING
    first: str = ""
    handshake: Handshake | None = None
    certificate: Certificate | None = None
    clear: Mapping[str, str] | None = None
    capabilities: Mapping[str, str] | None = None
    clear_mechanisms: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    """Login methods that were tried."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """What the server took where it refused what was typed: `username`, `sender` or `recipient`."""
    transcript: tuple[Line, ...] = ()
    took_ms: int = 0
    rules: Matcher | None = field(default=None, repr=False, compare=False)
    """The admin's own, by which its replies are read before those shipped."""

    @property
    def place(self) -> str:
        """Return `address:port`, an IPv6 address in brackets."""
        return place(self.address, self.port)

    @property
    def encrypted(self) -> bool:
        """Tell whether it came to speak over TLS."""
        return self.handshake is not None and not self.handshake.error

    @property
    def speaks_tls(self) -> bool:
        """Tell whether the peer speaks TLS, be it only to refuse us."""
        return self.handshake is not None and self.handshake.spoken

    def reply(self, *stages: str) -> Reply | None:
        """Return the last reply at one of the stages."""
        return next((e.reply for e in reversed(self.exchanges) if e.stage in stages), None)


def natural(port: int) -> Security:
    """Return the mode that a port is known for (RFC 8314)."""
    return Security.TLS if port in IMPLICIT_TLS_PORTS else Security.AUTO


def offered(text: str) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Read the reply to EHLO (RFC 5321 section 4.1.1.1): keywords in lower case to their parameters, and the logins.

    `AUTH=PLAIN`, as old servers write it, counts like `AUTH PLAIN`.
    """
    keywords, mechanisms = parse_esmtp_extensions(text)
    return keywords, tuple(dict.fromkeys(method.upper() for method in mechanisms))
