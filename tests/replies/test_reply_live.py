"""What Postfix, Exim, Sendmail and Dovecot say to a probe, each in the stage in which it says so."""

from __future__ import annotations

import pytest

from probes.causes import Cause
from probes.replies import read_reply
from probes.wire import enhanced_code

SAID = """
connect server_temporarily_unavailable 521 5.3.2 Service currently unavailable
connect server_temporarily_unavailable 421 4.7.0 mail.peer.test closing connection
connect server_temporarily_unavailable 421 4.3.2 All server ports are busy
connect spam_or_policy_rejected 554 mail.peer.test ESMTP not accepting messages
connect rate_limited 421 4.7.0 mail.peer.test Error: too many connections from 192.0.2.7
connect server_temporarily_unavailable 421 4.3.2 <a[192.0.2.7]>: Client host rejected: Server is shutting down
connect rate_limited 421 4.3.2 Connection rate limit exceeded.
auth account_disabled_or_locked 535 5.7.8 Error: authentication failed: User is disabled
auth account_disabled_or_locked 535 5.7.8 Error: authentication failed: Too many failed attempts, wait 15 minutes
auth server_temporarily_unavailable 435 Unable to authenticate at present
auth rate_limited 450 4.7.1 Error: too many AUTH commands from 192.0.2.7
auth auth_mechanism_unsupported 500 5.5.2 Error: command not recognized
auth auth_mechanism_unsupported 503 AUTH command used when not advertised
mail tls_required 454 4.7.0 encryption too weak 0 less than 112
mail sender_not_allowed 550 5.7.1 <ann@peer.test>... Access denied
mail sender_not_allowed 550 Callback setup failed while verifying <ann@nope.test>
mail server_temporarily_unavailable 452 4.4.5 Insufficient disk space; try again later
mail rate_limited 550 Sender rate overlimit - 1.0 / 1h
mail ip_blocklisted 550 5.7.1 Fix reverse DNS for 192.0.2.7
rcpt server_temporarily_unavailable 450 4.3.2 Service currently unavailable
rcpt server_temporarily_unavailable 451 4.3.0 <bob@peer.test>: Temporary lookup failure
rcpt server_temporarily_unavailable 451 mailbox is being moved, try later
rcpt server_temporarily_unavailable 451 Could not complete recipient verify callout for <bob@peer.test>
mail account_disabled_or_locked 550 Sender ann@peer.test is blocked due to abuse. Contact your provider.
mail account_disabled_or_locked 550 5.7.1 <ann@peer.test>... Your account may not send
rcpt server_temporarily_unavailable 450 4.3.2 <ann@peer.test>: Sender address rejected: Try again later
rcpt helo_rejected 554 5.7.1 <laptop>: Helo command rejected: You are not welcome
rcpt helo_rejected 550 5.7.1 bogus HELO name used: laptop
rcpt greylisted 451 4.7.1 <bob@peer.test>: Recipient address rejected: Try again later
rcpt ip_blocklisted 554 5.7.1 <bob@peer.test>: Recipient address rejected: blocked using b.example.org
rcpt ip_blocklisted 550 sender IP address 192.0.2.7 is locally blacklisted here.
rcpt sender_not_allowed 550 sender envelope address ann@nope.test is locally blacklisted here.
rcpt sender_not_allowed 550 5.1.0 <ann@peer.test>: Sender address rejected: User unknown in local recipient table
rcpt sender_not_allowed 450 4.1.7 <a@x.test>: Sender address rejected: unverified address: connect to x.test
rcpt spam_or_policy_rejected 554 5.7.1 Service unavailable; Sender address [ann@x.test] blocked using dbl.example.org
rcpt recipient_domain_invalid 517 Domain does not exist: nope.test.
mail sender_not_allowed 517 Domain does not exist: nope.test.
mail sender_not_allowed 517-MX records for nope.test violate section 3.3.9 of RFC 1035.
rcpt recipient_domain_invalid 517-MX records for nope.test violate section 3.3.9 of RFC 1035.
connect ip_blocklisted 554 Port 25 is blocked for your connection
connect ip_blocklisted 554 IP banned
mail ip_blocklisted 550 IP banned
rcpt spam_or_policy_rejected 550 Go away
rcpt spam_or_policy_rejected 550 Only members may post to this list
rcpt recipient_unknown 551 User not local; please try <bob@other.test>
auth auth_failed_credentials 535 Access denied
connect spam_or_policy_rejected 554 Access denied
mail unknown 550 5.7.0 Error: insufficient authorization
mail tls_required 530 5.7.3 STARTTLS is required to send mail
data content_rejected 552 message line is too long
data content_rejected 500 Line too long
data rate_limited 421 excessive amounts of data
rcpt timeout 554 5.4.0 <host.test #4.4.1>
"""
TABLE = [tuple(line.split(" ", 2)) for line in SAID.strip().splitlines()]


@pytest.mark.parametrize(("stage", "cause", "said"), TABLE, ids=[said[:60] for _, _, said in TABLE])
def test_a_reply_is_read_as_its_server_means_it(stage: str, cause: str, said: str) -> None:
    code, text = int(said[:3]), said[4:]
    reading = read_reply(code, text, stage=stage, enhanced=enhanced_code(code, text), host="mail.peer.test")
    assert reading.cause == cause


@pytest.mark.parametrize("said", ["I am out of the office", "DNS server failure", "connection refused by us", "Ok"])
def test_a_live_refusal_is_never_read_as_what_keeps_a_server_from_speaking(said: str) -> None:
    assert read_reply(550, said, stage="rcpt").cause not in (
        Cause.NOT_A_FAILURE, Cause.OK, Cause.DNS_FAILURE, Cause.CONNECTION_REFUSED, Cause.NO_NETWORK,
    )  # fmt: skip


@pytest.mark.parametrize("stage", ["connect", "ehlo", "tls", "auth"])
@pytest.mark.parametrize(
    "said", ["Try again later, you are not known here", "user unknown", "mailbox full", "too large"]
)
def test_before_a_recipient_was_named_no_reply_is_about_one(stage: str, said: str) -> None:
    assert read_reply(421, said, stage=stage).cause not in (
        Cause.RECIPIENT_UNKNOWN, Cause.MAILBOX_FULL, Cause.MESSAGE_TOO_LARGE, Cause.SUSPENDED_OR_DISABLED_MAILBOX,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "sure"),
    [
        ("550 5.1.1 <bob@peer.test>: Recipient address rejected: User unknown in local recipient table", "certain"),
        ("450 4.1.1 <bob@peer.test>: Recipient address rejected: User unknown in local recipient table", "likely"),
        ("550 5.7.1 <bob@peer.test>: Recipient address rejected: User unknown in local recipient table", "likely"),
        ("450 4.2.0 <bob@peer.test>: Recipient address rejected: Greylisted, see http://example.org/", "certain"),
        ("550 5.2.0 <bob@peer.test>: Recipient address rejected: Greylisted, see http://example.org/", "likely"),
    ],
)
def test_codes_that_contradict_the_words_take_the_certainty_away(said: str, sure: str) -> None:
    code, text = int(said[:3]), said[4:]
    assert read_reply(code, text, stage="rcpt", enhanced=enhanced_code(code, text)).confidence == sure
