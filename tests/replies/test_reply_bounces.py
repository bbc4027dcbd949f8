"""Whole messages: parts, charsets, forwarded and mangled bounces, delays and answers that are no failure."""

# ruff: noqa: E501 - texts read better whole

from __future__ import annotations

import base64

import pytest

from probes.causes import Cause
from probes.replies import read
from probes.replies.clean import bounded, clean, sound
from probes.replies.codes import codes, enhanced_code, parsed_reply
from probes.replies.facts import addresses, hosts
from probes.replies.message import grouped, taken_apart
from probes.replies.providers import provider_of

DAEMON = "From: MAILER-DAEMON@mx.example.com\nTo: ann@example.com\nSubject: {}\n"


def report(groups: str, text: str = "see report", kind: str = "message/delivery-status", head: str = "") -> str:
    """Return a bounce made of a text and a report."""
    return (
        DAEMON.format("Undelivered") + head + 'Content-Type: multipart/report; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{text}\n\n--b\nContent-Type: {kind}\n\n"
        f"Reporting-MTA: dns; mx.example.com\n\n{groups}\n--b--\n"
    )


def test_the_words_for_people_decide_where_the_report_has_only_a_code():
    reading = read(
        report(
            "Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.0.0", "bob@example.org: mailbox full"
        )
    )
    assert reading.cause is Cause.MAILBOX_FULL
    assert reading.enhanced_code == "5.0.0"
    assert reading.recipients[0].permanent is True


def test_each_recipient_has_its_own_cause():
    groups = (
        "Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\n\n"
        "Final-Recipient: rfc822; cat@example.net\nAction: failed\nStatus: 5.2.2\nRemote-MTA: dns; mx.example.net\n\n"
        "Final-Recipient: rfc822; dan@example.net\nAction: delivered\nStatus: 2.0.0\n\n"
        "Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.0.0\n"
    )
    found = {r.address: r.cause.value for r in read(report(groups, "")).recipients}
    assert found == {"bob@example.org": "recipient_unknown", "cat@example.net": "mailbox_full"}


def test_a_shared_text_goes_to_all_who_have_none_of_their_own():
    groups = "\n\n".join(f"Final-Recipient: rfc822; {n}@example.org\nAction: failed" for n in ("bob", "cat"))
    reading = read(report(groups, "Each of them was refused:\nthe message is too large"))
    assert {r.cause for r in reading.recipients} == {Cause.MESSAGE_TOO_LARGE}


def test_a_delay_is_not_permanent():
    groups = "Final-Recipient: rfc822; bob@example.org\nAction: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; connection timed out"
    reading = read(report(groups))
    assert (reading.permanent, reading.recipients[0].permanent) == (False, False)


def test_a_status_of_four_without_more_is_not_permanent():
    reading = read(report("Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 4.9.9 (odd)", ""))
    assert reading.recipients[0].permanent is False


def test_an_original_recipient_stands_in_for_an_inner_name():
    groups = "Final-Recipient: x400; /S=bob\nOriginal-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.1.1\n\nAction: failed\n"
    assert [r.address for r in read(report(groups)).recipients] == ["bob@example.org"]


def test_a_global_report_given_as_text_is_read():
    groups = "Final-Recipient: utf-8; bob@example.org\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550\n 5.1.1 user\nunknown"
    assert read(report(groups, kind="message/global-delivery-status")).cause is Cause.RECIPIENT_UNKNOWN


def test_a_report_of_a_success_is_no_failure():
    reading = read(report("Final-Recipient: rfc822; bob@example.org\nAction: delivered\nStatus: 2.0.0"))
    assert (reading.cause, reading.failure, reading.recipients) == (Cause.NOT_A_FAILURE, False, ())


def test_a_success_pasted_as_text_is_no_failure():
    text = (
        "Delivery status notification\n\nFinal-Recipient: rfc822; bob@example.org\nAction: delivered\nStatus: 2.0.0\n"
    )
    assert read(text).failure is False


