"""What is asked of each real server, and the one right answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from probes.causes import Cause
from probes.target import Login

PASSWORD = "right-horse"
OUT = "bob@elsewhere.test"
IN = "bob@real.test"
ANN = "ann@real.test"
STRANGER = "ann@elsewhere.test"


@dataclass(frozen=True)
class Case:
    """One check: `works` is (port, security, what else to type) of `works_with`, or None where nothing else works."""

    name: str
    host: str
    port: int
    security: str
    cause: Cause
    works: tuple[int | str, ...] | None = None
    login: Login = Login.YES
    password: str | None = None
    sender: str | None = ANN
    recipient: str | None = OUT
    more: dict[str, object] = field(default_factory=dict)


def known(name: str, host: str, port: int, security: str, cause: Cause, **more: object) -> Case:
    """Return a case that logs in with the password."""
    return Case(name, host, port, security, cause, password=str(more.pop("password", PASSWORD)), **more)  # type: ignore[arg-type]  # noqa: E501 - a row of a table


def free(name: str, host: str, port: int, security: str, cause: Cause, **more: object) -> Case:
    """Return a case whose program makes no login."""
    return Case(name, host, port, security, cause, login=Login.NO, **more)  # type: ignore[arg-type]


def to(who: str, cause: Cause) -> Case:
    return free(f"a recipient that is {who}", "maps", 25, "none", cause, sender=STRANGER, recipient=f"{who}@real.test")


POSTFIX = [
    Case("healthy, login in use", "good", 587, "starttls", Cause.OK),
    Case("healthy, login unknown", "good", 587, "starttls", Cause.OK, login=Login.UNKNOWN),
    known("healthy with the password", "good", 587, "auto", Cause.OK),
    known("healthy on 465", "good", 465, "tls", Cause.OK),
    known("a wrong password", "good", 587, "starttls", Cause.AUTH_FAILED_CREDENTIALS, password="wrong"),
    free("no login made", "good", 587, "starttls", Cause.AUTH_REQUIRED),
    free("no login made, in clear", "good", 587, "none", Cause.AUTH_REQUIRED),
    Case("a login in clear", "good", 587, "none", Cause.AUTH_ONLY_AFTER_TLS, (465, "tls")),
    Case("STARTTLS on 465", "good", 465, "starttls", Cause.WRONG_SECURITY_MODE, (465, "tls")),
    Case("TLS on 587", "good", 587, "tls", Cause.WRONG_SECURITY_MODE, (465, "tls")),
    Case("TLS really on 587", "tlson587", 587, "starttls", Cause.WRONG_SECURITY_MODE, (587, "tls")),
    Case("plain really on 465", "plainon465", 465, "tls", Cause.WRONG_SECURITY_MODE, (587, "starttls")),
    Case("as Debian sets it up", "debian", 587, "starttls", Cause.OK),
    free("as Debian sets it up, no login", "debian", 587, "starttls", Cause.AUTH_REQUIRED),
    Case("as Debian sets it up, in clear", "debian", 587, "none", Cause.TLS_REQUIRED, (465, "tls")),
    Case("clients let in by login only", "oldsubmission", 587, "starttls", Cause.OK),
    Case("TLS required, no addresses", "tlsrequired", 587, "none", Cause.TLS_REQUIRED, (587, "starttls"), sender=None, recipient=None),  # noqa: E501 - a row of a table
    Case("no STARTTLS", "clearboth", 587, "starttls", Cause.STARTTLS_NOT_OFFERED, (465, "tls")),
    Case("STARTTLS taken out", "nostarttls", 587, "starttls", Cause.STARTTLS_NOT_OFFERED, (587, "none")),
    Case("no login to be had", "noauth", 587, "starttls", Cause.AUTH_MECHANISM_UNSUPPORTED),
    free("no relay", "noauth", 587, "starttls", Cause.RELAY_DENIED),
    known("a sender of another's", "owner", 587, "starttls", Cause.SENDER_NOT_ALLOWED, works=(587, "starttls", ANN), sender="bob@real.test"),  # noqa: E501 - a row of a table
    Case("a sender of another's, no password", "owner", 587, "starttls", Cause.OK, sender="bob@real.test"),
    known("too large", "small", 587, "starttls", Cause.MESSAGE_TOO_LARGE, more={"message_size": 50000}),
    Case("an unknown recipient", "good", 587, "starttls", Cause.RECIPIENT_UNKNOWN, recipient="nobody@real.test"),
    to("full", Cause.MAILBOX_FULL), to("full4", Cause.MAILBOX_FULL), to("off", Cause.SUSPENDED_OR_DISABLED_MAILBOX),
    to("grey", Cause.GREYLISTED), to("rbl", Cause.IP_BLOCKLISTED), to("spf", Cause.SENDER_AUTHENTICATION_FAILED),
    to("nobody", Cause.RECIPIENT_UNKNOWN), to("rate", Cause.RATE_LIMITED),
    to("tempnet", Cause.SERVER_TEMPORARILY_UNAVAILABLE),
    Case("our name refused at once", "helonow", 587, "starttls", Cause.HELO_REJECTED),
    free("our name refused late", "helo", 587, "starttls", Cause.HELO_REJECTED, recipient=IN),
    Case("listed", "rblnow", 587, "starttls", Cause.IP_BLOCKLISTED),
    free("a sender without a domain", "fqdn", 587, "starttls", Cause.SENDER_NOT_ALLOWED, sender="ann@host", recipient=IN),  # noqa: E501 - a row of a table
    free("a late greeting", "screen", 25, "none", Cause.OK, sender=STRANGER, recipient=IN),
    Case("TLS 1.0 only", "tls10", 587, "starttls", Cause.TLS_VERSION_TOO_OLD),
    Case("TLS 1.1 only", "tls11", 465, "tls", Cause.TLS_VERSION_TOO_OLD),
    Case("a client certificate wanted", "ccert", 587, "starttls", Cause.TLS_HANDSHAKE_FAILED),
    Case("no certificate at all", "badcert", 587, "starttls", Cause.TLS_HANDSHAKE_FAILED),
    known("CRAM-MD5 with the password", "cram", 587, "starttls", Cause.OK),
    Case("OAuth only", "xoauth", 587, "starttls", Cause.APP_PASSWORD_OR_OAUTH_REQUIRED),
    Case("expired", "expired", 587, "starttls", Cause.CERTIFICATE_EXPIRED),
    Case("expired on 587 alone", "expired2", 587, "starttls", Cause.CERTIFICATE_EXPIRED, (465, "tls")),
    Case("not yet valid", "early", 587, "starttls", Cause.CERTIFICATE_EXPIRED),
    Case("self-signed", "selfsigned", 587, "starttls", Cause.CERTIFICATE_SELF_SIGNED),
    Case("an unknown authority", "stranger", 587, "starttls", Cause.CERTIFICATE_UNTRUSTED),
    Case("security software in between", "antivirus", 587, "starttls", Cause.CERTIFICATE_UNTRUSTED),
    Case("an intermediate left out", "alone", 587, "starttls", Cause.CERTIFICATE_UNTRUSTED),
    Case("an intermediate sent along", "between", 587, "starttls", Cause.OK),
]  # fmt: skip
EXIM = [
    Case("exim, healthy", "plain", 587, "starttls", Cause.OK),
    known("exim with the password", "plain", 587, "starttls", Cause.OK),
    known("exim, a wrong password", "plain", 587, "starttls", Cause.AUTH_FAILED_CREDENTIALS, password="wrong"),
    free("exim, no login made", "plain", 587, "starttls", Cause.AUTH_REQUIRED),
    Case("exim, STARTTLS on 465", "plain", 465, "starttls", Cause.WRONG_SECURITY_MODE, (465, "tls")),
    Case("exim, a login in clear", "plain", 587, "none", Cause.AUTH_ONLY_AFTER_TLS, (465, "tls")),
    Case("exim, a late greeting", "slow", 587, "starttls", Cause.OK),
    Case("exim, our name refused", "helo", 587, "starttls", Cause.HELO_REJECTED),
    Case("exim, our name refused and hung up on", "helodrop", 587, "starttls", Cause.HELO_REJECTED),
    Case("exim, a client certificate wanted", "wantscert", 587, "starttls", Cause.TLS_HANDSHAKE_FAILED),
    Case("exim, STARTTLS refused", "refusestls", 587, "starttls", Cause.TLS_HANDSHAKE_FAILED),
    Case("exim, TLS first", "needstls", 587, "none", Cause.TLS_REQUIRED, (587, "starttls")),
    free("exim, login first", "authfirst", 587, "starttls", Cause.AUTH_REQUIRED),
    Case("exim, refused without a word", "silentdeny", 587, "starttls", Cause.OK),
    free("exim as hosters set it up", "cpanel", 587, "starttls", Cause.AUTH_REQUIRED),
    free("exim, no relay", "noauth", 587, "starttls", Cause.RELAY_DENIED),
    known(
        "exim, a sender of another's",
        "owner",
        587,
        "starttls",
        Cause.SENDER_NOT_ALLOWED,
        works=(587, "starttls", ANN),
        sender="bob@real.test",
    ),
    Case("exim, no STARTTLS", "bare", 587, "starttls", Cause.STARTTLS_NOT_OFFERED),
    free(
        "exim, an unknown recipient", "noauth", 587, "starttls", Cause.RECIPIENT_UNKNOWN, recipient="nobody@real.test"
    ),
    free("exim, a full mailbox", "noauth", 587, "starttls", Cause.MAILBOX_FULL, recipient="full@real.test"),
    free("exim, greylisted", "noauth", 587, "starttls", Cause.GREYLISTED, recipient="grey@real.test"),
]
DOVECOT = [
    Case("dovecot, healthy", "dovecot", 587, "starttls", Cause.OK),
    known("dovecot with the password", "dovecot", 587, "starttls", Cause.OK, recipient=IN),
    known("dovecot, a wrong password", "dovecot", 465, "tls", Cause.AUTH_FAILED_CREDENTIALS, password="wrong"),
    known(
        "dovecot, a locked account",
        "dovecot",
        587,
        "starttls",
        Cause.ACCOUNT_DISABLED_OR_LOCKED,
        more={"user_name": "locked"},
    ),  # noqa: E501 - a row of a table
    known(
        "dovecot, from elsewhere only",
        "dovecot",
        587,
        "starttls",
        Cause.AUTH_FAILED_CREDENTIALS,
        more={"user_name": "elsewhere"},
    ),  # noqa: E501 - a row of a table
    known("dovecot, no relay after all", "dovecot", 587, "starttls", Cause.RELAY_DENIED),
    free("dovecot, login first", "dovecot", 587, "starttls", Cause.AUTH_REQUIRED),
    Case("IMAP on 587", "incoming", 587, "starttls", Cause.INCOMING_SERVER_USED, (465, "tls")),
    Case("IMAP", "incoming", 143, "starttls", Cause.INCOMING_SERVER_USED, (465, "tls")),
    Case("IMAP with TLS", "incoming", 993, "tls", Cause.INCOMING_SERVER_USED, (465, "tls")),
    Case("IMAP with TLS on 587", "imapson", 587, "starttls", Cause.INCOMING_SERVER_USED),
    Case("IMAP on 25", "imapon25", 25, "none", Cause.INCOMING_SERVER_USED),
    Case("POP3", "incoming", 110, "none", Cause.INCOMING_SERVER_USED, (465, "tls")),
    Case("POP3 with TLS", "incoming", 995, "tls", Cause.INCOMING_SERVER_USED, (465, "tls")),
]
