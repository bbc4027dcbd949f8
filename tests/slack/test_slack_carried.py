"""Words between a person and their helpdesk: all of them arrive, and nobody writes to somebody who does not hear it."""

from __future__ import annotations

import fake_blocks
import pytest
from handed_case import CHANNEL, asking, handed, head, thread, words
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.carried import MOST_PARTS, said
from bot.slack.text import plain


def quoted(messages):
    """Return what the quotations and the code of these messages say, put together."""
    pieces = []
    for each in messages:
        for block in each.blocks[1:]:
            if block["type"] == "section":
                lines = block["text"]["text"].split("\n")
                pieces.append("\n".join(line.removeprefix(">").removeprefix(" ") for line in lines))
            elif block["type"] == "rich_text":
                pieces.append(block["elements"][0]["elements"][0]["text"])
    text = "\n".join(pieces)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=9000))
def test_nothing_of_what_was_written_is_lost_and_all_of_it_fits(text):
    messages = said("slack:T0HOME:U0IT", "from_human", text, links=True)
    for each in messages:
        assert fake_blocks.refused(each.blocks) == []
    kept = quoted(messages)
    for letter in {each for each in text if plain(each).strip() and each not in "`<>"}:
        assert kept.count(letter) >= text.count(letter)


def test_what_is_longer_than_all_messages_together_is_counted():
    messages = said("slack:T0HOME:U0IT", "from_human", "a line of help\n" * 4000)
    assert len(messages) == MOST_PARTS
    assert "more characters are left out" in words({"blocks": messages[-1].blocks})
    assert "part 2 of" in messages[1].text


def test_code_formats_and_links_look_as_they_were_meant_and_nobody_is_called():
    text = "*bold* :smile: see https://wiki.example.com/a?b=1&c=2.\n```\nport <465>\n```\n<!channel> <@U0BOSS> & more"
    (message,) = said("slack:T0HOME:U0IT", "from_human", text, links=True)
    drawn = words({"blocks": message.blocks})
    assert "> *bold* :smile: see <https://wiki.example.com/a?b=1&amp;c=2>." in drawn
    assert "> &lt;!channel&gt; &lt;@U0BOSS&gt; &amp; more" in drawn
    assert [block["type"] for block in message.blocks] == ["section", "section", "rich_text", "section"]
    (plain,) = said("slack:T0HOME:U0ANN", "from_person", "see https://evil.example/ and ``` alone")
    assert "> see https://evil.example/ and ``` alone" in words({"blocks": plain.blocks})


@pytest.mark.parametrize("end", ["", ".", ",", "?)", "'", "!\n", " "])
def test_an_address_is_pressed_without_the_sign_that_ends_its_sentence(end):
    for address in ("https://wiki.example.com/?a=1&b=2&", "https://wiki.example.com/x;y"):
        (message,) = said("slack:T0HOME:U0IT", "from_human", f"see {address}{end}", links=True)
        drawn = words({"blocks": message.blocks})
        assert f"> see <{address.replace('&', '&amp;')}>{end}".strip() in drawn


