"""Texts are read as what they say: words before codes, the inside before its wrapper, hostile ones without harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.causes import Cause, Confidence
from probes.replies import read, read_reply
from tests.bench.replies import hostile


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("550-5.1.1 The account that you tried\n550-5.1.1 to reach does not exist.\n550 5.1.1 x", "recipient_unknown"),
        ("550-5.7.1 Our system has detected 550-5.7.1 that this is unsolicited mail", "spam_or_policy_rejected"),
        ("> 550 5.1.1 user\n> unknown", "recipient_unknown"),
        ("535 5.7.8 Error: authentication fai\nled", "auth_failed_credentials"),
        ("\u201c535 5.7.8 Authentication failed\u201d", "auth_failed_credentials"),
        ("5 5 0  user unknown", "recipient_unknown"),
        ("\uff15\uff15\uff10 \uff55\uff53\uff45\uff52 \uff55\uff4e\uff4b\uff4e\uff4f\uff57\uff4e", "recipient_unknown"),
        ("`550 5.1.1 &lt;bob@example.org&gt; user unknown`", "recipient_unknown"),
        ("550 5.1.1 =3Cbob=\n@example.org=3E user unknown", "recipient_unknown"),
        ("<mailto:bob@example.org|bob@example.org>: user unknown", "recipient_unknown"),
        ("BEN\u0130 550 user unknown", "recipient_unknown"),
        ("-2146644978", "timeout"),
        ("2148322318", "timeout"),
        ("0x800CCC79: The server responded: 550 5.7.1 Unable to relay", "relay_denied"),
        ("The message could not be sent. Subject 'Your mailbox is full', Port: 25, 0x800CCC0F", "connection_dropped"),
        ("La remise a échoué. Objet : 'mot de passe refusé', Erreur : 0x800CCC0F", "connection_dropped"),
        ('Your message with the subject of "Invoice" was not sent: 550 5.7.1 Unable to relay', "relay_denied"),
        ("nothing to see here", "unknown"),
        ("", "unknown"),
    ],
)  # fmt: skip
def test_what_people_paste_is_read(text: str, cause: str):
    assert read(text).cause == cause


def test_a_text_that_cannot_decide_names_runners_up():
    reading = read("0x800CCC0E")
    assert reading.confidence is Confidence.POSSIBLE
    assert {Cause.PORT_BLOCKED, Cause.CONNECTION_REFUSED} <= {other.cause for other in reading.runners_up}


def test_facts_are_pulled_out_for_the_form():
    reading = read(
        "host mx.example.org[192.0.2.1] said: 550 5.1.1 <bob@example.org>: user unknown (in reply to RCPT TO command)"
    )
    assert reading.addresses == ("bob@example.org",)
    assert reading.hosts == ("mx.example.org",)
    assert (reading.reply_code, reading.enhanced_code, reading.stage) == (550, "5.1.1", "rcpt")
    assert reading.software == "postfix"
    assert "user unknown" in reading.quote
    assert reading.permanent is True


def test_the_same_code_means_what_its_provider_means_by_it():
    assert (
        read_reply(550, "denied", stage="data", enhanced="5.7.60", host="smtp.office365.com").cause
        == "sender_not_allowed"
    )
    elsewhere = read_reply(550, "go away", stage="mail", enhanced="5.1.8", host="mx.example.org")
    there = read_reply(550, "go away", stage="mail", enhanced="5.1.8", host="x.prod.outlook.com")
    assert (elsewhere.cause, there.cause) == ("sender_not_allowed", "account_disabled_or_locked")


def test_a_number_that_only_microsoft_gives_needs_no_name_beside_it():
    assert read_reply(550, "go away", stage="mail", enhanced="5.7.708").cause == "ip_blocklisted"
    assert read("550 5.7.506 Access Denied, Bad HELO").cause == "helo_rejected"


def test_a_name_that_a_reply_does_not_find_is_no_name_of_the_server_itself():
    assert read("mail.example.com host can't be resolved").cause == "server_name_wrong"
    assert read("451 4.7.0 mail.example.com host can't be resolved").cause == "recipient_domain_invalid"


@pytest.mark.parametrize("text", ["550 Recipient denied", "The host said so: 554 message refused", "500 Line too long"])
def test_a_code_before_a_thing_that_could_be_counted_is_a_code(text: str):
    assert read(text).reply_code == int(next(word for word in text.split() if word.isdigit()))


@pytest.mark.parametrize("text", ["500 recipients a day", "no more than 500 message parts", "we sent 550 mail today"])
def test_a_number_that_counts_is_no_code(text: str):
    assert read(text).reply_code is None


def test_a_live_reply_is_read_with_its_stage():
    assert read_reply(535, "no", stage="auth").cause == "auth_failed_credentials"
    assert read_reply(550, "no", stage="rcpt").cause == "recipient_unknown"
    assert read_reply(454, "TLS not available", stage="tls", enhanced="4.7.0").cause == "tls_handshake_failed"
    assert read_reply(250, "2.1.5 fine", stage="rcpt").failure is False


def test_an_own_rule_reads_live_replies_too(tmp_path):
    from probes.replies import load_own

    page = tmp_path / "own.yaml"
    page.write_text("- name: x\n  cause: mail_loop\n  patterns: mars\n  stages: [rcpt]\n  examples: [rcpt to mars]\n")
    own = load_own(page)
    assert read_reply(450, "Mars", stage="rcpt", own=own).cause == "mail_loop"
    assert read_reply(550, "user unknown", stage="rcpt", own=own).cause == "recipient_unknown"


@pytest.mark.parametrize(
    ("text", "cause", "failure"),
    [
        ("TcpTestSucceeded : True", "ok", False),
        ("Connection to smtp.example.com 587 port [tcp/submission] succeeded!", "ok", False),
        ("ComputerName : smtp.example.com\nRemotePort : 587\nTcpTestSucceeded : False", "timeout", True),
        ("nc: connect to smtp.example.com port 587 (tcp) failed: Connection refused", "connection_refused", True),
        ("** server can't find smtp.exmaple.com: NXDOMAIN", "server_name_wrong", True),
    ],
)
def test_what_tools_print_is_evidence_from_the_persons_side(text: str, cause: str, failure: bool):
    reading = read(text)
    assert (reading.cause, reading.failure) == (cause, failure)


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_without_an_exception(text: str):
    reading = read(text)
    assert isinstance(reading.cause, Cause)


@given(
    st.lists(
        st.sampled_from(
            [
                "From: a\n",
                "To: b@c.example\n",
                "\n",
                "Content-Type: multipart/report; boundary=b\n",
                "--b\n",
                "--b--\n",
                "Content-Type: message/delivery-status\n",
                "Final-Recipient: rfc822; a@b.example\n",
                "Action: failed\n",
                "Status: 5.1.1\n",
                "Content-Transfer-Encoding: base64\n",
                "=?x?q?=\n",
                "550 user unknown\n",
                'Content-Type: text/plain; charset="no\x00such"\n',
                "Content-Type: message/rfc822\n",
                "<a@b.example>:\n",
                "could not be delivered\n",
                "\xff\ud800",
            ]
        ),
        max_size=30,
    )
)
@settings(max_examples=300, deadline=None)  # fmt: skip
def test_any_message_is_read_without_an_exception(pieces: list[str]):
    assert isinstance(read("".join(pieces)).cause, Cause)


@pytest.mark.parametrize("name", sorted(hostile()))
def test_a_hostile_megabyte_costs_what_a_megabyte_costs(name: str):
    text = hostile()[name]
    read("warm")
    quarter, whole = (_processor_seconds(piece) for piece in (text[: len(text) // 4], text))
    assert whole < 10 * quarter + 0.1, "linear would be four times as much"


def _processor_seconds(text: str) -> float:
    began = time.process_time()
    read(text)
    return time.process_time() - began


def test_a_quote_never_begins_within_a_code():
    assert read("Outlook 0x800CCC0E").quote == "0x800CCC0E"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            (
                "Failed to connect socket: Connection timed out. This is probably a problem in your settings."
                " Possible causes are:\nYour SMTP Username or Password are incorrect.\nYour SMTP server is down."
            ),
            "timeout",
        ),
        ("Your SMTP settings are incorrect. Possible causes are: A wrong password. The server timed out.", "unknown"),
        ("SSL problem (Possible causes may include a bad/expired/self-signed certificate)", "tls_handshake_failed"),
        (
            (
                "The certificate is not trusted by the system for one or more of the following reasons: 1. The server"
                " is using a self-signed certificate. See https://example.org ---> the certificate has expired"
            ),
            "certificate_expired",
        ),
        ("Possible causes are: The password is incorrect.", "auth_failed_credentials"),
        ("It failed. Possible causes are: a wrong password. 550 5.1.1 User unknown", "recipient_unknown"),
    ],
)
def test_causes_that_a_dialog_lists_as_possible_are_no_observation(text: str, cause: str):
    assert read(text).cause == cause


@pytest.mark.parametrize(
    "text",
    [
        (
            "Cannot send message using the server mail.example.com. Select a different outgoing mail server from the"
            " list below or click Try Later to leave the message in your Outbox until it can be sent."
        ),
        (
            "Impossible d’envoyer le message avec le serveur x. Sélectionnez un autre serveur d’envoi dans"
            " la liste ci-dessous ou cliquez sur « Réessayer plus tard » pour laisser le message dans la boîte."
        ),
    ],
)
def test_what_a_dialog_says_of_its_buttons_is_no_cause(text: str):
    assert read(text).cause == "unknown"


@pytest.mark.parametrize(
    ("text", "cause", "quote"),
    [
        ("ErrorYahooSendMessageDailyLimitExceeded", Cause.RATE_LIMITED, "DailyLimitExceeded"),
        ("code: MailErrorNoRecipientGiven", Cause.RECIPIENT_SYNTAX, "NoRecipient"),
        ("MCOErrorStartTLSNotAvailable", Cause.STARTTLS_NOT_OFFERED, "StartTLSNotAvailable"),
    ],
)
def test_words_that_capitals_hold_together_are_read_apart_and_quoted_as_they_stood(text: str, cause: Cause, quote: str):
    reading = read(text)
    assert reading.cause is cause
    assert quote in reading.quote
    assert reading.quote in text
