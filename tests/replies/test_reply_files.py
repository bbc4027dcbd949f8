"""Files that somebody drops: what they hold is read, what is no mail is said to be none."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from probes.causes import Cause
from probes.replies import read
from probes.replies.files import MOST, Opened, Refused, opened
from tests.replies.outlook_writer import compound, message, storage

POSTFIX = b"""Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: ann@example.com
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

<bob@example.org>: host mx.example.org[192.0.2.1] said: 552 5.2.2 Mailbox full

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; bob@example.org
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full

--B
Content-Type: message/rfc822

From: ann@example.com
To: bob@example.org
Subject: hello

hello
--B--
"""


def told(data: bytes, name: str = "mail.eml") -> tuple[Cause, list[str]]:
    """Return the cause and the recipients that a file's text is read as."""
    reading = read(opened(data, name).text)
    return reading.cause, [one.address for one in reading.recipients]


def as_attachment(data: bytes, name: str, kind: str = "application/octet-stream") -> bytes:
    """Return a mail in which `data` is attached, after a picture of a megabyte."""
    picture = base64.encodebytes(b"\x89PNG\0" * 200_000)
    return (
        b"From: ann@example.com\nTo: help@example.com\nSubject: look at this\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/mixed; boundary=X\n\n--X\nContent-Type: text/plain\n\nIt came back.\n\n--X\n"
        b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + picture + b"\n--X\nContent-Type: "
        + kind.encode() + b'; name="' + name.encode() + b'"\nContent-Transfer-Encoding: base64\n\n'
        + base64.encodebytes(data) + b"\n--X--\n"
    )  # fmt: skip


REPORT = message(
    {0x001A: "REPORT.IPM.Note.NDR", 0x0037: "Undeliverable: hello", 0x0C1A: "System Administrator"},
    [{0x3001: "Bob", 0x39FE: "bob@example.org", 0x0C20: 511, 0x0C1B: "<mx.example.org #5.1.1 smtp;550 no such user>"}],
)
TRANSPORT = "Received: from a\r\nReturn-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.org>\r\n"


def test_a_bounce_saved_as_eml_is_read():
    assert told(POSTFIX) == (Cause.MAILBOX_FULL, ["bob@example.org"])


def test_apples_file_with_its_length_in_front_is_read():
    assert told(str(len(POSTFIX)).encode() + b"\n" + POSTFIX + b"<?xml version='1.0'?>", "1.emlx") == (
        Cause.MAILBOX_FULL,
        ["bob@example.org"],
    )


def test_a_reply_code_on_a_line_of_its_own_is_no_length():
    assert opened(b"550\nuser unknown\n", "note.txt").text == "550\nuser unknown\n"
    assert opened(b"550\n", "standard input").text == "550\n"


def test_a_mailbox_file_is_read_by_its_first_mail():
    assert told(b"From MAILER-DAEMON Mon Nov 24 2026\n" + POSTFIX)[0] is Cause.MAILBOX_FULL


def test_the_kind_is_told_by_what_a_file_holds_and_not_by_its_name():
    assert told(compound(REPORT), "bounce.eml")[0] is Cause.RECIPIENT_UNKNOWN
    assert told(POSTFIX, "bounce.msg")[0] is Cause.MAILBOX_FULL
    assert told(b"535 5.7.8 Username and Password not accepted", "said.txt")[0] is Cause.AUTH_FAILED_CREDENTIALS


@pytest.mark.parametrize("kind", ["application/octet-stream", "message/rfc822"])
def test_a_bounce_attached_to_a_mail_behind_a_big_picture_is_read(kind):
    data = as_attachment(POSTFIX, "returned.eml", kind)
    assert len(opened(data).text) < 10_000
    assert told(data) == (Cause.MAILBOX_FULL, ["bob@example.org"])


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<bob@example.org>: 552 5.2.2 Mailbox full\n", "said.bin"),
        (b"<html><body><p>bob@example.org<br>552 5.2.2 <b>Mailbox</b> full</body></html>", "ATT00001.htm"),
        (b"<bob@example.org>: 552 5.2.2 Mailbox full\n" + b"and so on\n" * 3000, "transcript.txt"),
    ],
)
def test_words_attached_as_a_file_are_read(data: bytes, name: str):
    assert read(opened(as_attachment(data, name)).text).cause is Cause.MAILBOX_FULL


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"%PDF-1.7\n\0\x01 552 5.2.2 Mailbox full", "bill.pdf"), (b"552 Mailbox full\n" * 3000, "all.csv")],
)
def test_of_another_file_that_is_attached_only_the_name_is_kept(data: bytes, name: str):
    text = opened(as_attachment(data, name)).text
    assert f'filename="{name}"' in text
    assert "Mailbox full" not in text
    assert len(text) < 2000