async def test_a_long_answer_arrives_whole_and_once_whatever_becomes_of_slacks_answers(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        before = len(ann.messages)
        bot.slack.fault("chat.postMessage", "", "drop_after_accept", "server_error", "")
        lines = [f"{number}. Press the button with number {number}, and wait." for number in range(200)]
        await ina.writes("\n".join(lines), CHANNEL, case["ts"])
        await bot.quiet(ann)
        came = "\n".join(map(words, ann.messages[before:]))
        assert [came.count(line) for line in lines] == [1] * 200


async def test_words_after_a_resolution_reach_the_human_and_the_question_stays_the_last_thing_seen(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        await ina.presses("Resolve", head(bot))
        await bot.quiet(ann)
        await ann.says("Thank you so much, it works now")
        await bot.quiet(ann)
        assert "it works now" in thread(bot)[-1]
        assert "passed that on" in words(ann.messages[-1])
        assert "Did that help?" in words(ann.messages[-1])
        picture = bot.slack.file("settings.png", b"png", "image/png")
        await ann.says("", files=[picture])
        await bot.quiet(ann)
        assert picture["permalink"] in thread(bot)[-1]
        assert "Did that help?" in words(ann.messages[-1])
        bot.slack.ephemerals.clear()
        await ina.writes("Fine. Which version is it?", CHANNEL, case["ts"])
        await bot.quiet(ann)
        assert bot.slack.ephemerals == []  # the answer comes back
        await ann.says("Version 16")
        await bot.quiet(ann)
        assert "Version 16" in thread(bot)[-1]
        await ann.says("yes")
        now = await bot.quiet(ann)
        assert (now.status, await bot.store.helped(now.id)) == ("solved", {"human": "helped"})


async def test_who_writes_to_somebody_that_went_on_with_the_bot_hears_that_no_answer_comes_back(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        await ann.presses("Back")
        await bot.quiet(ann)
        await ina.writes("Still there?", CHANNEL, case["ts"])
        await ina.again()
        await bot.quiet(ann)
        assert "Still there?" in words(ann.messages[-1])
        assert ["press Reopen" in each["text"] for each in bot.slack.ephemerals] == [True]


async def test_a_question_about_a_resolved_case_opens_it_again_so_that_its_answer_comes_back(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, _ = await handed(bot)
        await ina.presses("Resolve", head(bot))
        await bot.quiet(ann)
        for _ in range(9):
            await bot.later(ann, 86400)
        view = await asking(bot, ina)
        await ina.submits(view, question="Does it still work?")
        await ina.again()
        await bot.quiet(ann)
        assert "took your case up again" in "".join(map(words, ann.messages))
        assert ["Does it still work?" in words(each) for each in ann.messages].count(True) == 1
        assert "Open." in words(head(bot))
        assert not any("You asked for a human" in words(each) for each in ann.messages[1:])
        await ann.says("No, it does not")
        await bot.quiet(ann)
        assert "No, it does not" in thread(bot)[-1]


async def test_a_reminder_of_a_resolved_case_asks_whether_it_helped(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, _ = await handed(bot)
        await ina.presses("Resolve", head(bot))
        await bot.quiet(ann)
        await bot.later(ann, 86401)
        assert words(ann.messages[-1]).startswith("Yesterday your helpdesk marked your case as solved. Did that help?")


async def test_what_the_person_writes_into_the_thread_of_their_own_case_is_not_sent_to_them(run):
    async with run(support_channel=CHANNEL) as bot:
        ann, _, case = await handed(bot)
        before = len(ann.messages)
        await ann.writes("I am here, too", CHANNEL, case["ts"])
        await bot.quiet(ann)
        assert (len(ann.messages), bot.slack.ephemerals) == (before, [])


async def test_a_mention_in_a_cases_thread_is_a_word_like_others(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        await ina.writes("<@U0SMTPBOT> is port 465 open for <@U0ANN>?", CHANNEL, case["ts"])
        await ina.mentions("is port 465 open?", CHANNEL, thread_ts=case["ts"])
        await bot.quiet(ann)
        assert "> is port 465 open for @Ann?" in words(ann.messages[-1])
        assert bot.slack.ephemerals == []


@pytest.mark.parametrize("by", ["the person", "retention"])
async def test_who_writes_into_the_thread_of_a_case_that_is_deleted_hears_that_nobody_gets_it(run, by):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        if by == "the person":
            await ann.command("forget me")
        else:
            await bot.store.forget(ann.owner)
        await bot.quiet(ann)
        deleted = "had everything deleted" in words(head(bot))
        assert deleted is (by == "the person")
        assert bool(fake_blocks.buttons(head(bot)["blocks"])) is not deleted
        before = len(ann.messages)
        await ina.writes("Try port 465", CHANNEL, case["ts"], parent_user_id="U0SMTPBOT")
        await ina.again()
        await bot.quiet(ann)
        assert len(ann.messages) == before
        assert ["reached nobody" in each["text"] for each in bot.slack.ephemerals] == [True]
        await ina.writes("Talk of others", CHANNEL, "1.1", parent_user_id="U0BOB")
        assert len(bot.slack.ephemerals) == 1


async def test_the_buttons_under_a_case_work_whatever_was_written_since(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        shown = dict(ann.messages[-1])
        await ann.says("one")
        await ina.writes("two", CHANNEL, case["ts"])
        await ann.says("three")
        await bot.quiet(ann)
        await ann.presses("Back", shown)
        assert (await bot.quiet(ann)).status == "open"
        assert bot.slack.ephemerals == []
        assert "You went back." in words(bot.slack.messages[ann.dm][shown["ts"]])
        await ann.presses("Talk to a human")
        await bot.quiet(ann)
        await ann.presses("Back", shown)  # it is of the time before
        assert (await bot.quiet(ann)).status == "handed"


@pytest.mark.parametrize("change", ["deletes", "edits"])
async def test_what_hung_at_a_message_is_not_carried_again_with_its_correction(run, change):
    async with run(support_channel=CHANNEL) as bot:
        ann, _, _ = await handed(bot)
        file = bot.slack.file("error.png", b"png", "image/png")
        await ann.says("see below", attachments=[{"is_share": True, "text": "error 17", "files": [file]}])
        await bot.quiet(ann)
        (mine,) = [each for each in bot.slack.messages[ann.dm].values() if each["text"] == "see below"]
        mine["attachments"] = [{"is_share": True, "text": "error 17", "files": [file]}]
        before = thread(bot)
        await (ann.deletes(ann.dm, mine["ts"]) if change == "deletes" else ann.edits("see above", ann.dm, mine["ts"]))
        await bot.quiet(ann)
        (came,) = thread(bot)[len(before) :]
        assert "see" in came
        assert "error 17" not in came


async def test_what_is_said_of_a_case_stands_below_what_was_written_last(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        await ina.writes("I look into it", CHANNEL, case["ts"])
        await bot.quiet(ann)
        await ina.presses("Claim", head(bot))
        await bot.quiet(ann)
        assert "has your case now" in words(ann.messages[-1])
        assert sum(any(fake_blocks.buttons(each["blocks"])) for each in ann.messages) == 1


async def test_after_a_change_of_the_support_channel_an_old_case_goes_on_in_the_new_one(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, _, _ = await handed(bot)
        bot.slack.channel(CHANNEL, archived=True)
    async with run(support_channel="C0NEW", admins=("U0IT",)) as bot:
        bot.slack.channel("C0NEW")
        ann.push = bot.push
        await ann.says("Is anybody there?")
        await bot.quiet(ann)
        case, carried = bot.slack.posted("C0NEW")
        assert "Is anybody there?" in words(carried)
        ina = bot.person("U0IT")
        await ina.writes("Yes", "C0NEW", case["ts"])
        await ina.presses("Claim", {**case, "channel": "C0NEW"})
        await bot.quiet(ann)
        assert "> Yes" in "\n".join(map(words, ann.messages))
        assert "Claimed* by <@U0IT>" in words(bot.slack.posted("C0NEW")[0])


async def test_app_home_says_that_more_cases_wait_than_it_shows(run, monkeypatch):
    monkeypatch.setattr("bot.slack.home.MOST_WAITING", 2)
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        bot.slack.channel(CHANNEL)
        ina = bot.person("U0IT")
        for number in range(3):
            person = bot.person(f"U0P{number}")
            await person.says("human")
            await bot.quiet(person)
            await ina.opens_home()
            await bot.half.listeners.replies.settled()
            seen = words(bot.slack.homes["U0IT"])
            assert ("more wait" in seen, seen.count("<@U0P")) == (number == 2, min(number + 1, 2))


async def test_who_writes_a_password_hears_that_it_was_left_out_on_either_side(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        await ina.writes("Your new password: hunter2, see https://it:hunter2@wiki.example.com", CHANNEL, case["ts"])
        await bot.quiet(ann)
        assert "Your new password: [removed]" in words(ann.messages[-1])
        assert ["left out what looked like a password" in each["text"] for each in bot.slack.ephemerals] == [True]
        view = await asking(bot, ina)
        _, answer = await ina.submits(view, question="   ")
        assert "write your question" in "".join(answer["errors"].values())
        await ina.submits(view, question="Is your password: hunter2?")
        await bot.quiet(ann)
        assert len(bot.slack.ephemerals) == 2
        await ann.says("No, it is password: hunter2")
        await bot.quiet(ann)
        assert "took out what looked like a password" in words(ann.messages[-1])
        assert fake_blocks.buttons(ann.messages[-1]["blocks"])
        everything = str([bot.slack.messages[CHANNEL], ann.messages])
        assert everything.count("hunter2") == 2  # what Ina typed into the thread herself
        said_by_the_bot = len(ann.messages)
        await ann.says("At home")
        await bot.quiet(ann)
        assert len(ann.messages) == said_by_the_bot
