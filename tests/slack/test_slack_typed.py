"""What people write into the direct message where they could have pressed: labels, the footer's words, greetings."""

from __future__ import annotations

import asyncio

import fake_blocks
import pytest

from bot.typed import pressed, says_nothing
from flows.conversation import AskedHuman, Chose, StartedAgain, WentBack
from flows.screen import Kind, Option, Screen
from probes.causes import Cause, Confidence
from probes.findings import Finding, Severity
from probes.verdict import Verdict

ASK, PROGRAM = "What happens when you try to send?", "Which mail program do you send with?"


def words(message):
    return fake_blocks.texts(message["blocks"])


SCREEN = Screen(
    "c",
    1,
    "s",
    Kind.ADVISE,
    "Title",
    options=(
        Option("helped", "Yes, that helped"),
        Option("no", "No, that did not help"),
        Option("wont", "Don’t know"),
        Option("look", "Look again, now"),
        Option("later", "Look again, later"),
    ),
    footer=(Option("back", "Back"), Option("again", "Start again"), Option("human", "Talk to a human")),
)


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Yes, that helped", Chose("helped")),
        (" yes! ", Chose("helped")),
        ("NO", Chose("no")),
        ("don't know", Chose("wont")),
        ("look again", None),  # two labels begin so
        ("look again, later", Chose("later")),
        ("Back", WentBack()),
        ("start again", StartedAgain()),
        ("human", AskedHuman()),
        ("Talk to a human.", AskedHuman()),
        ("yes it did, but now the port is closed", None),
        ("yes\nno", None),
        ("", None),
        ("?", None),
    ],
)
def test_a_typed_label_is_the_press_of_its_button(text, event):
    assert pressed(text, SCREEN) == event


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("Hello!", True),
        (":+1: :tada:", True),
        ("…", True),
        ("ok", True),
        ("thanks", True),
        ("550", False),
        ("schade", False),
    ],
)
def test_a_greeting_or_a_smile_says_nothing_in_which_a_cause_could_be_read(text, nothing):
    assert says_nothing(text) is nothing


async def test_a_conversation_can_be_typed_from_its_first_word_to_its_end(run):
    async with run() as bot:
        ann = bot.person()
        await ann.says("Good morning")
        now = await bot.quiet(ann)
        assert ASK in words(ann.messages[-1])
        assert (now.texts, now.seen) == ((), ())
        for text, asked in (
            ("it hangs or stays in the outbox", PROGRAM),
            ("ok", "Please press one of the buttons"),
            ("hello?", PROGRAM),
            ("back", ASK),
            ("I am not sure, please check.", PROGRAM),
            ("Thunderbird", "Which settings"),
            ("start again", ASK),
            ("smtp.example.com:587", "outside its dates"),
            ("yes", "Good that your mail goes again"),
        ):
            await ann.says(text)
            await bot.quiet(ann)
            assert asked in words(ann.messages[-1]), text
            assert sum(any(fake_blocks.buttons(each["blocks"])) for each in ann.messages) <= 1
        assert await bot.desk.current(ann.owner) is None
        await ann.says("Thank you")
        await bot.quiet(ann)
        assert "You are welcome" in words(ann.messages[-1])
        assert len(await bot.desk.recent(ann.owner)) == 1


@pytest.mark.parametrize("opened", [True, False])
@pytest.mark.parametrize("way", ["message", "command"])
async def test_who_types_human_gets_one_whatever_stands_open(run, opened, way):
    async with run(support_channel="C0HELP") as bot:
        bot.slack.channel("C0HELP")
        ann = bot.person()
        if opened:
            await ann.command()
            await bot.quiet(ann)
        await (ann.says if way == "message" else ann.command)("Human")
        await ann.again()
        now = await bot.quiet(ann)
        assert (now.status, now.texts) == ("handed", ())
        assert len(bot.slack.posted("C0HELP")) == 1
        assert len(await bot.desk.recent(ann.owner)) == 1


