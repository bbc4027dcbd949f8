"""A saved mail that is dropped on the bot: fetched by real HTTP with the token, read, answered; or said why not."""

from __future__ import annotations

import fake_blocks
import pytest
from fake_slack import TOKEN

from bot.looking import Looker
from bot.slack.files import Files
from probes.causes import Cause
from probes.replies.files import MOST
from probes.vantage import Vantage
from tests.replies.outlook_writer import compound, message

BOUNCE = b"""\
From: Mail Delivery System <MAILER-DAEMON@mail.example.com>
To: ann@example.com
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

<bob@example.org>: host mx.example.org[192.0.2.7] said: 552 5.2.2 Mailbox full (in reply to RCPT TO command)

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

Final-Recipient: rfc822; bob@example.org
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full

--b--
"""
BODY = "Delivery has failed to these recipients:\r\nbob@example.org\r\n550 5.1.1 User unknown\r\n"
OUTLOOK = compound(message({0x001A: "IPM.Note", 0x0037: "Undeliverable: hello", 0x1000: BODY}))
READER = Looker(Vantage())


def words(said):
    return fake_blocks.texts(said["blocks"])


def last_cause(conversation):
    return conversation.seen[-1].verdict.cause if conversation.seen else None


@pytest.mark.parametrize(
    ("name", "data", "mimetype", "cause"),
    [
        ("bounce.eml", BOUNCE, "message/rfc822", Cause.MAILBOX_FULL),
        ("Undeliverable.MSG", OUTLOOK, "application/vnd.ms-outlook", Cause.RECIPIENT_UNKNOWN),
        ("error.txt", b"535 5.7.8 Error: authentication failed", "text/plain", Cause.AUTH_FAILED_CREDENTIALS),
    ],
)
@pytest.mark.parametrize("begun", [True, False])
async def test_a_saved_mail_is_read_as_if_it_had_been_pasted(run, name, data, mimetype, cause, begun):
    async with run(looker=READER) as bot:
        ann = bot.person()
        if begun:
            await ann.command()
            await bot.quiet(ann)
        status, _ = await ann.says("", files=[bot.slack.file(name, data, mimetype)])
        assert status == 200
        now = await bot.quiet(ann)
        assert last_cause(now) is cause
        assert len(await bot.desk.recent(ann.owner)) == 1
        assert [sent["Authorization"] for sent in bot.slack.fetches] == [f"Bearer {TOKEN}"]
        assert not {name for name in await bot.desk.surface(now.id) if name.startswith("dropped")}


def returned_for(*replies):
    """Return a mail that came back for several recipients, each with its own reply."""
    told = "".join(f"  r{n}@example.org\n    host mx [192.0.2.25]\n    {reply}\n" for n, reply in enumerate(replies))
    first = "A message that you sent could not be delivered to all of its recipients. The following address(es) failed:"
    return f"{first}\n\n{told}".encode()


async def test_each_recipient_of_a_returned_mail_is_named_with_its_own_cause(run):
    async with run(looker=READER) as bot:
        ann = bot.person()
        bounce = returned_for("552 5.3.4 Message size exceeds fixed limit", "550 5.1.1 unknown user")
        await ann.says("", files=[bot.slack.file("bounce.txt", bounce, "text/plain")])
        await bot.quiet(ann)
        said = words(ann.messages[-1]).replace("`", "")
        assert said.count("r0@example.org: The message is too large.") == 1
        assert said.count("r1@example.org: The recipient's address does not exist") == 1


async def test_of_many_recipients_the_first_are_named_and_the_rest_counted(run):
    async with run(looker=READER) as bot:
        ann = bot.person()
        await ann.says(
            "", files=[bot.slack.file("bounce.txt", returned_for(*["550 5.1.1 unknown user"] * 9), "text/plain")]
        )
        await bot.quiet(ann)
        said = words(ann.messages[-1]).replace("`", "")
        assert "r4@example.org" in said
        assert "r5@example.org" not in said
        assert "4 more recipients" in said


