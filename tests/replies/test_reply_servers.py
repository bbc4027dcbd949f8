"""What live servers said: the likeliest other reading of each is named, and never given as certain."""

from __future__ import annotations

import pytest

from probes.causes import Cause
from probes.replies import read

SAID = [
    (
        "554 5.7.1 <bob@elsewhere.example>: Recipient address rejected: Access denied",
        "relay_denied",
        "recipient_unknown",
    ),
    (
        "554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied",
        "spam_or_policy_rejected",
        "auth_required",
    ),
    ("553 5.7.1 <bob@example.org>: Sender address rejected: not logged in", "auth_required", "sender_not_allowed"),
    (
        "450 4.7.1 <later@example.org>: Recipient address rejected: Access denied",
        "server_temporarily_unavailable",
        None,
    ),
    ("451 4.3.0 <bob@example.org>: Temporary lookup failure", "server_temporarily_unavailable", "dns_failure"),
    ("421 4.7.1 mail.example.org Error: No client certificate presented", "tls_handshake_failed", None),
    (
        "421 4.4.0 mail.example.org Failed to connect to relay server (connect)",
        "server_temporarily_unavailable",
        None,
    ),
    ("550 Sender rate overlimit - 120 / 1h", "rate_limited", None),
    ("550 Invalid recipient: <bob@elsewhere.example>", "recipient_unknown", "relay_denied"),
    ("524 5.2.4 Mailing list expansion problem: <nobody@example.org>", "recipient_unknown", None),
]


@pytest.mark.parametrize(("text", "cause", "other"), SAID, ids=[text[:40] for text, *_ in SAID])
def test_what_a_live_server_said_is_read_rightly(text: str, cause: str, other: str | None):
    reading = read(text)
    assert reading.cause.value == cause
    if other is not None:
        assert other in {runner.cause.value for runner in reading.runners_up}
        assert reading.confidence.value != "certain"


def test_only_microsoft_means_an_unknown_mailbox_by_access_denied():
    said = (
        "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"
        " [BN8NAM11FT066.eop-nam11.prod.protection.outlook.com]"
    )
    assert read(said).cause.value == "recipient_unknown"
    assert read("550 5.4.1 Recipient address rejected: Access denied").cause.value == "recipient_unknown"


def test_a_server_that_spoke_did_not_refuse_the_connection():
    said = (
        "connect to mx.example.org[192.0.2.1]: server refused to talk to me: 421 cannot send to name server (port 25)"
    )
    assert read(said).cause.value != "connection_refused"


def test_the_letters_ip_in_recipient_are_no_address():
    assert read("550 5.1.1 recipient disabled").cause.value == "suspended_or_disabled_mailbox"


def test_no_number_in_a_logs_line_is_taken_for_a_reply_code():
    line = (
        "Sep 07 13:35:41 mail postfix/lmtp[{0}]: {0}AB12: to=<no{0}@example.com>, relay=mx{0}.example.com[192.0.2.7],"
        " delay={0}, dsn=5.1.1, status=bounced (host mx{0}.example.com[192.0.2.7] said: 550 5.1.1 <no{0}@example.com>"
        " User unknown (in reply to RCPT TO command))"
    )
    codes = [*range(211, 222), *range(400, 600)]
    assert {read(line.format(code)).cause for code in codes} == {Cause.RECIPIENT_UNKNOWN}