def test_a_success_in_words_alone_is_no_failure():
    text = (
        DAEMON.format("Delivered")
        + "\nYour message was successfully delivered to the destination(s) listed below.\n\n<bob@example.org>\n"
    )
    reading = read(text)
    assert (reading.failure, reading.recipients) == (False, ())


def test_a_failure_whose_diagnosis_looks_like_success_stays_a_failure():
    reading = read(
        report(
            "Final-Recipient: rfc822; bob@example.org\nAction: failed\nDiagnostic-Code: smtp; 250 ok queued as 1", ""
        )
    )
    assert (reading.cause, reading.failure) == (Cause.UNKNOWN, True)


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied\n",
        "X-Autoreply: yes\n",
        "Precedence: auto_reply\n",
        "Content-Type: multipart/report; report-type=disposition-notification\n",
        "Content-Type: multipart/report; report-type=feedback-report\n",
    ],
)
def test_an_automatic_answer_is_no_failure(head: str):
    assert (
        read(f"From: bob@example.org\nTo: ann@example.com\nSubject: hello\n{head}\nI am away\n").cause
        is Cause.NOT_A_FAILURE
    )


@pytest.mark.parametrize(
    "subject", ["Abwesenheitsnotiz: x", "Réponse automatique : x", "=?utf-8?B?6Ieq5YuV5b+c562U?=: x"]
)
def test_an_automatic_answer_is_known_by_its_subject(subject: str):
    assert read(f"From: bob@example.org\nTo: ann@example.com\nSubject: {subject}\n\nHallo\n").failure is False


def test_a_header_that_cannot_be_decoded_is_left_as_it_is():
    assert (
        read("From: a@b.example\nTo: c@d.example\nSubject: =?utf-8?B?x?=\n\n550 user unknown\n").cause
        is Cause.RECIPIENT_UNKNOWN
    )


def test_the_recipient_is_found_in_a_header_where_the_text_has_none():
    assert (
        read(DAEMON.format("failed") + "X-Failed-Recipients: bob@example.org\n\nmailbox full\n").recipients[0].address
        == "bob@example.org"
    )


def test_the_recipient_is_found_in_the_message_that_came_back():
    text = (
        DAEMON.format("Undeliverable")
        + 'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nIt could not be delivered: mailbox full\n'
        "--b\nContent-Type: text/rfc822-headers\n\nFrom: ann@example.com\nTo: bob@example.org\n\n--b--\n"
    )
    assert [r.address for r in read(text).recipients] == ["bob@example.org"]


def test_the_only_address_of_a_bounce_is_its_recipient():
    text = DAEMON.format("Undeliverable") + "\nCould not deliver, sorry: (mail for) bob@example.org - mailbox full\n"
    assert [r.address for r in read(text).recipients] == ["bob@example.org"]


def test_a_bounce_that_names_nobody_is_read_by_its_words():
    reading = read(DAEMON.format("Undeliverable") + "\nThe mailbox is full.\n")
    assert (reading.cause, reading.recipients) == (Cause.MAILBOX_FULL, ())


def test_the_subject_decides_where_the_text_says_nothing():
    assert read("From: x@y.example\nTo: ann@example.com\nSubject: mailbox full\n\nHallo\n").cause is Cause.MAILBOX_FULL
    assert read("From: x@y.example\nTo: ann@example.com\nSubject: mailbox full\n\n").cause is Cause.MAILBOX_FULL


def test_a_forwarded_bounce_is_opened():
    inner = report("Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.2.2")
    text = (
        'From: ann@example.com\nTo: help@example.com\nContent-Type: multipart/mixed; boundary="o"\n\n--o\n\nWhat is this?\n--o\nContent-Type: message/rfc822\n\n'
        + inner
        + "\n--o--\n"
    )
    assert read(text).cause is Cause.MAILBOX_FULL