def test_an_outlook_file_attached_to_a_mail_is_read():
    assert told(as_attachment(compound(REPORT), "returned.msg"))[1] == ["bob@example.org"]


def test_an_outlook_report_is_read_by_what_stands_at_its_recipients():
    assert told(compound(REPORT), "report.msg") == (Cause.RECIPIENT_UNKNOWN, ["bob@example.org"])


@pytest.mark.parametrize(
    ("kind", "failure", "permanent"),
    [
        ("REPORT.IPM.Note.DR", False, None),
        ("REPORT.IPM.Note.IPNRN", False, None),
        ("REPORT.IPM.Note.Delayed", False, False),
        ("IPM.Note.Rules.OofTemplate.Microsoft", False, None),
    ],
)
def test_what_failed_nothing_is_known_by_outlooks_class(kind, failure, permanent):
    tree = message({0x001A: kind, 0x0037: "hello", 0x1000: "hello"}, [{0x39FE: "bob@example.org"}])
    reading = read(opened(compound(tree)).text)
    assert (reading.failure, reading.permanent) == (failure, permanent)


def test_a_bounce_that_outlook_keeps_as_a_plain_mail_is_read_by_its_body():
    body = "This is the mail system at host mx.\r\n\r\n<bob@example.org>: host mx said: 552 5.2.2 Mailbox full\r\n"
    tree = message({0x001A: "IPM.Note", 0x007D: TRANSPORT, 0x1000: body + "long " * 2000})
    assert told(compound(tree)) == (Cause.MAILBOX_FULL, ["bob@example.org"])


def test_the_page_of_an_outlook_mail_is_read_where_there_is_no_plain_text():
    page = b"<html><body><p>Your message to <b>bob@example.org</b> couldn't be delivered.<p>550 5.1.1 no such user"
    tree = message({0x001A: "IPM.Note", 0x007D: TRANSPORT, 0x1013: page, 0x3FDE: 65001})
    assert told(compound(tree))[0] is Cause.RECIPIENT_UNKNOWN
    assert told(compound(message({0x007D: TRANSPORT, 0x1013: page, 0x3FDE: 4711})))[0] is Cause.RECIPIENT_UNKNOWN
    assert told(compound(message({0x007D: TRANSPORT, 0x1013: page.decode()})))[0] is Cause.RECIPIENT_UNKNOWN


def test_mails_inside_an_outlook_mail_are_opened():
    within = storage(8, {0x3705: 5}, {"__substg1.0_3701000D": {**REPORT, **message({
        0x001A: "REPORT.IPM.Note.NDR"}, [{0x39FE: "bob@example.org", 0x0C05: 0}], header=24)}})  # fmt: skip
    forwarded = message({0x001A: "IPM.Note", 0x0037: "FW: hello", 0x1000: "see below"}, attachments=[within])
    assert told(compound(forwarded)) == (Cause.RECIPIENT_UNKNOWN, ["bob@example.org"])
    file = storage(8, {0x3707: "returned.eml", 0x3701: POSTFIX})
    assert told(compound(message({0x1000: "see below"}, attachments=[file])))[0] is Cause.MAILBOX_FULL


def test_mails_in_outlook_mails_without_end_are_opened_a_few_deep():
    inner = REPORT
    for _ in range(12):
        within = storage(8, {0x3705: 5}, {"__properties_of_nobody": {}, "__substg1.0_3701000D": inner})
        inner = message({0x001A: "IPM.Note", 0x0037: "FW: hello", 0x1000: "see below"}, attachments=[within], header=24)
    text = opened(
        compound(message({0x1000: "see below"}, attachments=[storage(8, {}, {"__substg1.0_3701000D": inner})]))
    ).text
    assert 3 < text.count("see below") < 12


def test_an_outlook_report_of_a_kind_that_nobody_knows_is_read_by_its_words():
    body = "<bob@example.org>: host mx said: 552 5.2.2 Mailbox full"
    tree = message({0x001A: "REPORT.IPM.Note.Mars", 0x1000: body}, [{0x39FE: "carla@example.org", 0x0C20: 511}])
    assert told(compound(tree), "report.msg") == (Cause.MAILBOX_FULL, ["bob@example.org"])


def test_the_text_of_a_report_that_outlook_keeps_beside_its_body_is_read():
    tree = message({0x001A: "REPORT.IPM.Note.NDR", 0x1001: "bob@example.org: the mailbox is full"})
    assert told(compound(tree), "report.msg") == (Cause.MAILBOX_FULL, ["bob@example.org"])


