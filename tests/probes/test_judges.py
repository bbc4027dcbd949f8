"""What the checks of greeting, encryption, login, envelope and recipient make of conversations; pure tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from probes.certificate import Certificate
from probes.checks import encryption, envelope, greeting, login, provider, recipient
from probes.dialogue import Dialogue, Ended, Exchange, Reply
from probes.encryption import Handshake
from probes.findings import Outcome
from probes.network import Answer, Dialled, Found, Reached
from probes.providers import for_host
from probes.speakers import Speaker, speaker
from probes.target import Login, Mistake, Security, Target, parse_host

HOST = parse_host("smtp.a.test")
TLS13 = Handshake("TLSv1.3", "TLS_AES_256_GCM_SHA384")
GOOD = Certificate(names=("smtp.a.test",))


def target(**more: object) -> Target:
    return Target(host=HOST, **{"login": Login.YES, "sender": "ann@a.test", "recipient": "bob@b.test", **more})  # type: ignore[arg-type]  # noqa: E501 - a row of a table


def said(stage: str, text: str, took_ms: int = 1) -> Exchange:
    code, _, rest = text.partition(" ")
    return Exchange(stage, "", Reply(int(code), rest), took_ms)


def held(
    *exchanges: Exchange, ended: Ended = Ended.FINISHED, at: str = "", port: int = 587, **more: object
) -> Dialogue:
    known: dict[str, object] = {
        "security": Security.STARTTLS, "speaker": Speaker.SMTP, "first": "220 a ESMTP",
        "dialled": Dialled("192.0.2.1", port, Reached.CONNECTED), **more,
    }  # fmt: skip
    return Dialogue(address="192.0.2.1", port=port, ended=ended, ended_at=at, exchanges=exchanges, **known)  # type: ignore[arg-type]  # noqa: E501 - a row of a table


HELLO = said("greeting", "220 a ESMTP")
OFFERS = {"capabilities": {"auth": "PLAIN"}, "mechanisms": ("PLAIN",), "handshake": TLS13, "certificate": GOOD}
NOTHING = {"ended": Ended.SILENT, "at": "greeting", "speaker": Speaker.NOTHING, "first": ""}
UNREACHED = held(ended=Ended.NOT_REACHED, at="connect")
TLS_SPEAKER = held(handshake=TLS13, certificate=GOOD, security=Security.TLS)
IMAP_IN_TLS = held(handshake=TLS13, security=Security.TLS, speaker=Speaker.IMAP, ended=Ended.INCOMING, at="greeting")

GREETINGS = [
    ("unreached", UNREACHED, (), None),
    ("still dripping at the end of the run", held(ended=Ended.OVERDUE, at="greeting"), (), None),
    ("quick", held(HELLO), (), ["greeting"]),
    ("late", held(said("greeting", "220 a", 5200)), (), ["greeting", "greeting_delayed"]),
    ("a tarpit", held(HELLO, said("ehlo", "250 a", 5200)), (), ["greeting", "reply_delayed"]),
    ("a slow answer to a question of ours", held(HELLO, said("literal", "250 a", 5200)), (), ["greeting"]),
    ("HELO only", held(HELLO, said("ehlo", "502 x"), said("helo", "250 a")), (), ["greeting", "helo_only"]),
    ("silent", held(**NOTHING), (), ["went_silent"]),
    ("silent in clear, a mail server in TLS", held(**NOTHING), (TLS_SPEAKER,), []),
    ("silent in clear, IMAP in TLS", held(**NOTHING), (IMAP_IN_TLS,), ["incoming_server"]),
    ("silent, and then a web server", held(**NOTHING), (held(speaker=Speaker.HTTP),), ["not_smtp"]),
    ("TLS in answer to words", held(ended=Ended.GARBLED, at="greeting", speaker=Speaker.TLS), (), []),
    ("a mail server on an incoming port", held(HELLO, port=143), (), ["incoming_port"]),
    ("TLS failed before all words", held(ended=Ended.TLS_FAILED, at="tls", speaker=Speaker.NOTHING), (), []),
    ("closed at once", held(ended=Ended.CLOSED, at="greeting", speaker=Speaker.NOTHING), (), ["hung_up"]),
    ("torn at EHLO", held(HELLO, ended=Ended.RESET, at="ehlo"), (), ["greeting", "reset_midway"]),
    ("garbage", held(HELLO, ended=Ended.GARBLED, at="ehlo"), (), ["greeting", "garbled"]),
    ("turned away", held(said("greeting", "554 no"), ended=Ended.REFUSED, at="greeting"), (), ["greeting", "greeting_refused"]),  # noqa: E501 - a row of a table
    ("name refused", held(HELLO, said("ehlo", "550 no"), ended=Ended.REFUSED, at="ehlo"), (), ["greeting", "hello_refused"]),  # noqa: E501 - a row of a table
    ("name refused, address taken", held(HELLO, said("ehlo", "550 no"), said("literal", "250 a"), ended=Ended.REFUSED, at="ehlo"), (), ["greeting", "hello_refused", "hello_by_address"]),  # noqa: E501 - a row of a table
    ("name refused, then torn", held(HELLO, said("ehlo", "550 bad HELO name"), ended=Ended.CLOSED, at="helo"), (), ["greeting", "hello_refused"]),  # noqa: E501 - a row of a table
    ("name refused in EHLO alone", held(HELLO, said("ehlo", "550 bad HELO name"), said("helo", "250 a")), (), ["greeting", "helo_only", "hello_refused"]),  # noqa: E501 - a row of a table
    ("name refused in words of its own, then torn", held(HELLO, said("ehlo", "550 you are not you"), ended=Ended.CLOSED, at="helo"), (), ["greeting", "hello_refused"]),  # noqa: E501 - a row of a table
    ("EHLO not known, then torn", held(HELLO, said("ehlo", "500 what?"), ended=Ended.CLOSED, at="helo"), (), ["greeting", "hung_up"]),  # noqa: E501 - a row of a table
    ("silent in clear, a web server in TLS", held(**NOTHING), (held(handshake=TLS13, security=Security.TLS, speaker=Speaker.HTTP),), ["not_smtp"]),  # noqa: E501 - a row of a table
    ("files, in words of its own", held(HELLO, said("ehlo", "530 Please login with USER and PASS."), ended=Ended.REFUSED, at="ehlo"), (), ["not_smtp"]),  # noqa: E501 - a row of a table
    ("stopped at STARTTLS", held(HELLO, ended=Ended.CLOSED, at="starttls"), (), ["greeting"]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "other", "codes"), [row[1:] for row in GREETINGS], ids=[row[0] for row in GREETINGS])
def test_each_first_word_has_its_code(given, other, codes) -> None:
    report = greeting.judge(target(), greeting.Seen((given,), other))
    assert report.outcome is (Outcome.BLIND if codes is None else Outcome.DONE)
    assert [finding.code for finding in report.findings] == (codes or [])


def test_an_address_that_takes_the_connection_and_then_fails_is_named_beside_one_that_works() -> None:
    works = held(HELLO)
    silent = replace(held(ended=Ended.SILENT, at="greeting", speaker=Speaker.NOTHING), address="192.0.2.2")
    away = replace(held(ended=Ended.NOT_REACHED, at="connect", speaker=Speaker.NOTHING), address="192.0.2.3")
    report = greeting.judge(target(), greeting.Seen((silent, works, away), (), ("192.0.2.4",)))
    found = [(one.code, one.evidence.get("address")) for one in report.findings]
    assert found == [("greeting", None), ("address_fails", "192.0.2.2"), ("address_late", "192.0.2.4")]


def broken(error: str, *exchanges: Exchange, **more: object) -> Dialogue:
    return held(*exchanges, ended=Ended.TLS_FAILED, at="tls", handshake=Handshake(error=error), **more)  # type: ignore[arg-type]  # noqa: E501 - a row of a table


def certified(*failures: str, by: str = "") -> Dialogue:
    return held(HELLO, handshake=TLS13, certificate=Certificate(failures=failures, intercepted_by=by))


WANTS_CERTIFICATE = said("ehlo_tls", "421 4.7.1 a Error: No client certificate presented")
ENCRYPTIONS = [
    ("unreached", UNREACHED, (), None),
    ("POP3", held(speaker=Speaker.POP3), (), None),
    ("in order", held(HELLO, handshake=TLS13, certificate=GOOD), (), ["encrypted", "certificate_good"]),
    ("old", held(HELLO, handshake=Handshake("TLSv1", "x"), certificate=GOOD), (), ["tls_old", "certificate_good"]),
    ("not offered", held(HELLO, ended=Ended.NO_STARTTLS, at="starttls"), (), ["starttls_not_offered"]),
    ("none, by what answers", held(HELLO, security=Security.AUTO, capabilities={}), (), ["not_encrypted"]),
    ("none, as asked", held(HELLO, security=Security.NONE, capabilities={}), (), []),
    ("failed, by what answers", broken("closed", HELLO, security=Security.AUTO, capabilities={}), (), ["tls_failed"]),
    ("plain words to TLS", held(**NOTHING), (TLS_SPEAKER,), ["plain_on_tls_port"]),
    ("plain words to IMAP in TLS", held(**NOTHING), (IMAP_IN_TLS,), []),
    ("TLS in answer", held(ended=Ended.GARBLED, at="greeting", speaker=Speaker.TLS), (), ["plain_on_tls_port"]),
    ("refused", held(HELLO, said("starttls", "454 no"), ended=Ended.REFUSED, at="starttls"), (), ["starttls_refused"]),
    ("hung up", held(HELLO, ended=Ended.CLOSED, at="starttls"), (), ["starttls_refused"]),
    ("TLS to plain words", broken("not_tls", security=Security.TLS), (), ["tls_on_plain_port"]),
    ("nonsense after STARTTLS", broken("not_tls", HELLO), (), ["tls_failed"]),
    ("no version in common", broken("version", HELLO), (), ["tls_version_refused"]),
    ("no cipher in common", broken("cipher"), (), ["tls_cipher_refused"]),
    ("no certificate", held(HELLO, handshake=TLS13), (), ["tls_failed"]),
    ("wants ours", held(HELLO, WANTS_CERTIFICATE, handshake=TLS13, certificate=GOOD), (), ["tls_failed", "certificate_good"]),  # noqa: E501 - a row of a table
    ("wants ours, and says so at the first MAIL", held(HELLO, said("turned_away", "550 5.7.0 not authenticated"), handshake=TLS13, certificate=GOOD), (), ["tls_failed", "certificate_good"]),  # noqa: E501 - a row of a table
    ("expired and of another name", certified("expired", "name_mismatch"), (), ["encrypted", "certificate_expired", "certificate_name_mismatch"]),  # noqa: E501 - a row of a table
    ("intercepted", certified("untrusted", by="avast"), (), ["encrypted", "certificate_untrusted", "certificate_intercepted"]),  # noqa: E501 - a row of a table
]  # fmt: skip


@pytest.mark.parametrize(("given", "others", "codes"), [r[1:] for r in ENCRYPTIONS], ids=[r[0] for r in ENCRYPTIONS])
def test_each_way_of_encrypting_has_its_code(given, others, codes) -> None:
    report = encryption.judge(target(), encryption.Seen((given,), others))
    assert report.outcome is (Outcome.BLIND if codes is None else Outcome.DONE)
    assert [finding.code for finding in report.findings] == (codes or [])


def offering(*methods: str, **more: object) -> Dialogue:
    return held(HELLO, **{"capabilities": {}, "mechanisms": methods, "handshake": TLS13, "certificate": GOOD, **more})  # type: ignore[arg-type]  # noqa: E501 - a row of a table


IN_CLEAR = {"handshake": None, "certificate": None, "security": Security.NONE}
LOGINS = [
    ("nothing held", None, (), None),
    ("stopped at STARTTLS", offering(ended=Ended.REFUSED, at="starttls"), (), None),
    ("stopped after TLS", offering(ended=Ended.REFUSED, at="ehlo_tls"), (), None),
    ("no STARTTLS", offering(ended=Ended.NO_STARTTLS, at="starttls"), (), []),
    ("plain", offering("PLAIN"), (), ["login_offered", "no_windows_login"]),
    ("plain and Windows", offering("PLAIN", "NTLM"), (), ["login_offered"]),
    ("Windows only", offering("NTLM", "GSSAPI"), (), ["login_only_windows"]),
    ("OAuth only", offering("XOAUTH2"), (), ["login_only_oauth"]),
    ("scrambled only", offering("CRAM-MD5"), (), ["login_only_scrambled"]),
    ("by certificate only", offering("EXTERNAL"), (), ["login_not_offered"]),
    ("none", offering(), (), ["login_not_offered"]),
    ("none in clear", offering(**IN_CLEAR), (), ["login_not_offered"]),
    ("STARTTLS is there", offering(**{**IN_CLEAR, "capabilities": {"starttls": ""}}), (), ["login_only_after_tls"]),
    (
        "STARTTLS is there, and no login behind it",
        offering(**{**IN_CLEAR, "capabilities": {"starttls": ""}}),
        (offering(),),
        ["login_not_offered"],
    ),  # noqa: E501 - a row of a table
    ("only after TLS", offering(**IN_CLEAR), (offering("PLAIN"),), ["login_only_after_tls"]),
]


@pytest.mark.parametrize(("given", "others", "codes"), [row[1:] for row in LOGINS], ids=[row[0] for row in LOGINS])
def test_each_offer_of_logins_has_its_code(given, others, codes) -> None:
    report = login.judge(target(), login.Seen(given, others, password=False))
    assert report.outcome is (Outcome.BLIND if codes is None else Outcome.DONE)
    assert [finding.code for finding in report.findings] == (codes or [])


@pytest.mark.parametrize(
    ("methods", "password", "reason"),
    [
        (("PLAIN",), False, "no_password"),
        (("PLAIN",), True, "connection_not_proven"),
        (("XOAUTH2",), True, "method_not_spoken"),
    ],
)
def test_why_a_login_was_not_tried_is_said(methods, password, reason) -> None:
    report = login.judge(target(), login.Seen(offering(*methods), (), password=password))
    assert report.not_tested == (("login", reason),)


@pytest.mark.parametrize(
    ("reply", "clear", "codes"),
    [
        ("235 ok", False, ["login_offered", "login_worked"]),
        ("535 no", False, ["login_offered", "login_refused"]),
        ("235 ok", True, ["login_offered", "login_worked", "password_in_clear"]),
    ],
)
def test_what_became_of_a_login_is_said(reply, clear, codes) -> None:
    more = IN_CLEAR if clear else {"handshake": TLS13, "certificate": GOOD}
    tried = held(HELLO, said("auth", reply), capabilities={}, mechanisms=("PLAIN", "NTLM"), tried=("PLAIN",), **more)
    report = login.judge(target(), login.Seen(tried, (), password=True))
    assert [finding.code for finding in report.findings] == codes


RELAY = said("rcpt_to", "554 5.7.1 <bob@b.test>: Relay access denied")
MAIL = said("mail_from", "250 ok")
ENVELOPES = [
    ("nothing held", target(), None, None),
    ("no EHLO", target(), held(HELLO), None),
    ("all taken", target(), held(MAIL, said("rcpt_to", "250 ok"), **OFFERS), ["mail_accepted", "rcpt_accepted"]),
    ("login expected", target(), held(MAIL, RELAY, **OFFERS), ["mail_accepted", "login_expected"]),
    ("login made", target(), held(said("auth", "235 ok"), MAIL, RELAY, **OFFERS), ["mail_accepted", "rcpt_refused"]),
    ("stopped before", target(), held(ended=Ended.REFUSED, at="auth", **OFFERS), []),
    ("no recipient", target(recipient=None), held(MAIL, **OFFERS), ["mail_accepted"]),
    ("the empty sender refused", target(sender=None), held(said("mail_from", "550 no bounces here"), **OFFERS), []),
    (
        "the empty sender wants TLS", target(sender=None),
        held(said("mail_from", "530 5.7.0 Must issue a STARTTLS command first"), **OFFERS), ["mail_refused"],
    ),
    (
        "wants a login and has none", target(login=Login.NO),
        held(said("mail_from", "530 5.7.0 Authentication required"), capabilities={}), ["mail_refused"],
    ),
    ("too large", target(message_size=9), held(MAIL, **{**OFFERS, "capabilities": {"size": "8"}}), ["over_size_limit", "mail_accepted"]),  # noqa: E501 - a row of a table
    ("small enough", target(message_size=8), held(MAIL, **{**OFFERS, "capabilities": {"size": "8"}}), ["within_size_limit", "mail_accepted"]),  # noqa: E501 - a row of a table
    ("nothing asked", target(sender=None), held(**OFFERS), []),
    ("no limit", target(message_size=8), held(MAIL, **{**OFFERS, "capabilities": {"size": "0"}}), ["mail_accepted"]),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "given", "codes"), [row[1:] for row in ENVELOPES], ids=[row[0] for row in ENVELOPES])
def test_each_answer_to_the_envelope_has_its_code(asked, given, codes) -> None:
    report = envelope.judge(asked, envelope.Seen(given))
    assert report.outcome is (Outcome.BLIND if codes is None else Outcome.DONE)
    assert [finding.code for finding in report.findings] == (codes or [])


def refused(asked: Target, given: Dialogue, *others: Dialogue) -> tuple[str, str]:
    found = envelope.judge(asked, envelope.Seen(given, others)).findings[-1]
    return found.evidence["cause"], found.evidence["sure"]


def test_relaying_denied_means_what_the_login_makes_of_it() -> None:
    no = target(login=Login.NO)
    assert refused(no, held(MAIL, RELAY, **OFFERS)) == ("auth_required", "likely")
    assert refused(no, held(MAIL, RELAY, capabilities={}, handshake=TLS13)) == ("relay_denied", "certain")
    assert refused(no, held(MAIL, RELAY, capabilities={})) == ("relay_denied", "certain")
    assert refused(no, held(MAIL, RELAY, capabilities={"starttls": ""}))[0] == "relay_denied"
    assert refused(no, held(MAIL, RELAY, capabilities={"starttls": ""}), offering("PLAIN"))[0] == "auth_required"
    assert refused(target(), held(MAIL, RELAY, capabilities={}), offering("PLAIN"))[0] == "auth_only_after_tls"
    assert refused(target(), held(said("auth", "235 ok"), MAIL, RELAY, **OFFERS)) == ("relay_denied", "certain")


def test_one_sentence_of_opensmtpd_is_read_by_where_the_recipient_is() -> None:
    invalid = said("rcpt_to", "550 Invalid recipient: <bob@b.test>")
    no = target(login=Login.NO)
    opensmtpd = {"capabilities": {}, "first": "220 a ESMTP OpenSMTPD"}
    assert refused(no, held(MAIL, invalid, **opensmtpd))[0] == "relay_denied"
    assert (
        refused(target(login=Login.NO, recipient="bob@a.test"), held(MAIL, invalid, **opensmtpd))[0]
        == "recipient_unknown"
    )
    assert refused(no, held(MAIL, invalid, capabilities={}))[0] == "recipient_unknown"


def answer(kind: str, found: Found, *values: str) -> Answer:
    return Answer("b.test", kind, found, values)


EMPTY = (answer("A", Found.NO_DATA), answer("AAAA", Found.NO_DATA))
RECIPIENTS = [
    (recipient.Seen(mistake=Mistake("recipient", "address_no_at")), "recipient_syntax"),
    (recipient.Seen("b.test", mx=answer("MX", Found.NXDOMAIN)), "recipient_domain_missing"),
    (recipient.Seen("b.test", mx=answer("MX", Found.RECORDS, "0 .")), "recipient_null_mx"),
    (recipient.Seen("b.test", mx=answer("MX", Found.RECORDS, "10 mx.b.test.")), "recipient_domain_good"),
    (recipient.Seen("b.test", mx=answer("MX", Found.RECORDS, "0 .", "5 mx.b.test.")), "recipient_domain_good"),
    (recipient.Seen("b.test", mx=answer("MX", Found.NO_DATA), addresses=(answer("A", Found.RECORDS, "192.0.2.1"),)), "recipient_implicit_mx"),  # noqa: E501 - a row of a table
    (recipient.Seen("b.test", mx=answer("MX", Found.NO_DATA), addresses=EMPTY), "recipient_domain_no_mail"),
    (recipient.Seen("b.test", mx=answer("MX", Found.SERVFAIL), addresses=EMPTY), "recipient_domain_unclear"),
]  # fmt: skip


@pytest.mark.parametrize(("seen", "code"), RECIPIENTS)
def test_each_recipient_domain_has_its_code(seen, code) -> None:
    assert [finding.code for finding in recipient.judge(target(), seen).findings] == [code]
    assert recipient.judge(target(recipient=None), seen).outcome is Outcome.BLIND


def test_a_port_that_the_provider_does_not_name_is_said() -> None:
    asked = Target(host=parse_host("smtp.gmail.com"), port=2525)
    found = provider.judge(asked, for_host("smtp.gmail.com")).findings
    assert {"differs_from_provider": "port"}.items() <= {f.code: f.evidence.get("field") for f in found}.items()


@pytest.mark.parametrize(
    ("security", "field"),
    [(Security.NONE, "security"), (Security.TLS, "security"), (Security.STARTTLS, None), (Security.AUTO, None)],
)
def test_an_encryption_that_the_provider_does_not_name_for_the_port_is_said(security, field) -> None:
    asked = Target(host=parse_host("smtp.gmail.com"), port=587, security=security)
    found = {f.code: f.evidence.get("field") for f in provider.judge(asked, for_host("smtp.gmail.com")).findings}
    assert found.get("differs_from_provider") == field


@pytest.mark.parametrize(
    ("host", "user_name", "code"),
    [
        ("smtp.gmail.com", "ann", "user_name_should_be_address"),
        ("smtp.web.de", "ann@web.de", "user_name_should_be_local"),
        ("smtp.gmail.com", "ann@gmail.com", None),
        ("smtp.web.de", "ann", None),
    ],
)
def test_a_user_name_that_is_not_written_as_the_provider_wants_it_is_said(host, user_name, code) -> None:
    asked = Target(host=parse_host(host), user_name=user_name)
    codes = [f.code for f in provider.judge(asked, for_host(host)).findings if f.code.startswith("user_name")]
    assert codes == ([code] if code else [])


async def test_a_recipient_that_is_no_address_is_not_looked_up() -> None:
    assert (await recipient.look(target(recipient=None), None)) == recipient.Seen()  # type: ignore[arg-type]
    assert (await recipient.look(target(recipient="bob"), None)).mistake is not None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "who"),
    [
        (b"", "nothing"), (b"\r\n", "nothing"), (b"220 a ESMTP", "smtp"), (b"554-no\r\n", "smtp"), (b"+OK ready", "pop3"),  # noqa: E501 - a row of a table
        (b"-ERR no", "pop3"), (b"* OK IMAP4rev1", "imap"), (b"* BYE", "imap"), (b"HTTP/1.1 400", "http"), (b"SSH-2.0-x", "ssh"),  # noqa: E501 - a row of a table
        (b"<html>", "http"), (b"220 ProFTPD Server", "ftp"), (b"\x15\x03\x01\x00\x02\x02\x46", "tls"), (b"J\0\0\0\x0a8.0", "mysql"),  # noqa: E501 - a row of a table
        (b"hello", "other"),
    ],
)  # fmt: skip
def test_the_first_bytes_tell_who_speaks(first, who) -> None:
    assert str(speaker(first)) == who