def test_a_bounce_sent_as_an_answer_to_nobody_is_opened():
    inner = "Return-Path: <>\nFrom: x@example.org\nSubject: y\n\n<bob@example.org>: mailbox full\n"
    text = (
        'From: ann@example.com\nTo: help@example.com\nContent-Type: multipart/mixed; boundary="o"\n\n--o\nContent-Type: message/rfc822\n\n'
        + inner
        + "\n--o--\n"
    )
    assert read(text).cause is Cause.MAILBOX_FULL


def test_parts_in_parts_end_somewhere():
    text = (
        "From: a@b.example\nTo: c@d.example\n"
        + "Content-Type: message/rfc822\n\nFrom: MAILER-DAEMON\n" * 30
        + "\nuser unknown\n"
    )
    assert isinstance(read(text).cause, Cause)


@pytest.mark.parametrize(
    ("charset", "how"),
    [
        ("iso-8859-1", "base64"),
        ("no-such-charset", "base64"),
        ("utf-8", "8bit"),
        ("no-such-charset", "8bit"),
        ("iso-2022-jp", "7bit"),
    ],
)
def test_old_and_odd_charsets_are_read(charset: str, how: str):
    body = "Empfänger: <bob@example.org>: Benutzer unbekannt\n"
    if how == "base64":
        body = base64.encodebytes(body.encode("latin-1")).decode()
    text = (
        DAEMON.format("Unzustellbar")
        + f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {how}\n\n{body}"
    )
    assert read(text).cause is Cause.RECIPIENT_UNKNOWN


def test_letters_of_a_charset_that_nobody_knows_are_kept():
    text = DAEMON.format("x") + "Content-Type: text/plain; charset=koi8-of-mars\n\nПочтовый ящик переполнен: ü\n"
    assert "Почтовый ящик переполнен: ü" in taken_apart(text).human


def test_half_a_sign_that_stands_in_a_message_does_no_harm():
    reading = read(DAEMON.format("Undelivered") + "\n<bob@example.org>: mailbox \ud83d full, 552 5.2.2 over quota\n")
    assert reading.cause is Cause.MAILBOX_FULL
    reading.quote.encode()


def test_what_is_said_beside_a_reply_in_brackets_is_read_where_the_reply_says_nothing():
    text = "Your message did not reach the following recipients:\n\nbob@example.org\n    The mailbox is full.\n    <mx.example.org #5.0.0 smtp;550 see above>\n"
    assert read(DAEMON.format("Undeliverable: hello") + "\n" + text).cause is Cause.MAILBOX_FULL


def test_the_reason_of_a_mail_that_exim_gave_up_goes_before_the_giving_up():
    text = "A message that you sent could not be delivered to one or more of its recipients.\n\n  bob@example.org\n    SMTP error from remote mail server after RCPT TO:<bob@example.org>:\n    host mx.example.org [192.0.2.1]: {}retry timeout exceeded\n"
    head = DAEMON.format("Mail delivery failed: returning message to sender") + "\n"
    assert read(head + text.format("452 4.2.2 Over quota: ")).cause is Cause.MAILBOX_FULL
    assert read(head + text.format("")).cause is Cause.TIMEOUT


def test_a_bounce_that_was_forwarded_many_times_over_is_read():
    marks = "---------- Forwarded message ----------\n" * 9
    text = "Hi. This is the qmail-send program.\n\n<bob@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n"
    assert read(marks + text).cause is Cause.RECIPIENT_UNKNOWN


def test_bytes_that_fit_no_charset_are_read_as_latin_1():
    body = base64.encodebytes(b"bob@example.org\x81: mailbox full\n").decode()
    head = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    assert read(DAEMON.format("x") + head + body).cause is Cause.MAILBOX_FULL


def test_a_message_that_cannot_be_taken_apart_is_read_as_it_stands():
    text = DAEMON.format("x") + 'Content-Type: text/plain; charset="no\x00such"\n\nmailbox \udcfc full\n'
    assert isinstance(read(text.replace("\udcfc", "\x81")).cause, Cause)
    assert taken_apart('From: a\nContent-Type: text/plain; charset="a\x00b"\n\n\udc81 mailbox full\n').human