def test_of_the_head_that_outlook_keeps_what_speaks_of_the_parts_is_left_out():
    head = TRANSPORT + "MIME-Version: 1.0\r\nContent-Type: multipart/report; boundary=gone\r\n"
    body = "<bob@example.org>: host mx said: 552 5.2.2 Mailbox full"
    text = opened(compound(message({0x007D: head, 0x1000: body}))).text
    assert "gone" not in text
    assert read(text).cause is Cause.MAILBOX_FULL


def test_a_file_without_a_name_in_an_outlook_mail_is_opened():
    file = storage(8, {0x3701: POSTFIX})
    assert told(compound(message({0x1000: "see below"}, attachments=[file])))[0] is Cause.MAILBOX_FULL


def test_a_report_without_text_says_what_its_status_means():
    tree = message({0x001A: "REPORT.IPM.Note.NDR"}, [{0x3003: "bob@example.org", 0x0C20: 522}, {0x3001: "Carla"}])
    assert told(compound(tree)) == (Cause.MAILBOX_FULL, ["bob@example.org"])


def test_old_letters_in_a_mail_become_readable_ones():
    mail = "Return-Path: <>\nFrom: MAILER-DAEMON@example.de\nTo: ann@example.com\nSubject: Rückläufer\n"
    mail += "Content-Type: text/plain; charset=iso-8859-1\n\nIhre Nachricht konnte nicht zugestellt werden:\n\n"
    mail += "<bob@example.org>: Postfach für Empfänger überfüllt\n"
    text = opened(mail.encode("latin-1")).text
    assert "für Empfänger überfüllt" in text
    text.encode()
    assert opened("Empfänger".encode("cp1252")).text == "Empfänger"
    assert opened("Empfänger".encode("utf-16")).text == "Empfänger"


@pytest.mark.parametrize(
    ("data", "name", "refused"),
    [
        (b"", "a.eml", Refused.EMPTY),
        (b" \r\n", "a.eml", Refused.EMPTY),
        (b"x" * (MOST + 1), "a.eml", Refused.TOO_LARGE),
        (b"%PDF-1.7\n\0\x01\x02", "a.pdf", Refused.NOT_A_MAIL),
        (b"PK\x03\x04\x14\0", "a.msg", Refused.DAMAGED),
        (compound(REPORT)[:700], "a.msg", Refused.DAMAGED),
        (compound({"WordDocument": b"x" * 5000}), "a.doc", Refused.NOT_A_MAIL),
        (compound(REPORT, claimed={"__substg1.0_00370 01F".replace(" ", ""): 400_000_000}), "a.msg", Refused.DAMAGED),
    ],
)
def test_what_is_no_mail_is_refused_and_says_why(data, name, refused):
    assert opened(data, name) == Opened(refused=refused)


@example(b"\x00\x01", 32, "a.eml")
@given(st.binary(max_size=3000), st.integers(0, 2**32 - 1), st.sampled_from(["a.eml", "a.msg", "a"]))
def test_damaged_files_never_raise(noise, seed, name):
    whole = compound(REPORT)
    at = seed % len(whole)
    for data in (noise, whole[:at] + noise + whole[at + len(noise) :], POSTFIX[:at] + noise):
        opened(data, name).text.encode()


def test_mails_in_mails_without_end_are_opened_a_few_deep():
    data = POSTFIX
    for _ in range(40):
        data = b"From: a@example.com\nTo: b@example.com\nContent-Type: message/rfc822\n\n" + data
    assert len(opened(data).text) < 20_000


def explained(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `smtp-help explain` on a file."""
    command = [sys.executable, "-m", "bot", "explain", *arguments, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])


def test_explain_reads_an_outlook_file(tmp_path):
    path = tmp_path / "report.msg"
    path.write_bytes(compound(REPORT))
    done = explained(path, "--json")
    assert done.returncode == 1
    assert '"cause":"recipient_unknown"' in done.stdout
    assert "bob@example.org" in done.stdout


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (compound(REPORT)[:700], "a.msg", "damaged"),
        (b"%PDF\0\0", "a.pdf", "no mail"),
        (b"x" * (MOST + 1), "a.eml", "5 MB"),
        (b"", "a.eml", "empty"),
    ],
)
def test_explain_says_why_a_file_cannot_be_read(tmp_path, data, name, says):
    path = tmp_path / name
    path.write_bytes(data)
    done = explained(path)
    assert done.returncode == 2
    assert says in done.stderr
