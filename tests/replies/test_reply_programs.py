"""Which mail program a text shows, where it shows one and says it surely."""

import pytest

from flows.programs import load
from probes.replies import programs, read
from probes.replies.named import named
from probes.replies.programs import program_of

RETURNED = """\
From: MAILER-DAEMON@mail.example.com
To: ann@example.com
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

<bob@example.org>: host mx.example.org[192.0.2.7] said: 550 5.1.1 User unknown

--b
Content-Type: message/rfc822

From: ann@example.com
To: bob@example.org
{}

hello
--b--
"""


def of(text: str) -> str | None:
    return named(text, read(text)).get("program")


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("Thunderbird says relay access denied when I mail someone", "thunderbird"),
        ("Windows Live Mail Error ID: 0x800CCC19", "windows_live_mail"),
        ("Outlook Express could not post your message.", "outlook_express"),
        ("Apple Mail can’t verify the identity of the server", "apple_mail"),
        ("my iPhone says cannot send mail, the user name or password is incorrect", "iphone"),
        ("Task 'ann@example.com - Sending' reported error (0x800CCC0F) : 'Interrupted'", "outlook_classic"),
        ('Fehler (0x80042109) beim Ausführen der Aufgabe "ann@example.com - Senden"', None),
        ("Aufgabe 'ann@example.com - Senden' hat einen Fehler gemeldet (0x80042109): 'x'", "outlook_classic"),
        ("Outlook for iPhone: sign-in failed", None),
        ("It works on my iPhone but not in Outlook: 550 relaying denied", None),
        ("Thunderbird is fine, my Android phone says 535", None),
        ("works on my iPhone but not here: 535", None),
        ("Thunderbird: the outgoing server (SMTP) smtp-mail.outlook.com timed out", "thunderbird"),
        ("550 5.1.1 user unknown\n\nSent from my iPhone", None),
        ("550 5.1.1 user unknown\n\nVon meinem iPad gesendet", None),
        ("If you use Outlook Express or Windows Live Mail, see our pages", None),
        ("535 authentication failed", None),
        ("smtp-mail.outlook.com: 550 denied", None),
    ],
)  # fmt: skip
def test_a_program_is_known_by_its_name_or_its_own_dialog(text: str, program: str | None) -> None:
    assert of(text) == program


@pytest.mark.parametrize(
    ("head", "program"),
    [
        ("User-Agent: Mozilla/5.0 (X11; rv:68.0) Gecko/20100101\n Thunderbird/68.3.0", "thunderbird"),
        ("X-Mailer: Microsoft Outlook 16.0", "outlook_classic"),
        ("X-Mailer: Microsoft Office Outlook, Build 11.0.5510", "outlook_classic"),
        ("X-Mailer: Microsoft Outlook Express 6.00.2900.2180", "outlook_express"),
        ("X-Mailer: iPhone Mail (21A329)", "iphone"),
        ("X-Mailer: Apple Mail (2.3445.104.21)", "apple_mail"),
        ("X-Mailer: MIME::Lite 3.027", None),
        ("Subject: Thunderbird", None),
    ],
)
def test_the_head_of_a_mail_that_came_back_tells_what_sent_it(head: str, program: str | None) -> None:
    assert of(RETURNED.format(head)) == program


def test_every_program_that_is_told_is_one_whose_settings_are_known() -> None:
    assert {name for name, _ in programs._SHOWN} <= set(load())


def test_a_hostile_text_is_no_slower_than_its_length() -> None:
    for piece in ("task '", "sent from my ", "x-mailer: microsoft ", "outlook "):
        assert program_of(piece * 20_000) is None