def test_parts_that_are_no_text_are_left_out():
    text = (
        DAEMON.format("x")
        + 'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: image/png\n\nuser unknown\n--b--\n'
    )
    assert read(text).cause is Cause.UNKNOWN


def test_the_returned_headers_are_read_whatever_is_in_them():
    text = (
        DAEMON.format("x")
        + 'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nmailbox full\n--b\nContent-Type: message/rfc822\n\n--b--\n'
    )
    assert read(text).cause is Cause.MAILBOX_FULL


def test_stray_lines_in_a_report_do_no_harm():
    found = grouped("stray\n\nStatus: 5.1.1\n more\nand more\n\n\nAction: failed")
    assert found == [{"status": "5.1.1 more and more"}, {"action": "failed"}]
    assert grouped("stray") == []


def test_a_whole_paste_in_quotes_cut_at_one_width_is_joined():
    text = "> 535 5.7.8 Error: authentic\n> ation failed: for this us\n> er"
    assert read(text).cause is Cause.AUTH_FAILED_CREDENTIALS


def test_a_second_returned_message_is_left_alone():
    part = "--b\nContent-Type: text/rfc822-headers\n\nFrom: ann@example.com\nTo: {}@example.org\n\n"
    text = (
        DAEMON.format("x")
        + 'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nIt could not be delivered: mailbox full\n\n'
    )
    text += part.format("bob") + part.format("cat") + "--b--\n"
    assert [r.address for r in read(text).recipients] == ["bob@example.org"]


def test_an_address_of_no_use_is_passed_over_in_a_sentence():
    text = (
        DAEMON.format("x")
        + "\nYour message to postmaster@example.com was not delivered; mail to bob@example.org failed: mailbox full\n"
    )
    assert [r.address for r in read(text).recipients] == ["bob@example.org"]


def test_bytes_that_were_kept_as_surrogates_are_read():
    assert sound("Empf\udce4nger") == "Empfänger"
    assert sound("\ud800x") == "?x"
    assert sound("Empfänger") == "Empfänger"


def test_html_is_read_without_its_tags():
    text = (
        DAEMON.format("x")
        + "Content-Type: text/html\n\n<style>a</style><p>bob@example.org</p><p>mailbox&nbsp;<b>full</b></p>"
    )
    assert read(text).cause is Cause.MAILBOX_FULL


def test_a_bounce_in_quotes_with_its_report_as_text_is_read():
    text = "Ann wrote:\n> Undelivered mail\n>\n> Final-Recipient: rfc822; bob@example.org\n> Action: failed\n>\n> Status: 5.2.2\n> Diagnostic-Code: smtp; 552 mailbox full\n"
    reading = read(text)
    assert (reading.cause, reading.recipients[0].address) == (Cause.MAILBOX_FULL, "bob@example.org")


def test_a_warning_that_gives_up_is_no_delay():
    delayed = read(
        DAEMON.format("Status") + "\nYour mail was delayed, we will keep trying.\n\n<bob@example.org>: timed out\n"
    )
    failed = read(
        DAEMON.format("Status") + "\nYour mail was delayed and has failed.\n\n<bob@example.org>: 550 mailbox full\n"
    )
    assert (delayed.permanent, failed.permanent) == (False, True)


def test_ordinary_mail_is_not_understood_and_says_so():
    assert read("From: bob@example.org\nTo: ann@example.com\nSubject: lunch\n\nAt noon?\n").cause is Cause.UNKNOWN


def test_the_mbox_line_and_folded_headers_do_not_matter():
    text = "From MAILER-DAEMON Mon Jan 1 2024\n" + DAEMON.format("x\n folded") + "\n<bob@example.org>: mailbox full\n"
    assert read(text).cause is Cause.MAILBOX_FULL


