"""`smtp-help explain` of nothing, of too little and of unknown words says which it is; and how commands print."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from tests.commands.command_line import ROOT, smtp_help


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "There were no words to read."),
        (" \n \n", "There were no words to read."),
        ("550\n", "That is too little to tell by."),
        ("hm\n", "That is too little to tell by."),
        ("the moon is made of green cheese today\n", "a rule for them can be added"),
    ],
)
async def test_what_was_not_understood_says_why(typed: str, said: str):
    ran = await smtp_help("explain", typed=typed)
    assert ran.status == 1
    assert said in ran.out
    assert ("can be added" in ran.out) is ("can be added" in said)


async def test_of_a_text_that_no_rule_knows_it_is_said_that_its_words_were_weighed():
    ran = await smtp_help("explain", typed="Kirje liian suuri palvelimelle\n")
    assert "No rule knows this sentence" in ran.out
    assert "possible, no more" in ran.out


async def test_words_in_the_place_of_a_file_are_told_where_they_go():
    nothing = await smtp_help("explain", "")
    assert (nothing.status, nothing.out) == (2, "")
    assert "No file is named." in nothing.err
    words = await smtp_help("explain", "550 5.1.1 user unknown")
    assert (words.status, words.out) == (2, "")
    assert "paste them on standard input" in words.err


async def test_of_a_file_without_an_end_no_more_is_read_than_can_be_a_mail():
    endless = await smtp_help("explain", "/dev/zero")
    assert (endless.status, endless.out) == (2, "")
    assert "is larger than 5 MB" in endless.err


BOUNCE = """\
From: MAILER-DAEMON@mx.example.com
To: ann@example.com
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

"""


def returned(*people: tuple[str, str]) -> str:
    """Write a returned mail, a recipient and what was said of it each."""
    parts = [
        f"Final-Recipient: rfc822; {address}\nAction: failed\nDiagnostic-Code: smtp; {said}\n"
        for address, said in people
    ]
    return BOUNCE + "\n".join(parts) + "\n--B--\n"


async def test_of_a_returned_mail_each_recipient_is_told_in_words():
    ran = await smtp_help(
        "explain",
        typed=returned(
            ("cleo@example.org", "550 5.1.1 Recipient address rejected: User unknown"),
            ("dan@example.org", "452 4.2.2 Mailbox full"),
        ),
    )
    assert "cleo@example.org: The recipient's address does not exist at that place (recipient_unknown)\n" in ran.out
    assert "dan@example.org: The recipient's mailbox is full (mailbox_full)\n" in ran.out
    assert "more recipients" not in ran.out


async def test_of_a_long_list_of_recipients_the_rest_is_counted():
    many = [(f"p{number}@example.org", "550 5.1.1 User unknown") for number in range(23)]
    ran = await smtp_help("explain", typed=returned(*many))
    assert "p19@example.org: " in ran.out
    assert "p20@example.org" not in ran.out
    assert "… and 3 more recipients" in ran.out


WAITS = """\
Your message is delayed.

{} This is a warning message only. You do not need to resend your message.
"""


@pytest.mark.parametrize(
    ("said", "cause", "why"),
    [
        ("mx.example.org could not be reached: connection timed out.", "timeout", "does not answer in time"),
        ("<bob@example.org>: host mx.example.org[192.0.2.7] said: 452 4.2.2 full", "mailbox_full", "mailbox is full"),
    ],
)
async def test_of_a_mail_that_only_waits_it_is_said_to_wait_too(said: str, cause: str, why: str):
    ran = await smtp_help("explain", "--json", typed=WAITS.format(said))
    found = json.loads(ran.out)
    assert (ran.status, found["cause"], found["failure"]) == (0, cause, False)
    assert found["summary"].startswith("Your message has not failed.")
    assert found["advice"][0].startswith("Do nothing. If it gets through, you hear no more of it; if not, a second")
    assert why in found["evidence"][0]


async def test_a_dash_is_standard_input():
    ran = await smtp_help("explain", "--json", "-", typed="452 4.2.2 Mailbox full")
    assert (json.loads(ran.out)["cause"], json.loads(ran.out)["file"]) == ("mailbox_full", "-")


async def test_what_else_it_could_be_is_said_in_words():
    ran = await smtp_help("explain", typed="552 5.2.2 full")
    assert "It could also be:\n  - The message is too large (message_too_large, " in ran.out


async def test_an_encoding_without_our_signs_gets_plain_ones():
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    ran = await smtp_help("explain", typed="535 5.7.8 Authentication failed", env=plain)
    assert ran.status == 1
    assert 'Decided by: "Authentication failed"' in ran.out


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
async def test_a_closed_stream_is_none_to_fail_at(closed: str):
    command = f'exec "$0" -m bot explain {closed}'
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", command, sys.executable),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate(b"535 5.7.8 Authentication failed")
    assert (process.returncode, err) == (1, b"")


async def test_a_terminal_of_no_width_gets_whole_words():
    ran = await smtp_help("explain", typed="535 5.7.8 Authentication failed", env={"COLUMNS": "1"})
    assert ran.out.startswith("The outgoing server")


@pytest.mark.parametrize("columns", range(30, 60, 5))
async def test_an_address_is_never_broken_at_the_end_of_a_line(columns: int):
    address = "cleo-of-the-long-name@a-domain-with-many-hyphens.example.org"
    ran = await smtp_help("explain", typed=returned((address, "550 5.1.1 User unknown")), env={"COLUMNS": str(columns)})
    assert address in ran.out.partition("What to do")[0]


async def test_a_demo_plays_or_waits_and_not_both():
    ran = await smtp_help("demo", "--tour", "--serve")
    assert (ran.status, ran.out) == (2, "")
    assert "not allowed with argument --tour" in ran.err
