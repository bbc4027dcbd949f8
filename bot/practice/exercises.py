"""The exercises of the range: the settings to type for each fault, and what must be found out about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.practice.servers import PASSWORD, USER_NAME
from probes.causes import Cause
from probes.findings import Settings

SENDER = "ann@practice.test"
RECIPIENT = "bob@practice.test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One fault: what to type, what is broken (one sentence), and what a verdict must say.

    `works_with`: any one of these is right; None among them means that naming nothing is right.
    """

    name: str
    host: str
    broken: str
    cause: Cause
    port: int = 587
    security: str = "starttls"
    login: str = "no"
    user_name: str | None = None
    password: str | None = None
    sender: str = SENDER
    recipient: str = RECIPIENT
    works_with: tuple[Settings | None, ...] = (None,)


def _also(host: str, *ports: tuple[int, str]) -> tuple[Settings, ...]:
    return tuple(Settings(host, port, security) for port, security in ports)


_BOTH = ((587, "starttls"), (465, "tls"))
_HEALTHY, _LOGIN = "smtp.practice.test", "login.practice.test"

_ALL = (
    Exercise(name="healthy", host=_HEALTHY, broken="Nothing is broken here.", cause=Cause.OK),
    Exercise(
        name="healthy-tls", host=_HEALTHY, port=465, security="tls", broken="Nothing is broken here.", cause=Cause.OK
    ),
    Exercise(
        name="healthy-login",
        host=_LOGIN,
        login="yes",
        user_name=USER_NAME,
        password=PASSWORD,
        broken="Nothing is broken here; it wants a login, and gets the right one.",
        cause=Cause.OK,
    ),
    Exercise(
        name="login-missing",
        host=_LOGIN,
        broken="The server wants a login before it takes mail, and none is made.",
        cause=Cause.AUTH_REQUIRED,
    ),
    Exercise(
        name="wrong-password",
        host=_LOGIN,
        login="yes",
        user_name=USER_NAME,
        password="not-the-password",
        broken="The login is made with a wrong password.",
        cause=Cause.AUTH_FAILED_CREDENTIALS,
    ),
    Exercise(
        name="login-in-clear",
        host=_LOGIN,
        security="none",
        login="yes",
        user_name=USER_NAME,
        password=PASSWORD,
        broken="The server offers a login only once the connection is encrypted.",
        cause=Cause.AUTH_ONLY_AFTER_TLS,
        works_with=_also(_LOGIN, *_BOTH),
    ),
    Exercise(
        name="wrong-mode",
        host=_HEALTHY,
        security="tls",
        broken="TLS from the first byte is spoken to a port that begins in clear.",
        cause=Cause.WRONG_SECURITY_MODE,
        works_with=_also(_HEALTHY, *_BOTH),
    ),
    Exercise(
        name="no-tls",
        host="no-tls.practice.test",
        broken="The server does not offer STARTTLS.",
        cause=Cause.STARTTLS_NOT_OFFERED,
        works_with=(*_also("no-tls.practice.test", (587, "none")), None),
    ),
    Exercise(
        name="requires-tls",
        host="requires-tls.practice.test",
        security="none",
        broken="The server takes mail only over an encrypted connection.",
        cause=Cause.TLS_REQUIRED,
        works_with=_also("requires-tls.practice.test", (587, "starttls")),
    ),
    Exercise(
        name="expired-certificate",
        host="expired.practice.test",
        broken="The server's certificate ran out 30 days ago.",
        cause=Cause.CERTIFICATE_EXPIRED,
    ),
    Exercise(
        name="wrong-name",
        host="wrong-name.practice.test",
        broken="The server's certificate is for right-name.practice.test.",
        cause=Cause.CERTIFICATE_NAME_MISMATCH,
        works_with=(*_also("right-name.practice.test", *_BOTH), None),
    ),
    Exercise(
        name="self-signed",
        host="self-signed.practice.test",
        broken="The server's certificate is signed by itself.",
        cause=Cause.CERTIFICATE_SELF_SIGNED,
    ),
    Exercise(
        name="untrusted-ca",
        host="untrusted.practice.test",
        broken="The server's certificate is signed by an authority that nobody trusts.",
        cause=Cause.CERTIFICATE_UNTRUSTED,
    ),
    Exercise(
        name="refuses-relay",
        host="relay.practice.test",
        recipient="bob@elsewhere.test",
        broken="The server takes mail for its own domain only, and offers no login.",
        cause=Cause.RELAY_DENIED,
    ),
    Exercise(
        name="wants-login-to-relay",
        host="relay-login.practice.test",
        recipient="bob@elsewhere.test",
        broken="The server takes mail for others only after a login, and none is made.",
        cause=Cause.AUTH_REQUIRED,
    ),
    Exercise(
        name="wants-spa",
        host="spa.practice.test",
        login="yes",
        user_name=USER_NAME,
        broken="The server offers NTLM and GSSAPI only, which Outlook calls secure password authentication.",
        cause=Cause.AUTH_MECHANISM_UNSUPPORTED,
    ),
    Exercise(
        name="unknown-recipient",
        host=_HEALTHY,
        recipient="nobody-here@practice.test",
        broken="The recipient's domain is right, the mailbox does not exist.",
        cause=Cause.RECIPIENT_UNKNOWN,
    ),
    Exercise(
        name="full-mailbox",
        host=_HEALTHY,
        recipient="full@practice.test",
        broken="The recipient's mailbox is full.",
        cause=Cause.MAILBOX_FULL,
    ),
    Exercise(
        name="disabled-mailbox",
        host=_HEALTHY,
        recipient="away@practice.test",
        broken="The recipient's mailbox exists and takes no mail now.",
        cause=Cause.SUSPENDED_OR_DISABLED_MAILBOX,
    ),
    Exercise(
        name="recipient-typo",
        host=_HEALTHY,
        recipient="bob@practcie.test",
        broken="The recipient's domain has a typing error and does not exist.",
        cause=Cause.RECIPIENT_DOMAIN_INVALID,
        works_with=(Settings(_HEALTHY, 587, "starttls", recipient=RECIPIENT), None),
    ),
    Exercise(
        name="recipient-takes-no-mail",
        host=_HEALTHY,
        recipient="bob@nomail.test",
        broken="The recipient's domain says that it takes no mail (null MX).",
        cause=Cause.RECIPIENT_DOMAIN_INVALID,
    ),
    Exercise(
        name="pop-server",
        host="pop.practice.test",
        broken="The incoming (POP3) server is given as the outgoing one.",
        cause=Cause.INCOMING_SERVER_USED,
        works_with=(*_also(_HEALTHY, *_BOTH), None),
    ),
    Exercise(
        name="imap-server",
        host="imap.practice.test",
        broken="The incoming (IMAP) server is given as the outgoing one.",
        cause=Cause.INCOMING_SERVER_USED,
        works_with=(*_also(_HEALTHY, *_BOTH), None),
    ),
    Exercise(
        name="http-server",
        host="web.practice.test",
        broken="A web server listens where the mail server should.",
        cause=Cause.NOT_AN_SMTP_SERVER,
        works_with=(*_also(_HEALTHY, *_BOTH), None),
    ),
    Exercise(
        name="never-answers",
        host="silent.practice.test",
        broken="The server takes the connection and then says nothing.",
        cause=Cause.TIMEOUT,
        works_with=(*_also(_HEALTHY, *_BOTH), None),
    ),
    Exercise(
        name="closes-after-banner",
        host="closes.practice.test",
        broken="The server greets and then ends the connection.",
        cause=Cause.CONNECTION_DROPPED,
        works_with=(*_also(_HEALTHY, *_BOTH), None),
    ),
    Exercise(
        name="closes-at-connect",
        host="hangs-up.practice.test",
        broken="The server ends the connection before it greets.",
        cause=Cause.CONNECTION_DROPPED,
        works_with=(*_also(_HEALTHY, *_BOTH), None),
    ),
    Exercise(
        name="greets-421",
        host="busy.practice.test",
        broken="The server says that it is busy, with the code 421.",
        cause=Cause.SERVER_TEMPORARILY_UNAVAILABLE,
    ),
    Exercise(
        name="greets-554",
        host="block-list.practice.test",
        broken="The server greets with 554: this computer's address is on its block list.",
        cause=Cause.IP_BLOCKLISTED,
    ),
    Exercise(
        name="rejects-helo",
        host="helo.practice.test",
        broken="The server refuses the name that the client gives in HELO.",
        cause=Cause.HELO_REJECTED,
    ),
    Exercise(
        name="wrong-port",
        host="wrong-port.practice.test",
        port=25,
        security="none",
        broken="Nothing listens on port 25; the server is on 587 and 465.",
        cause=Cause.CONNECTION_REFUSED,
        works_with=_also("wrong-port.practice.test", *_BOTH),
    ),
    Exercise(
        name="blocked-port",
        host="blocked.practice.test",
        port=25,
        security="none",
        broken="Port 25 is blocked: nothing comes back, while 587 and 465 answer.",
        cause=Cause.PORT_BLOCKED,
        works_with=_also("blocked.practice.test", *_BOTH),
    ),
    Exercise(
        name="refuses-everything",
        host="refused.practice.test",
        broken="Nothing listens on this computer at all.",
        cause=Cause.CONNECTION_REFUSED,
        works_with=(*_also(_HEALTHY, *_BOTH), None),
    ),
    Exercise(
        name="name-wrong",
        host="nowhere.practice.test",
        broken="The server's name does not exist.",
        cause=Cause.SERVER_NAME_WRONG,
        works_with=(*_also(_HEALTHY, *_BOTH), None),
    ),
    Exercise(
        name="name-near-miss",
        host="smpt.practice.test",
        broken="The server's name has a typing error: smpt in place of smtp.",
        cause=Cause.SERVER_NAME_WRONG,
        works_with=(*_also(_HEALTHY, *_BOTH), None),
    ),
    Exercise(
        name="no-address",
        host="no-address.practice.test",
        broken="The server's name exists and has no address.",
        cause=Cause.NO_ADDRESS,
        works_with=(*_also(_HEALTHY, *_BOTH), None),
    ),
    Exercise(
        name="names-fail",
        host="broken-names.practice.test",
        broken="The name servers fail when they are asked for this name (SERVFAIL).",
        cause=Cause.DNS_FAILURE,
        works_with=(*_also(_HEALTHY, *_BOTH), None),
    ),
)

EXERCISES: Mapping[str, Exercise] = {exercise.name: exercise for exercise in _ALL}