async def test_a_label_typed_behind_the_command_is_a_press_too(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        _, ack = await ann.command("It hangs or stays in the outbox")
        await bot.quiet(ann)
        assert "direct message" in ack["text"]
        assert PROGRAM in words(ann.messages[-1])
        _, ack = await ann.command("hi")
        assert "not finished" in ack["text"]
        await bot.quiet(ann)
        assert len(await bot.desk.recent(ann.owner)) == 1


async def test_what_people_say_about_their_mail_is_answered_with_a_question_and_kept_for_a_human(run, look):
    look.causes = [Cause.UNKNOWN]
    async with run() as bot:
        ann = bot.person()
        await ann.says("hi, I can’t send mail")
        now = await bot.quiet(ann)
        assert ASK in words(ann.messages[-1])
        assert "so I ask" in words(ann.messages[-1])
        assert now.texts == ("hi, I can't send mail",)
        await ann.says("and now")
        now = await bot.quiet(ann)
        assert ASK in words(ann.messages[-1])
        assert "no cause in these words" in words(ann.messages[-1])
        assert [stop.label for stop in now.trail] == []
        await ann.says("wibble 17 wobble")
        await bot.quiet(ann)
        assert "cannot read a cause" in words(ann.messages[-1])
        assert "wibble 17 wobble" in [each.text for each in await bot.store.unread()]


async def test_words_and_files_of_a_forwarded_message_are_read(run):
    async with run() as bot:
        ann = bot.person()
        file = bot.slack.file("error.txt", b"550 5.1.1 User unknown", "text/plain")
        shared = {"is_share": True, "text": "550 5.2.2 Mailbox full", "files": [file], "fallback": "[a preview]"}
        await ann.says("", attachments=[shared])
        now = await bot.quiet(ann)
        assert now.texts == ("550 5.2.2 Mailbox full", "550 5.1.1 User unknown")


async def test_an_answer_in_a_thread_is_taken_and_said_to_be_answered_outside_of_it_once(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        thread = ann.messages[-1]["ts"]
        for text in ("It hangs or stays in the outbox", "Thunderbird"):
            await ann.says(text, thread_ts=thread)
            await ann.again()
            await bot.quiet(ann)
        inside = [each for each in ann.messages if each.get("thread_ts") == thread]
        assert ["outside this thread" in words(each) for each in inside] == [True]
        (open_one,) = [each for each in ann.messages if fake_blocks.buttons(each["blocks"])]
        assert "Which settings" in words(open_one)
        assert "thread_ts" not in open_one


async def test_the_bots_own_name_is_no_word_of_an_error(run):
    async with run() as bot:
        ann = bot.person()
        bot.person("U0BOB")
        await ann.says("<@U0SMTPBOT> <@U0BOB> in <#C0TALK|general> told <!subteam^S0IT|@it>: error 17 &lt;here&gt;")
        now = await bot.quiet(ann)
        assert now.texts == ("@Bob in #general told @it: error 17 <here>",)


@pytest.mark.parametrize("where", ["App Home", "the offer", "the command"])
async def test_a_double_click_on_what_opens_a_conversation_opens_one(run, where):
    async with run() as bot:
        ann = bot.person()
        shown = None
        if where == "App Home":
            await ann.opens_home()
            await bot.quiet(ann)
            shown = bot.slack.homes[ann.user]
        elif where == "the offer":
            await ann.command()
            await bot.quiet(ann)
            await ann.presses("I am not sure, please check")
            _, ack = await ann.command()
            shown = {"channel": "C0TALK", "blocks": ack["blocks"]}
        before = len(await bot.desk.recent(ann.owner))
        label = {"App Home": "Start", "the offer": "Start anew"}.get(where)
        await asyncio.gather(*(ann.presses(label, shown) if shown else ann.command() for _ in range(2)))
        await bot.quiet(ann)
        assert len(await bot.desk.recent(ann.owner)) == before + 1
        assert [bool(fake_blocks.buttons(each["blocks"])) for each in ann.messages].count(True) == 1


async def test_several_lines_sent_at_once_are_one_conversation_and_all_of_them_are_heard(run):
    async with run() as bot:
        ann = bot.person()
        await asyncio.gather(*map(ann.says, ("hi", "error 17", "error 18")))
        now = await bot.quiet(ann)
        assert len(await bot.desk.recent(ann.owner)) == 1
        assert set(now.texts) == {"error 17", "error 18"}


async def test_the_command_that_is_sent_as_a_message_is_the_command(run):
    async with run() as bot:
        ann = bot.person()
        await ann.says("/smtp-help")
        now = await bot.quiet(ann)
        assert ASK in words(ann.messages[-1])
        assert now.texts == ()
        await ann.says("/smtp-help smtp.example.com:587")
        assert (await bot.quiet(ann)).answers["server"] == "smtp.example.com"


@pytest.mark.parametrize("text", ["ok", "how long does that take?"])
async def test_talk_does_not_end_a_look(run, look, text):
    look.go_on.clear()
    async with run() as bot:
        ann = bot.person()
        await ann.command("smtp.example.com:587")
        await bot.slack.until(lambda: ann.messages)
        await ann.says(text)
        look.go_on.set()
        now = await bot.quiet(ann)
        assert look.began == 1
        assert "outside its dates" in words(ann.messages[-1])
        assert now.verdict.cause == "certificate_expired"


class Further:
    """A look that reads every text with a number as a mail that failed further on, and takes its time to look there."""

    def __init__(self):
        self.looked, self.there, self.go_on = [], asyncio.Event(), asyncio.Event()

    async def __call__(self, conversation, what, tell):
        self.looked.append(what)
        if what == "far":
            self.there.set()
            await self.go_on.wait()
        elif "17" in conversation.texts[-1]:
            failed = Finding("failed_further_on", Severity.INFO, "mx.example.org")
            return Verdict(cause=Cause.TIMEOUT, confidence=Confidence.LIKELY, findings=(failed,))
        return Verdict(cause=Cause.UNKNOWN, confidence=Confidence.POSSIBLE)


async def test_talk_does_not_end_a_look_at_a_server_further_on(run):
    further = Further()
    async with run(looker=further) as bot:
        ann = bot.person()
        await ann.says("error 17")
        await further.there.wait()
        await ann.says("how long does that take?")
        further.go_on.set()
        assert (await bot.quiet(ann)).step == "far.unreached"
        assert further.looked == ["text", "far"]


async def test_what_is_said_during_a_look_goes_with_the_case_and_the_look_is_seen_to_go_on(run, look):
    look.go_on.clear()
    async with run(support_channel="C0HELP") as bot:
        bot.slack.channel("C0HELP")
        ann = bot.person()
        await ann.command("smtp.example.com:587")
        await bot.slack.until(lambda: ann.messages)
        for text in ("my colleague has the same since Monday", "ok", "it began when we moved"):
            await ann.says(text)
            await ann.again()
        said = max(ts for ts, each in bot.slack.messages[ann.dm].items() if each["user"] == ann.user)
        await bot.slack.until(lambda: ann.messages[-1]["ts"] > said)
        look.go_on.set()
        now = await bot.quiet(ann)
        assert look.began == 1
        assert now.texts == ("my colleague has the same since Monday", "it began when we moved")
        assert "\u2713 3" in words(ann.messages[-2])  # the rows of the look came into the newest of its messages
        assert "outside its dates" in words(ann.messages[-1])
        await ann.presses("Talk to a human")
        await bot.quiet(ann)
        case = "\n".join(map(words, bot.slack.posted("C0HELP")))
        assert "my colleague has the same since Monday" in case


async def test_an_error_text_during_a_look_is_read_at_once(run, look):
    look.go_on.clear()
    async with run() as bot:
        ann = bot.person()
        await ann.command("smtp.example.com:587")
        await bot.slack.until(lambda: ann.messages)
        await ann.says("550 5.1.1 user unknown")
        look.go_on.set()
        assert (await bot.quiet(ann)).texts == ("550 5.1.1 user unknown",)


@pytest.mark.parametrize("text", ["help", "Thanks!", "ok", "never mind"])
async def test_cries_for_help_and_thanks_are_for_the_human_who_has_the_case(run, text):
    async with run(support_channel="C0HELP") as bot:
        bot.slack.channel("C0HELP")
        ann = bot.person()
        await ann.says("human")
        await bot.quiet(ann)
        before = len(ann.messages)
        await ann.says(text)
        await bot.quiet(ann)
        assert len(ann.messages) == before
        assert f"> {text}" in words(bot.slack.posted("C0HELP")[-1])


async def test_who_says_that_they_leave_is_left_alone(run):
    async with run() as bot:
        ann = bot.person()
        await ann.says("cancel")
        await bot.quiet(ann)
        assert "no open conversation" in words(ann.messages[-1])
        await ann.command()
        await bot.quiet(ann)
        await ann.says("Never mind")
        await ann.again()
        now = await bot.quiet(ann)
        assert now.status == "closed"
        assert [text for text in map(words, ann.messages) if "Ended, as you asked. Press Start" in text] != []
        assert await bot.store.timers(now.id) == ()
        await ann.presses("Start")
        await bot.quiet(ann)
        assert ASK in words(ann.messages[-1])


@pytest.mark.parametrize("word", ["never mind", "forget me"])
async def test_a_farewell_that_slack_delivers_once_more_meets_no_newer_conversation(run, word):
    async with run() as bot:
        ann, later = bot.person(), bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.says(word)
        await bot.quiet(ann)
        await later.command("smtp.example.com:587")
        now = await bot.quiet(later)
        await ann.again()
        await bot.quiet(ann)
        assert await bot.desk.current(ann.owner) == now


async def test_talk_under_an_advice_leaves_it_where_it_was(run, look):
    async with run() as bot:
        ann = bot.person()
        await ann.command("smtp.example.com:587")
        before = await bot.quiet(ann)
        look.causes = [Cause.UNKNOWN]
        await ann.says("I do not understand a word of that")
        now = await bot.quiet(ann)
        assert (now.step, now.trail, now.verdict) == (before.step, before.trail, before.verdict)
        seen = words(ann.messages[-1])
        assert "no cause in these words" in seen
        assert "outside its dates" in seen
        assert "I do not understand a word of that" in now.texts
        await ann.presses("Yes, that helped")
        assert (await bot.quiet(ann)).status == "solved"


async def test_talk_does_not_end_the_looking_again(run, look):
    look.causes = [Cause.SERVER_TEMPORARILY_UNAVAILABLE]
    async with run() as bot:
        ann = bot.person()
        await ann.command("smtp.example.com:587")
        await bot.quiet(ann)
        await ann.presses("Tell me when it works again")
        await bot.quiet(ann)
        await ann.says("ok I wait then")
        now = await bot.quiet(ann)
        assert [timer.name for timer in await bot.store.timers(now.id)] == ["watch", "idle"]
        assert "look again from time to time" in words(ann.messages[-1])
        assert now.texts == ("ok I wait then",)
