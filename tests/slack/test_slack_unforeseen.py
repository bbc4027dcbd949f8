"""What people do that no page foresees: forms handed in once more, messages taken back, too many files."""

from __future__ import annotations

import fake_blocks

from probes.causes import Cause

CHANNEL, DAY = "C0HELP", 86400


def words(message):
    return fake_blocks.texts(message["blocks"])


async def at_the_form(bot):
    """Ann opened her form; returns her and the form."""
    ann = bot.person()
    await ann.command()
    await bot.quiet(ann)
    for label in ("It hangs or stays in the outbox", "Thunderbird", "Fill in the form"):
        await ann.presses(label)
        await bot.quiet(ann)
    return ann, next(reversed(bot.slack.views.values()))


async def test_a_form_that_was_refused_is_refused_as_often_as_it_is_handed_in(run):
    async with run() as bot:
        ann, view = await at_the_form(bot)
        await ann.submits(view, server="smtp.example.com", port="587")
        await bot.quiet(ann)
        for _ in range(3):
            _, answer = await ann.submits(view, server="smtp.example.com", port="465")
            assert "Nothing was sent" in str(answer["errors"])
        _, answer = await ann.submits(view, server="smtp.example.com", port="587")
        assert answer == ""  # that one was taken, and came once more
        await ann.command("forget me")
        for _ in range(2):
            _, answer = await ann.submits(view, server="smtp.example.com", port="25")
            assert "I do not have this conversation any more" in fake_blocks.texts(answer["view"]["blocks"])


async def test_the_shortcut_on_a_message_of_the_bots_own_ends_no_conversation(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command("ann@example.com")
        before = await bot.quiet(ann)
        own = ann.messages[-1]
        await ann.explains(own["text"], ann.dm, bot_id=own["bot_id"], user=own["user"])
        assert await bot.quiet(ann) == before
        assert len(await bot.desk.recent(ann.owner)) == 1
        assert "my own words" in words(bot.slack.ephemerals[-1])


async def test_of_many_files_it_is_said_once_which_are_not_read(run):
    async with run() as bot:
        ann = bot.person()
        files = [bot.slack.file(f"error {n}.txt", b"550 5.1.1 User unknown", "text/plain") for n in range(7)]
        await ann.says("", files=files)
        await ann.again()
        now = await bot.quiet(ann)
        assert len(now.texts) == 5
        said = [words(each) for each in ann.messages if "You sent 7 files" in words(each)]
        assert ["error 5.txt, error 6.txt" in each for each in said] == [True]


async def test_a_file_that_is_taken_back_and_words_that_are_emptied_are_told_to_the_other_side(run):
    async with run(support_channel=CHANNEL) as bot:
        bot.slack.channel(CHANNEL)
        ann = bot.person()
        await ann.says("human")
        await bot.quiet(ann)
        picture = bot.slack.file("my screen.png", b"png", "image/png")
        await ann.says("", files=[picture])
        await bot.quiet(ann)
        sent = max(ts for ts, each in bot.slack.messages[ann.dm].items() if each["user"] == ann.user)
        bot.slack.messages[ann.dm][sent]["files"] = [picture]  # as Slack keeps it
        await ann.edits("this is Bob's", ann.dm, sent)
        await bot.quiet(ann)
        assert "Corrected: this is Bob's" in words(bot.slack.posted(CHANNEL)[-1])
        await ann.edits("", ann.dm, sent)
        await bot.quiet(ann)
        assert "this is Bob's\" It no longer counts" in words(bot.slack.posted(CHANNEL)[-1])
        await ann.deletes(ann.dm, sent)
        await bot.quiet(ann)
        assert 'deleted what I wrote here: "my screen.png"' in words(bot.slack.posted(CHANNEL)[-1])


async def test_where_no_support_channel_is_set_up_nobody_is_said_to_read_along(run):
    async with run() as bot:
        ann = bot.person()
        await ann.says("human")
        await bot.quiet(ann)
        for text in ("it began on Monday", "hello?"):
            await ann.says(text)
            now = await bot.quiet(ann)
        assert now.texts == ("it began on Monday", "hello?")
        assert ["Nobody reads this" in words(each) for each in ann.messages].count(True) == 1
        assert now.id in words(ann.messages[-1])
        for text in ("status", ""):
            _, ack = await ann.command(text)
            assert "has not reached a human yet" in ack["text"]


async def test_a_case_that_waits_for_its_channel_is_not_said_to_be_with_a_human(run):
    async with run(support_channel=CHANNEL) as bot:
        bot.slack.channel(CHANNEL, archived=True)
        ann = bot.person()
        await ann.says("human")
        await bot.quiet(ann)
        _, ack = await ann.command("status")
        assert "has not reached a human yet" in ack["text"]
        bot.slack.channel(CHANNEL)
        await bot.later(ann, 60)
        _, ack = await ann.command("status")
        assert "A human has your case" in ack["text"]


async def test_after_weeks_in_which_nothing_ran_whoever_is_reminded_has_a_day_to_answer(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
    bot.slack.moved += 30 * DAY
    async with run() as bot:
        ann.push = bot.push
        await bot.later(ann, 0)
        assert "Shall we go on?" in words(ann.messages[-1])
        assert (await bot.later(ann, 60)).status == "open"
        assert (await bot.later(ann, DAY)).status == "closed"


async def test_who_starts_anew_while_it_is_looked_again_hears_that_this_ends(run, look):
    look.causes = [Cause.SERVER_TEMPORARILY_UNAVAILABLE]
    async with run() as bot:
        ann = bot.person()
        await ann.command("smtp.example.com:587")
        await bot.quiet(ann)
        await ann.presses("Tell me when it works again")
        await bot.quiet(ann)
        _, ack = await ann.command()
        assert "Starting anew ends that" in ack["text"]
        await ann.presses("Start anew", {"channel": "C0TALK", "blocks": ack["blocks"]})
        await bot.quiet(ann)
        assert any("I look no more whether it works again" in words(each) for each in ann.messages)


async def test_what_was_asked_to_be_forgotten_stands_nowhere_as_if_it_went_on(run, look):
    look.go_on.clear()
    async with run() as bot:
        ann = bot.person()
        await ann.command("smtp.example.com")
        await bot.slack.until(lambda: ann.messages and "Does the server" in words(ann.messages[-1]))  # noted, too
        await ann.command("forget me")
        await bot.half.listeners.replies.settled()
        assert await bot.quiet(ann) is None  # and no look waits for its end
        assert [(words(each), fake_blocks.buttons(each["blocks"])) for each in ann.messages] == [
            ("I am looking at your mail server.  *Deleted, as you asked.*", [])
        ]


async def test_a_long_story_does_not_end_a_look(run, look):
    look.go_on.clear()
    async with run() as bot:
        ann = bot.person()
        await ann.command("smtp.example.com")
        await bot.slack.until(lambda: ann.messages)
        story = "my colleague has had the same trouble since we all moved to the new building last week"
        await ann.says(story)
        look.go_on.set()
        now = await bot.quiet(ann)
        assert (look.began, now.texts, now.verdict.cause) == (1, (story,), "certificate_expired")


async def test_app_home_calls_it_starting_anew_where_something_is_open(run):
    async with run() as bot:
        ann = bot.person()
        for labels in (["Start"], ["Go on", "Start anew"]):
            await ann.opens_home()
            await bot.half.listeners.replies.settled()
            shown = fake_blocks.buttons(bot.slack.homes[ann.user]["blocks"])
            assert [element["text"]["text"] for _, element in shown] == labels
            await ann.command()
            await bot.quiet(ann)
