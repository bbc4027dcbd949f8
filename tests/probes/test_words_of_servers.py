"""What real servers say, played by a scripted peer: the words are Postfix's, Exim's, Dovecot's, nginx's, Sendmail's."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from bot.looking import look
from bot.practice.peer import Do, Reply, Script
from probes.causes import Cause, Confidence
from probes.target import Login, Security, Target, parse_host
from probes.verdict import Told, Verdict

PASSWORD = "Marked-7-secret"
OUT = "bob@elsewhere.test"
IN = "bob@peer.test"
C, L, P = Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE


def ehlo(*keywords: str) -> bytes:
    lines = ["peer.test", *keywords]
    return b"".join(f"250{' ' if n == len(lines) - 1 else '-'}{line}\r\n".encode() for n, line in enumerate(lines))


@dataclass(frozen=True)
class Server:
    """A submission server: what it offers before and after TLS, and how it answers."""

    clear: tuple[str, ...] = ("STARTTLS",)
    tls: tuple[str, ...] = ("AUTH PLAIN LOGIN",)
    replies: Mapping[str, Reply] = field(default_factory=dict)
    in_clear: Mapping[str, Reply] = field(default_factory=dict)
    greeting: bytes = b"220 peer.test ESMTP\r\n"

    def script(self, context: ssl.SSLContext) -> Script:
        after = Script(greeting=None, replies={"EHLO": ehlo(*self.tls), "AUTH": b"235 2.7.0 ok\r\n", **self.replies})
        before = {"EHLO": ehlo(*self.clear), "STARTTLS": (b"220 2.0.0 go\r\n", Do.TLS), **self.replies, **self.in_clear}
        return Script(greeting=self.greeting, replies=before, tls=context, after_tls=after)


def rcpt(text: str, **more: object) -> Server:
    return Server(replies={"RCPT": text.encode() + b"\r\n"}, **more)  # type: ignore[arg-type]


def auth(text: str) -> Server:
    return Server(replies={"AUTH": text.encode() + b"\r\n"})


NO_AUTH = {"tls": ()}
POSTFIX_RELAY = rcpt("554 5.7.1 <bob@elsewhere.test>: Relay access denied")
DEBIAN = rcpt("554 5.7.1 <bob@elsewhere.test>: Recipient address rejected: Access denied")
OLD_SUBMISSION = rcpt("554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied")
NOT_LOGGED_IN = rcpt("553 5.7.1 <bob@peer.test>: Sender address rejected: not logged in")
EXIM_RELAY = rcpt("550 relay not permitted")
EXIM_DENY = Server(replies={"MAIL": b"550 Administrative prohibition\r\n"})
CPANEL = rcpt("550-192.0.2.7 is not permitted to relay through this server without\r\n550 authentication.")
DOVECOT_FIRST = Server(replies={"MAIL": b"530 5.7.0 Authentication required.\r\n"})
NGINX_FIRST = Server(replies={"MAIL": b"530 5.7.1 Authentication required\r\n"})
OPENSMTPD_FIRST = Server(replies={"MAIL": b"530 5.5.1 Invalid command: Must issue an AUTH command first\r\n"})
OPENSMTPD_RELAY = rcpt("550 Invalid recipient: <bob@elsewhere.test>", greeting=b"220 peer.test ESMTP OpenSMTPD\r\n")
SENDMAIL_RELAY = rcpt("550 5.7.1 <bob@elsewhere.test>... Relaying denied. Proper authentication required.")
WANT_LOGIN = {
    "postfix": POSTFIX_RELAY, "debian": DEBIAN, "old submission": OLD_SUBMISSION, "not logged in": NOT_LOGGED_IN,
    "exim": EXIM_RELAY, "exim without words": EXIM_DENY, "cpanel": CPANEL, "dovecot": DOVECOT_FIRST,
    "nginx": NGINX_FIRST, "opensmtpd": OPENSMTPD_FIRST, "opensmtpd relay": OPENSMTPD_RELAY, "sendmail": SENDMAIL_RELAY,
}  # fmt: skip
RELAYS = {"postfix": POSTFIX_RELAY, "exim": EXIM_RELAY, "opensmtpd": OPENSMTPD_RELAY, "sendmail": SENDMAIL_RELAY}


@pytest.fixture
def ask(stage, certificates):
    async def ask(server: Server, *, password: str | None = None, **more: object) -> Verdict:
        context = certificates.good("peer.test")
        async with stage(server.script(context), certificates) as scene:
            login = Login(str(more.pop("login", "yes" if password else "no")))
            settings: dict[str, object] = {"sender": "ann@peer.test", "recipient": OUT, "user_name": "ann", **more}
            settings["security"] = Security(str(settings.get("security", "starttls")))
            target = Target(host=parse_host("peer.test"), login=login, **settings)  # type: ignore[arg-type]
            zone = {"elsewhere.test": {"MX": ["1 mx.elsewhere.test."]}}
            scene.names.zone = {**scene.names.zone, **zone}
            said = await look(target, Told(login=str(login)), scene.vantage, timeout=20, password=password)
            assert_no_secret(said, password)
            return said

    return ask


def assert_no_secret(said: Verdict, password: str | None) -> None:
    shown = " ".join(line.text for line in said.transcript) + str(said.findings)
    if password:
        assert password not in shown
        assert base64.b64encode(password.encode()).decode().rstrip("=")[:-1] not in shown


@pytest.mark.parametrize("server", WANT_LOGIN.values(), ids=WANT_LOGIN)
@pytest.mark.parametrize("login", ["yes", "unknown"])
async def test_a_healthy_server_is_not_at_fault_for_wanting_the_login_first(ask, server, login) -> None:
    said = await ask(server, login=login)
    assert (said.cause, said.confidence) == (Cause.OK, L)
    assert "login_expected" in {entry.reason for entry in said.not_tested}


@pytest.mark.parametrize("server", WANT_LOGIN.values(), ids=WANT_LOGIN)
async def test_whoever_makes_no_login_is_told_to_make_one(ask, server) -> None:
    assert (await ask(server)).cause is Cause.AUTH_REQUIRED


@pytest.mark.parametrize("server", RELAYS.values(), ids=RELAYS)
async def test_where_no_login_is_to_be_had_relaying_is_denied(ask, server) -> None:
    without = Server(tls=(), replies=server.replies, greeting=server.greeting)
    assert (await ask(without)).cause is Cause.RELAY_DENIED


async def test_relaying_denied_after_the_login_is_certain(ask) -> None:
    said = await ask(POSTFIX_RELAY, password=PASSWORD)
    assert (said.cause, said.confidence) == (Cause.RELAY_DENIED, C)


async def test_a_bare_no_after_the_login_is_not_certain(ask) -> None:
    said = await ask(
        rcpt("554 5.7.1 <bob@elsewhere.test>: Recipient address rejected: Access denied"), password=PASSWORD
    )
    assert said.confidence is not C


async def test_a_sender_that_is_not_the_logins_is_certain(ask) -> None:
    said = await ask(
        rcpt("553 5.7.1 <carl@peer.test>: Sender address rejected: not owned by user ann"), password=PASSWORD
    )
    assert (said.cause, said.confidence) == (Cause.SENDER_NOT_ALLOWED, C)


LOGINS = [
    ("535 5.7.8 Error: authentication failed: (reason unavailable)", Cause.AUTH_FAILED_CREDENTIALS),
    ("535 Incorrect authentication data", Cause.AUTH_FAILED_CREDENTIALS),
    ("535 5.7.8 Authentication failed.", Cause.AUTH_FAILED_CREDENTIALS),
    ("535 5.7.0 Invalid login or password", Cause.AUTH_FAILED_CREDENTIALS),
    ("535 5.7.0 authentication failed", Cause.AUTH_FAILED_CREDENTIALS),
    ("525 5.7.13 Login disabled for this user", Cause.ACCOUNT_DISABLED_OR_LOCKED),
    ("535 5.7.13 Account is disabled", Cause.ACCOUNT_DISABLED_OR_LOCKED),
    ("454 4.7.0 Temporary authentication failure", Cause.SERVER_TEMPORARILY_UNAVAILABLE),
    ("451 4.3.2 Internal server error", Cause.SERVER_TEMPORARILY_UNAVAILABLE),
    ("534-5.7.9 Application-specific password required.\r\n534 5.7.9 x - gsmtp", Cause.APP_PASSWORD_OR_OAUTH_REQUIRED),
    (
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        Cause.ACCOUNT_DISABLED_OR_LOCKED,
    ),  # noqa: E501 - a row of a table
]


@pytest.mark.parametrize(("text", "cause"), LOGINS)
async def test_a_refused_login_says_why(ask, text, cause) -> None:
    said = await ask(auth(text), password=PASSWORD)
    assert said.cause is cause
    assert said.works_with is None


RECIPIENTS = [
    (
        "550 5.1.1 <bob@peer.test>: Recipient address rejected: User unknown in local recipient table",
        Cause.RECIPIENT_UNKNOWN,
    ),  # noqa: E501 - a row of a table
    ("550 Unrouteable address", Cause.RECIPIENT_UNKNOWN),
    ("550 5.1.1 <bob@peer.test>... User unknown", Cause.RECIPIENT_UNKNOWN),
    ("552 5.2.2 <bob@peer.test>: Recipient address rejected: Mailbox is full", Cause.MAILBOX_FULL),
    ("452 4.2.2 <bob@peer.test>: Recipient address rejected: Mailbox is full", Cause.MAILBOX_FULL),
    ("552 Mailbox quota exceeded", Cause.MAILBOX_FULL),
    (
        "450 4.2.0 <bob@peer.test>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/peer.test.html",  # noqa: E501 - a row of a table
        Cause.GREYLISTED,
    ),  # noqa: E501 - a row of a table
    ("451 greylisted - try again later", Cause.GREYLISTED),
    ("554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org", Cause.IP_BLOCKLISTED),
    (
        "550 5.7.23 <bob@peer.test>: Recipient address rejected: Message rejected due to: SPF fail - not authorized.",
        Cause.SENDER_AUTHENTICATION_FAILED,
    ),  # noqa: E501 - a row of a table
    ("550 5.2.1 The email account that you tried to reach is disabled", Cause.SUSPENDED_OR_DISABLED_MAILBOX),
    ("451 Temporary local problem - please try later", Cause.SERVER_TEMPORARILY_UNAVAILABLE),
    ("504 5.5.2 <here.test>: Helo command rejected: need fully-qualified hostname", Cause.HELO_REJECTED),
    ("450 4.7.1 Error: too many recipients from 192.0.2.7", Cause.RATE_LIMITED),
]


@pytest.mark.parametrize(("text", "cause"), RECIPIENTS)
async def test_a_refused_recipient_says_why(ask, text, cause) -> None:
    assert (await ask(rcpt(text), recipient=IN)).cause is cause


@pytest.mark.parametrize(
    "text", ["552 5.3.4 Message size exceeds fixed limit", "552 Message size exceeds maximum permitted"]
)
async def test_a_message_over_the_limit_is_seen_before_it_is_sent(ask, text) -> None:
    server = Server(tls=("AUTH PLAIN", "SIZE 1000"), replies={"MAIL": text.encode() + b"\r\n"})
    said = await ask(server, message_size=5000)
    assert (said.cause, said.confidence) == (Cause.MESSAGE_TOO_LARGE, C)


@pytest.mark.parametrize("login", ["yes", "no"])
@pytest.mark.parametrize("sender", ["ann@peer.test", None])
async def test_a_server_that_refuses_everything_in_clear_wants_tls(ask, login, sender) -> None:
    server = Server(in_clear={"MAIL": b"530 5.7.0 Must issue a STARTTLS command first\r\n"})
    said = await ask(server, login=login, security="none", sender=sender, recipient=None)
    assert (said.cause, said.confidence) == (Cause.TLS_REQUIRED, C)
    assert said.works_with is not None
    assert (said.works_with.port, said.works_with.security) == (587, "starttls")


async def test_logins_only_after_tls_are_told_from_none(ask) -> None:
    said = await ask(POSTFIX_RELAY, login="yes", security="none")
    assert said.cause is Cause.AUTH_ONLY_AFTER_TLS
    assert said.works_with is not None
    assert (await ask(POSTFIX_RELAY, security="none")).cause is Cause.AUTH_REQUIRED


@pytest.mark.parametrize(
    ("offered", "cause", "sure"),
    [
        ("AUTH NTLM GSSAPI", Cause.AUTH_MECHANISM_UNSUPPORTED, C),
        ("AUTH XOAUTH2 OAUTHBEARER", Cause.APP_PASSWORD_OR_OAUTH_REQUIRED, L),
        ("AUTH CRAM-MD5", Cause.AUTH_MECHANISM_UNSUPPORTED, P),
        ("AUTH DIGEST-MD5 SCRAM-SHA-256", Cause.AUTH_MECHANISM_UNSUPPORTED, P),
        ("SIZE 1000", Cause.AUTH_MECHANISM_UNSUPPORTED, L),
        ("AUTH X-FOO", Cause.AUTH_MECHANISM_UNSUPPORTED, L),
    ],
)
async def test_what_is_offered_decides_which_login_is_possible(ask, offered, cause, sure) -> None:
    said = await ask(Server(tls=(offered,)), login="yes")
    assert (said.cause, said.confidence) == (cause, sure)


@pytest.mark.parametrize(
    "reply",
    [
        b"421 4.7.1 peer.test Error: No client certificate presented\r\n",
        b"421 4.7.1 No required SSL certificate was sent\r\n",
    ],
)
async def test_a_client_certificate_asked_for_after_tls_is_a_failed_handshake(ask, reply) -> None:
    said = await ask(Server(replies={"EHLO": reply}, in_clear={"EHLO": ehlo("STARTTLS")}), login="yes")
    assert (said.cause, said.confidence) == (Cause.TLS_HANDSHAKE_FAILED, C)


@pytest.mark.parametrize(
    "reply", [b"454 4.7.0 TLS not available due to local problem\r\n", b"550 TLS currently unavailable\r\n"]
)
async def test_starttls_offered_and_refused_is_a_failed_handshake(ask, reply) -> None:
    said = await ask(Server(in_clear={"STARTTLS": reply}), login="yes")
    assert (said.cause, said.confidence) == (Cause.TLS_HANDSHAKE_FAILED, C)
    assert Cause.AUTH_MECHANISM_UNSUPPORTED not in [other.cause for other in said.runners_up]


async def test_a_login_in_clear_happens_only_where_the_settings_say_so_and_is_told_of(ask) -> None:
    server = Server(clear=("AUTH PLAIN",), in_clear={"AUTH": b"235 2.7.0 ok\r\n"})
    told = await ask(server, password=PASSWORD, security="none")
    assert told.cause is Cause.OK
    assert "password_in_clear" in {finding.code for finding in told.findings}
    kept = await ask(server, password=PASSWORD, security="auto")
    assert "login" in {entry.check for entry in kept.not_tested}


GREETINGS = [
    (
        b"554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org\r\n",
        Cause.IP_BLOCKLISTED,
    ),
    (b"550 Your IP is blacklisted, see https://www.spamhaus.org/query/ip/192.0.2.7\r\n", Cause.IP_BLOCKLISTED),
    (b"451 Too many concurrent SMTP connections; please try again later\r\n", Cause.RATE_LIMITED),
    (b"421 4.7.0 peer.test Error: too many connections from 192.0.2.7\r\n", Cause.RATE_LIMITED),
    (b"421 4.3.2 Service not available\r\n", Cause.SERVER_TEMPORARILY_UNAVAILABLE),
    (b"* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] Dovecot (Debian) ready.\r\n", Cause.INCOMING_SERVER_USED),
    (b"+OK Dovecot (Debian) ready.\r\n", Cause.INCOMING_SERVER_USED),
    (b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", Cause.NOT_AN_SMTP_SERVER),
    (b"220 (vsFTPd 3.0.3)\r\n", Cause.NOT_AN_SMTP_SERVER),
    (b"220 ftp.peer.test ESMTP Exim 4.96\r\n", Cause.OK),
    (b"200 news.peer.test InterNetNews NNRP server INN 2.6.4 ready (posting ok)\r\n", Cause.NOT_AN_SMTP_SERVER),
    (b"-ERR unknown command 'EHLO'\r\n", Cause.NOT_AN_SMTP_SERVER),
    (b"J\x00\x00\x00\x0a8.0.36\x00\x08\x00\x00\x00abcdefgh\x00", Cause.NOT_AN_SMTP_SERVER),
]


@pytest.mark.parametrize(("greeting", "cause"), GREETINGS)
async def test_the_first_words_tell_who_is_there(ask, greeting, cause) -> None:
    assert (await ask(Server(greeting=greeting), login="yes")).cause is cause