async def test_the_same_delivery_twice_is_read_once(run):
    async with run(looker=READER) as bot:
        ann = bot.person()
        await ann.says("", files=[bot.slack.file("bounce.eml", BOUNCE)])
        await bot.quiet(ann)
        await ann.again()
        now = await bot.quiet(ann)
        assert len(now.texts) == 1
        assert len(now.seen) == 1


async def test_words_beside_a_file_are_taken_too(run):
    async with run(looker=READER) as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.says("this came back", files=[bot.slack.file("bounce.eml", BOUNCE)])
        now = await bot.quiet(ann)
        assert {"this came back"} <= set(now.texts)
        assert any("Mailbox full" in text for text in now.texts)


async def test_a_file_of_a_shared_channel_is_asked_for_by_its_id(run):
    async with run(looker=READER) as bot:
        ann = bot.person()
        await ann.says("", files=[bot.slack.file("bounce.eml", BOUNCE, shared=True)])
        assert last_cause(await bot.quiet(ann)) is Cause.MAILBOX_FULL
        assert bot.slack.count("files.info") == 1


async def test_a_file_with_a_mention_in_a_thread_is_read_in_the_direct_message(run):
    async with run(looker=READER) as bot:
        bot.slack.channel("C0TALK")
        ann = bot.person()
        await ann.mentions("please", files=[bot.slack.file("bounce.eml", BOUNCE)], thread_ts="1.1")
        assert last_cause(await bot.quiet(ann)) is Cause.MAILBOX_FULL
        assert bot.slack.posted("C0TALK") == []
        assert "direct message" in words(bot.slack.ephemerals[-1])


async def test_the_shortcut_reads_the_file_of_a_message(run):
    async with run(looker=READER) as bot:
        ann = bot.person()
        await ann.explains("", files=[bot.slack.file("bounce.eml", BOUNCE)])
        assert last_cause(await bot.quiet(ann)) is Cause.MAILBOX_FULL


REFUSED = [
    ("report.pdf", b"%PDF-1.7", {"mimetype": "application/pdf"}, "", "neither a saved mail nor plain text"),
    ("mail.eml", b"\0" * 900, {}, "", "neither a saved mail nor plain text"),
    ("mail.eml", b"", {}, "", "is empty"),
    ("mail.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 nothing", {}, "", "damaged"),
    ("mail.eml", b"x", {"size": MOST + 1}, "", "larger than 5 MB"),
    ("mail.eml", BOUNCE, {}, "endless", "larger than 5 MB"),
    ("mail.eml", BOUNCE, {"mode": "tombstone"}, "", "not in Slack any more"),
    ("mail.eml", BOUNCE, {}, "gone", "not in Slack any more"),
    ("mail.eml", BOUNCE, {}, "signin", "files:read"),
    ("mail.eml", BOUNCE, {}, "elsewhere", "Slack did not let me read"),
    (
        "mail.eml",
        BOUNCE,
        {"url_private_download": "https://drive.example/x", "url_private": ""},
        "",
        "does not lie in Slack",
    ),
]


@pytest.mark.parametrize(("name", "data", "more", "fault", "said"), REFUSED)
async def test_what_cannot_be_read_is_said_once_and_the_conversation_goes_on(run, name, data, more, fault, said):
    async with run(looker=READER) as bot:
        ann = bot.person()
        await ann.command()
        before = await bot.quiet(ann)
        if fault:
            bot.slack.fault("file", fault)
        await ann.says("", files=[bot.slack.file(name, data, **more)])
        now = await bot.quiet(ann)
        told = [message for message in ann.messages if said in words(message)]
        assert len(told) == 1
        assert name in words(told[0])
        assert "paste its words" in words(told[0]).lower()
        assert (now.step, now.texts) == (before.step, ())
        assert not any("signin" in sent for sent in bot.slack.fetches)


