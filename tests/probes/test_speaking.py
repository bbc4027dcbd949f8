"""What servers say, stage by stage, and the cause that is named: real sockets, the words of real servers."""

from __future__ import annotations

import datetime

import pytest

from bot.practice.certificates import Certificates
from bot.practice.peer import Do, Script
from probes.checks import encryption, envelope, greeting, login, provider
from probes.checks.provider import judge as provider_judge
from probes.findings import Outcome, Severity
from probes.network import Network
from probes.providers import Provider, all_providers, for_domain, for_host
from probes.target import Login, Security, Target, parse_host
from probes.vantage import Vantage

GMAIL = parse_host("smtp.gmail.com")
AUTH = b"250-peer.test\r\n250 AUTH PLAIN LOGIN\r\n"
STARTTLS = b"250-peer.test\r\n250 STARTTLS\r\n"
SPEAKING = {
    # name: (script, security, with a password, cause, a code that must be among the findings)
    "postfix at its ease": (Script(), "auto", False, "ok", "greeting"),
    "postfix: too many connections": (
        Script(greeting=(b"421 4.7.0 peer.test Error: too many connections from 192.0.2.1\r\n", Do.CLOSE)),
        "auto", False, "rate_limited", "greeting_refused",
    ),
    "postfix: relay access denied": (
        Script(replies={"RCPT": b"554 5.7.1 <bob@peer.test>: Relay access denied\r\n"}),
        "auto", False, "relay_denied", "rcpt_refused",
    ),
    "the same where a login is offered and none is made": (
        Script(replies={"EHLO": AUTH, "RCPT": b"554 5.7.1 <bob@peer.test>: Relay access denied\r\n"}),
        "auto", False, "auth_required", "rcpt_refused",
    ),
    "postfix: user unknown in local recipient table": (
        Script(replies={"RCPT": b"550 5.1.1 <bob@peer.test>: Recipient address rejected: User unknown in local "
                                b"recipient table\r\n"}),
        "auto", False, "recipient_unknown", "rcpt_refused",
    ),
    "postfix: must issue STARTTLS first": (
        Script(replies={"EHLO": STARTTLS, "MAIL": b"530 5.7.0 Must issue a STARTTLS command first\r\n"}),
        "none", False, "tls_required", "mail_refused",
    ),
    "postfix: sender owned by somebody else": (
        Script(replies={"MAIL": b"553 5.7.1 <ann@peer.test>: Sender address rejected: not owned by user bob\r\n"}),
        "auto", False, "sender_not_allowed", "mail_refused",
    ),
    "postgrey": (
        Script(replies={"RCPT": b"450 4.2.0 <bob@peer.test>: Recipient address rejected: Greylisted, see "
                                b"http://postgrey.example/help\r\n"}),
        "auto", False, "greylisted", "rcpt_refused",
    ),
    "exim: mailbox is full": (
        Script(replies={"RCPT": b"552 5.2.2 mailbox is full\r\n"}), "auto", False, "mailbox_full", "rcpt_refused",
    ),
    "no STARTTLS where it was asked for": (
        Script(), "starttls", False, "starttls_not_offered", "starttls_not_offered",
    ),
    "STARTTLS offered and refused": (
        Script(replies={"EHLO": STARTTLS, "STARTTLS": b"454 4.7.0 TLS not available due to local problem\r\n"}),
        "starttls", False, "tls_handshake_failed", "starttls_refused",
    ),
    "TLS asked of a port that begins in clear": (Script(), "tls", False, "wrong_security_mode", "tls_on_plain_port"),
    "only NTLM": (
        Script(replies={"EHLO": b"250-peer.test\r\n250 AUTH NTLM GSSAPI\r\n"}),
        "none", True, "auth_mechanism_unsupported", "login_only_windows",
    ),
    "only OAuth": (
        Script(replies={"EHLO": b"250-peer.test\r\n250 AUTH XOAUTH2 OAUTHBEARER\r\n"}),
        "none", True, "app_password_or_oauth_required", "login_only_oauth",
    ),
    "dovecot: a wrong password": (
        Script(replies={"EHLO": AUTH, "AUTH": b"535 5.7.8 Error: authentication failed: \r\n"}),
        "none", True, "auth_failed_credentials", "login_refused",
    ),
    "google: an app password is wanted": (
        Script(replies={"EHLO": AUTH, "AUTH": b"534 5.7.9 Application-specific password required.\r\n"}),
        "none", True, "app_password_or_oauth_required", "login_refused",
    ),
    "microsoft: SMTP AUTH off for the tenant": (
        Script(replies={"EHLO": AUTH, "AUTH": b"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is "
                                              b"disabled for the Tenant.\r\n"}),
        "none", True, "account_disabled_or_locked", "login_refused",
    ),
    "a POP server": (
        Script(greeting=b"+OK Dovecot ready.\r\n"), "auto", False, "incoming_server_used", "incoming_server",
    ),
    "an IMAP server": (
        Script(greeting=b"* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n"),
        "auto", False, "incoming_server_used", "incoming_server",
    ),
    "an SSH server": (Script(greeting=b"SSH-2.0-OpenSSH_9.2\r\n"), "auto", False, "not_an_smtp_server", "not_smtp"),
    "an FTP server": (Script(greeting=b"220 (vsFTPd 3.0.3)\r\n"), "auto", False, "not_an_smtp_server", "not_smtp"),
    "closed after EHLO": (Script(replies={"EHLO": (Do.CLOSE,)}), "auto", False, "connection_dropped", "hung_up"),
    "reset after EHLO": (Script(replies={"EHLO": (Do.RESET,)}), "auto", False, "connection_dropped", "reset_midway"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPEAKING)
async def test_the_cause_is_what_the_server_says(stage, name):
    script, security, logs_in, cause, code = SPEAKING[name]
    async with stage(script) as scene:
        found = await scene.look(security=security, password="correct horse" if logs_in else None)
    assert str(found.cause) == cause
    assert code in {finding.code for finding in found.findings}
    assert not any("correct horse" in line.text for line in found.transcript)


@pytest.mark.parametrize(
    ("kind", "cause", "code"),
    [
        ("good", "ok", "certificate_good"),
        ("expired", "certificate_expired", "certificate_expired"),
        ("not_yet_valid", "certificate_expired", "certificate_not_yet_valid"),
        ("self_signed", "certificate_self_signed", "certificate_self_signed"),
        ("untrusted", "certificate_untrusted", "certificate_missing_intermediate"),
    ],
)
async def test_each_fault_of_a_certificate_is_told_apart(stage, certificates: Certificates, kind, cause, code):
    served = getattr(certificates, kind)("peer.test")
    script = Script(
        replies={"EHLO": STARTTLS, "STARTTLS": (b"220 2.0.0 Ready\r\n", Do.TLS)}, tls=served, after_tls=Script()
    )
    async with stage(script, certificates) as scene:
        found = await scene.look(security="starttls")
    assert str(found.cause) == cause
    assert code in {finding.code for finding in found.findings}


@pytest.mark.parametrize("check", [encryption, envelope, greeting, login])
async def test_without_an_address_a_check_is_blind_and_finds_nothing(check):
    target = Target(host=parse_host("not a name"))
    network = Network(Vantage())
    report = check.judge(target, await check.look(target, network))
    await network.close()
    assert report.outcome is Outcome.BLIND
    assert report.findings == ()


def test_a_provider_is_known_by_its_host_and_by_its_domain():
    assert for_host("smtp.gmail.com") is for_domain("gmail.com") is not None
    assert for_domain("nobody.test") is None


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (Target(host=GMAIL, port=465, security=Security.TLS), "provider_known"),
        (Target(host=GMAIL, port=25), "differs_from_provider"),
        (Target(host=parse_host("smtp.gmial.com"), mail_address="ann@gmail.com"), "differs_from_provider"),
        (
            Target(host=GMAIL, port=465, login=Login.YES, user_name="ann"),
            "user_name_should_be_address",
        ),
        (
            Target(host=parse_host("smtp.web.de"), port=465, login=Login.YES, user_name="a@web.de"),
            "user_name_should_be_local",
        ),
        (Target(host=GMAIL, port=465, login=Login.YES), "provider_wants_other_password"),
    ],
)
async def test_what_differs_from_the_providers_own_settings_is_said(target, code):
    report = provider_judge(target, await provider.look(target, Network(Vantage())))
    assert code in {finding.code for finding in report.findings}
    assert all(finding.severity is not Severity.FAULT for finding in report.findings)


def test_a_fact_past_its_date_says_so():
    microsoft = next(one for one in all_providers() if one.name == "Microsoft 365")
    assert not microsoft.stale(datetime.date(2026, 11, 24))
    assert microsoft.stale(datetime.date(2027, 1, 1))
    undated = next(one for one in all_providers() if not one.as_of)
    assert isinstance(undated, Provider)
    assert undated.stale(datetime.date(2026, 11, 24))