def test_a_long_text_is_cut_in_its_middle():
    assert len(bounded("x" * 500_000)) < 210_000
    assert read("x " * 300_000 + "550 5.1.1 user unknown").cause is Cause.RECIPIENT_UNKNOWN


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("550 5.1.1 no", (550, "5.1.1")),
        ("host x[5.1.1.2] port 587 line 550", (None, None)),
        ("Exim 4.2.1 said: 550 no", (550, None)),
        ("status=bounced (host mx said: 450-4.7.1 wait)", (450, "4.7.1")),
        ("250 2.0.0 ok", (250, "2.0.0")),
        ("it has 250 users and 2.1.0 of them", (None, None)),
        ("552 bytes were sent", (None, None)),
        ("4.2.0 then 550 x 5.1.1", (550, "5.1.1")),
        ("550 x 4.4.1", (550, "4.4.1")),
    ],
)
def test_codes_are_found_and_other_digits_are_not(text: str, wanted: tuple[int | None, str | None]):
    assert codes(text) == wanted


def test_an_enhanced_code_is_found_without_a_reply_code():
    assert enhanced_code("#5.1.1 and 2.0.0") == "5.1.1"
    assert enhanced_code("2.0.0") is None


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["550-5.1.1 no such", "550 5.1.1 user"], (550, "5.1.1", "no such user")),
        (["250"], (250, None, "")),
        (["550 no", "more"], (550, None, "no more")),
        ([], (None, None, "")),
    ],
)
def test_a_reply_of_several_lines_is_parsed(lines: list[str], wanted: tuple[int | None, str | None, str]):
    assert parsed_reply(lines) == wanted


def test_facts_are_bounded_and_free_of_noise():
    assert addresses("no address") == ()
    assert len(addresses(" ".join(f"a{n}@b.example" for n in range(50)))) == 20
    assert addresses("to=bob@example.org") == ("bob@example.org",)
    assert hosts("nothing") == ()
    assert hosts("see https://mx.example.org and java.net and a@b.example, www.example.org, x.txt") == ()
    assert len(hosts(" ".join(f"h{n}.example.org" for n in range(50)))) == 10


def test_a_provider_is_known_by_its_host():
    assert provider_of("SMTP.Office365.com.") == "microsoft"
    assert provider_of("smtp.example.org") is None
    assert provider_of(None) is None


def test_cleaning_keeps_places_in_texts_with_accents():
    text = clean("Empfänger unbekannt: größer")
    assert text.cut(*(text.data.find(b"unbekannt"), text.data.find(b"unbekannt") + 9)) == "unbekannt"
    assert read("Prüfung: Benutzer unbekannt").quote.endswith("Benutzer unbekannt")


def test_codes_of_windows_in_decimal_are_read_up_to_five():
    assert clean(" ".join(["2148322318"] * 9)).shown.count("0x800CCC0E") == 5


@pytest.mark.parametrize("head", ["", "Content-Type: text/plain\n", "Content-Type: multipart/report; boundary=lost\n"])
def test_raw_bytes_of_no_known_charset_never_raise(head: str):
    text = DAEMON.format("x") + head + "\n\udcc1\udcc2 <bob@example.org>: mailbox full \udcff\n"
    reading = read(text)
    assert (reading.cause, [r.address for r in reading.recipients]) == (Cause.MAILBOX_FULL, ["bob@example.org"])


def test_a_copy_with_parts_is_no_lost_boundary():
    text = DAEMON.format("failure notice") + (
        "\n<bob@example.org>:\nmailbox full\n\n--- Below this line is a copy of the message.\n\n"
        'Content-Type: multipart/mixed; boundary="in"\n\n--in\nContent-Type: text/plain\n\nno such user\n--in--\n'
    )
    assert read(text).cause is Cause.MAILBOX_FULL


@pytest.mark.parametrize("kind", ["multipart/report; report-type=delivery-status", "multipart/mixed"])
def test_a_lost_boundary_is_found_again(kind: str):
    text = report("Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.2.2").replace(
        'multipart/report; boundary="b"', kind
    )
    assert [r.cause for r in read(text).recipients] == [Cause.MAILBOX_FULL]