async def test_a_screenshot_is_kept_for_a_human_and_the_words_are_asked_for(run):
    async with run(looker=READER) as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        shot = bot.slack.file("shot.png", b"\x89PNG", "image/png")
        await ann.says("", files=[shot])
        now = await bot.quiet(ann)
        assert now.pictures == (shot["permalink"],)
        assert "cannot read pictures" in words(ann.messages[-1])
        assert "I can copy or type the words" in words(ann.messages[-1])
        assert bot.slack.fetches == []


async def test_a_kill_between_the_answer_and_the_reading_loses_no_file(run, slack):
    async with run(looker=READER) as bot:
        ann = bot.person()
        await ann.command()
        now = await bot.quiet(ann)
        file = slack.file("bounce.eml", BOUNCE)
        # What a process leaves that was killed right after its acknowledgement.
        await bot.desk.remember(now.id, {"dropped": "yes", f"dropped {file['id']}": "event Ev1"})
    async with run(looker=READER) as bot:
        assert last_cause(await bot.quiet(bot.person())) is Cause.MAILBOX_FULL
        assert not {name for name in await bot.desk.surface(now.id) if name.startswith("dropped")}


async def test_while_a_human_has_the_case_the_words_of_a_file_reach_its_thread(run):
    async with run(looker=READER, support_channel="C0HELP", admins=("U0IT",)) as bot:
        bot.slack.channel("C0HELP")
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.presses("Talk to a human")
        await bot.quiet(ann)
        await ann.says("", files=[bot.slack.file("bounce.eml", BOUNCE)])
        await bot.quiet(ann)
        assert "Mailbox full" in "".join(map(words, bot.slack.posted("C0HELP")))


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/a.eml", True),
        ("https://home.slack.com/files/a", True),
        ("https://files.slack-gov.com/files-pri/T1-F1/a.eml", True),
        ("http://127.0.0.1:8/files-pri/a", True),
        ("http://files.slack.com/files-pri/a", False),
        ("https://files.slack.com:8443/files-pri/a", False),
        ("https://slack.com.evil.example/a", False),
        ("https://evilslack.com/a", False),
        ("https://files.slack.com@evil.example/a", False),
        ("https://a:b@files.slack.com/a", False),
        ("http://127.0.0.1:9/a", False),
        ("http://169.254.169.254/latest", False),
        ("file:///etc/passwd", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_the_token_goes_to_slacks_own_hosts_alone(url, own):
    files = Files(None, None, TOKEN, "http://127.0.0.1:8/api/", MOST)
    assert files._slacks_own(url) is own


async def test_words_of_a_message_that_a_program_made_of_blocks_are_explained(run):
    said = {"type": "text", "text": "550 5.1.1 <bob@example.org>: "}
    rest = {"type": "text", "text": "User unknown"}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [said, rest]}]}
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "535 5.7.8 authentication failed"}}
    async with run(looker=READER) as bot:
        ann, bob = bot.person(), bot.person("U0BOB")
        await ann.explains("", blocks=[rich])
        now = await bot.quiet(ann)
        assert now.texts == ("550 5.1.1 <bob@example.org>: User unknown",)
        await bob.explains("", attachments=[{"blocks": [section], "fields": [{"title": "Host", "value": "mx1"}]}])
        now = await bot.quiet(bob)
        assert last_cause(now) is Cause.AUTH_FAILED_CREDENTIALS
        assert now.texts == ("535 5.7.8 authentication failed\nmx1",)


async def test_blocks_that_are_no_blocks_are_passed_over(run):
    async with run(looker=READER) as bot:
        ann = bot.person()
        for odd in ("x", 5, [[[]], 7, {"text": 5}], [{"elements": [{"elements": "x"}]}]):
            await ann.explains("", blocks=odd)
        assert await bot.quiet(ann) is None