def test_parts_without_a_head_that_names_them_are_found():
    text = (
        DAEMON.format("x") + "\n--b\nContent-Type: text/plain\n\nSee below.\n\n--b\n"
        "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; bob@example.org\nStatus: 5.2.2\n\n--b--\n"
    )
    assert [r.address for r in read(text).recipients] == ["bob@example.org"]


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ("host mx said: 550 no (in reply to RCPT TO command)", "rcpt"),
        ("SMTP error from remote mail server after pipelined MAIL FROM:<a@b.example>: 550 no", "mail"),
        ("192.0.2.1 failed after I sent the message.\nRemote host said: 550 no", "data"),
        ("host mx refused to talk to me: 550 no", "connect"),
        ("550 no", None),
    ],
)
def test_the_stage_is_that_which_the_mail_system_names(said: str, stage: str | None):
    assert read(DAEMON.format("failed") + f"\n<bob@example.org>:\n{said}\n").stage == stage


def test_what_every_bounce_says_decides_nothing():
    groups = "Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.2.2"
    text = (
        "This is an automatically generated Delivery Status Notification.\n\nDelivery to the following recipients failed.\n\n"
        "     bob@example.org\n\n**** This email has been scanned for all viruses by the gateway ****\n"
    )
    assert read(report(groups, text)).cause is Cause.MAILBOX_FULL


def test_the_head_of_the_mail_that_is_told_again_names_no_failed_recipient():
    text = (
        DAEMON.format("Undeliverable: x") + "\nYour message\n\n  To:      list@example.com\n  Subject: mailbox full\n\n"
        "did not reach the following recipient(s):\n\nc=US;a= ;p=X;dda:SMTP=bob@example.org; on Fri, 4 Oct 2002 17:12:28\n"
        "    The recipient name is not recognized\n"
    )
    reading = read(text)
    assert [(r.address, r.cause) for r in reading.recipients] == [("bob@example.org", Cause.RECIPIENT_UNKNOWN)]


def test_the_head_told_again_is_taken_where_nothing_else_names_a_recipient():
    text = (
        DAEMON.format("Undeliverable") + "\nThis mail could not be delivered: mailbox full\n\n  To: bob@example.org\n"
    )
    assert [r.address for r in read(text).recipients] == ["bob@example.org"]


def test_the_sender_whom_a_bounce_names_is_no_recipient():
    text = (
        DAEMON.format("failed") + "\nA message sent by\n\n  <ann.other@example.com>\n\ncould not be delivered:\n\n"
        "  bob@example.org\n    mailbox full\n"
    )
    assert [r.address for r in read(text).recipients] == ["bob@example.org"]


def test_the_innermost_reply_decides():
    text = DAEMON.format("Undeliverable") + (
        "\nThe following recipient(s) could not be reached:\n\n      'bob@example.org' on 3/1/2005 9:15 AM\n"
        "            You do not have permission to send to this recipient.\n"
        "            <ex.example.com #5.7.1 smtp;550 5.7.1 Unable to relay for bob@example.org>\n"
    )
    assert read(text).cause is Cause.RELAY_DENIED


def test_a_filters_refusal_that_comes_as_a_receipt_is_a_failure():
    text = report(
        "Final-Recipient: rfc822; bob@example.org\nDisposition: automatic-action/MDN-sent-automatically; deleted",
        "Your message was automatically rejected:\nQuota exceeded",
        "message/disposition-notification",
    )
    reading = read(text)
    assert (reading.cause, [r.address for r in reading.recipients]) == (Cause.MAILBOX_FULL, ["bob@example.org"])


def test_who_asks_for_a_proof_before_delivery_has_not_failed():
    groups = "Final-Recipient: rfc822; bob@example.org\nAction: delayed\nStatus: 4.7.0"
    text = "This is a one-time automated message to confirm that you're listed on my Guest List."
    assert read(report(groups, text)).failure is False
