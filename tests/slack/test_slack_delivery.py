"""Slack's faults while steps are drawn: each is met, the step appears once, the last state is always drawn."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import fake_blocks
import pytest

from bot.front import Case
from bot.slack.calls import Bucket, Calls, Dropped
from bot.slack.faults import SlackFault, sentence
from bot.slack.notes import below, belows, in_place
from flows.screen import Kind, Progress, Screen


def words(message):
    return fake_blocks.texts(message["blocks"])


async def opened(bot):
    ann = bot.person()
    await ann.command("ann@example.com")
    await bot.quiet(ann)
    return ann


@pytest.mark.parametrize("fault", ["drop_after_accept", "drop", "server_error", "ratelimited:0"])
async def test_a_step_is_posted_once_whatever_becomes_of_the_answer(run, fault):
    async with run() as bot:
        bot.slack.fault("chat.postMessage", fault)
        ann = await opened(bot)
        assert len(ann.messages) == 1


@pytest.mark.parametrize("fault", ["drop_after_accept", "drop", "server_error", "ratelimited:0"])
async def test_an_answered_step_loses_its_buttons_whatever_becomes_of_the_answer(run, fault):
    async with run() as bot:
        ann = await opened(bot)
        bot.slack.fault("chat.update", fault)
        await ann.presses("I am not sure, please check")
        await bot.quiet(ann)
        assert fake_blocks.buttons(ann.messages[0]["blocks"]) == []
        assert len(ann.messages) == 2


async def test_a_step_posted_right_before_a_crash_is_found_and_not_posted_again(run, tmp_path):
    async with run() as bot:
        ann = await opened(bot)
        conversation = await bot.desk.current(ann.owner)
        # As a crash leaves it: the post was made, its place was not noted.
        await bot.desk.remember(conversation.id, {"ts": None, "revision": None})
        await bot.show(conversation, bot.desk.screen(conversation), doubt=True)
        assert len(ann.messages) == 1
        assert (await bot.desk.surface(conversation.id))["ts"] == ann.messages[0]["ts"]


async def test_showing_the_same_step_twice_posts_it_once(run):
    async with run() as bot:
        ann = await opened(bot)
        conversation = await bot.desk.current(ann.owner)
        for _ in range(2):
            await bot.show(conversation, bot.desk.screen(conversation))
        assert len(ann.messages) == 1


async def test_an_older_step_never_overwrites_a_newer_one(run):
    async with run() as bot:
        ann = await opened(bot)
        before = await bot.desk.current(ann.owner)
        await ann.presses("I am not sure, please check")
        await bot.quiet(ann)
        newest = words(ann.messages[-1])
        await bot.show(before, bot.desk.screen(before))
        assert words(ann.messages[-1]) == newest
        assert len(ann.messages) == 2


async def test_a_message_that_was_deleted_is_posted_anew(run):
    async with run() as bot:
        ann = await opened(bot)
        bot.slack.messages[ann.dm].clear()
        conversation = await bot.desk.current(ann.owner)
        await bot.show(conversation, bot.desk.screen(conversation))
        assert len(ann.messages) == 1


async def test_newer_blocks_are_given_up_at_the_first_refusal_for_the_life_of_the_process(run, look):
    async with run(blocks="new") as bot:
        ann = await opened(bot)
        conversation = await bot.desk.current(ann.owner)
        rows = (Progress("names", "Is the name there?", "running"),)
        screen = bot.desk.screen(conversation, rows)
        bot.slack.fault("chat.update", "invalid_blocks")
        await bot.show(conversation, screen)
        assert "plan" not in {block["type"] for block in ann.messages[-1]["blocks"]}
        calls = bot.slack.count("chat.update")
        await bot.show(conversation, screen)
        assert bot.slack.count("chat.update") == calls + 1


async def test_newer_blocks_are_used_where_they_are_asked_for(run):
    async with run(blocks="new") as bot:
        ann = await opened(bot)
        conversation = await bot.desk.current(ann.owner)
        screen = bot.desk.screen(conversation, (Progress("names", "Is the name there?", "good"),))
        await bot.show(conversation, screen)
        assert "plan" in {block["type"] for block in ann.messages[-1]["blocks"]}


async def test_what_is_written_while_a_step_is_drawn_brings_the_next_one_to_the_bottom(run):
    async with run() as bot:
        ann = await opened(bot)
        conversation = await bot.desk.current(ann.owner)
        screen = bot.desk.screen(conversation)
        for late in ("the first line", "the second line"):
            await bot.store.remember(conversation.id, below(late))
        async with bot.store.alone(conversation.id):
            drawing = await bot.store.drawing(conversation.id, "the test")
            await bot.store.remember(conversation.id, below("the third line"))
            shown = await bot.half.front.show(conversation, screen, notes=drawing.notes, doubt=False)
            await bot.store.done((), notes={conversation.id: shown.notes})
        kept = await bot.store.surface(conversation.id)
        assert belows(kept) == [*below("the third line")]
        assert not in_place(kept, conversation, screen)


async def test_progress_is_merged_to_the_newest_and_the_final_state_follows(run):
    async with run(between=0.3) as bot:
        ann = await opened(bot)
        conversation = await bot.desk.current(ann.owner)
        before = bot.slack.count("chat.update")
        for number in range(50):
            rows = (Progress("names", f"Check {number}", "running"),)
            await bot.half.front.progress(conversation, bot.desk.screen(conversation, rows))
            await asyncio.sleep(0)
        await bot.slack.until(lambda: "Check 49" in words(ann.messages[-1]))
        assert bot.slack.count("chat.update") - before <= 2


async def test_progress_that_slack_slows_down_is_dropped_and_the_step_still_comes(run, look):
    async with run() as bot:
        ann = await opened(bot)
        conversation = await bot.desk.current(ann.owner)
        bot.slack.fault("chat.update", "ratelimited:1")
        rows = (Progress("names", "Check", "running"),)
        await bot.half.front.progress(conversation, bot.desk.screen(conversation, rows))
        await bot.slack.until(lambda: bot.slack.count("chat.update") == 1)
        await ann.presses("I am not sure, please check")
        await bot.quiet(ann)
        assert "Which mail program" in words(ann.messages[-1])


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("channel_not_found", "does not know the channel"),
        ("not_in_channel", "/invite @SMTP Help"),
        ("is_archived", "archived"),
        ("missing_scope", "lacks the scope"),
        ("token_revoked", "was revoked"),
    ],
)
async def test_a_case_that_cannot_be_handed_over_is_said_in_a_plain_sentence(run, fault, said):
    async with run(support_channel="C0HELP") as bot:
        bot.slack.channel("C0HELP", joined=fault != "not_in_channel", archived=fault == "is_archived")
        ann = await opened(bot)
        case = Case((await bot.desk.current(ann.owner)).id, ann.owner, "No way out")
        if fault not in ("not_in_channel", "is_archived"):
            bot.slack.fault("chat.postMessage", fault)
        with pytest.raises(SlackFault, match=said):
            await bot.half.front.hand_over(await bot.desk.current(ann.owner), case)
        assert bot.slack.posted("C0HELP") == []


async def test_without_a_support_channel_it_is_said_plainly(run):
    async with run() as bot:
        ann = await opened(bot)
        await ann.presses("Talk to a human")
        await bot.quiet(ann)
        assert "No support channel is set up here" in words(ann.messages[-1])


async def test_a_case_is_handed_over_once_and_its_thread_goes_on_where_it_stopped(run):
    async with run(support_channel="C0HELP") as bot:
        bot.slack.channel("C0HELP")
        ann = await opened(bot)
        conversation = await bot.desk.current(ann.owner)
        case = Case(conversation.id, ann.owner, "No way out", texts=("one", "two"), transcript="S: 220 x")
        bot.slack.fault("chat.postMessage", "", "", "drop")
        with pytest.raises(SlackFault, match="did not answer"):
            await bot.half.front.hand_over(conversation, case)
        for _ in range(2):
            await bot.half.front.hand_over(conversation, case)
        head, *thread = bot.slack.posted("C0HELP")
        assert "thread_ts" not in head
        assert len(thread) == 3


async def test_a_case_that_was_posted_right_before_a_crash_is_found_and_not_posted_again(run):
    async with run(support_channel="C0HELP") as bot:
        bot.slack.channel("C0HELP")
        ann = await opened(bot)
        conversation = await bot.desk.current(ann.owner)
        case = Case(conversation.id, ann.owner, "No way out")
        bot.slack.fault("chat.postMessage", "drop_after_accept")
        with pytest.raises(SlackFault):
            await bot.half.front.hand_over(conversation, case)
        await bot.half.front.hand_over(conversation, case)
        assert len(bot.slack.posted("C0HELP")) == 1


async def test_a_case_posted_right_before_a_crash_is_found_in_a_channel_that_was_busy_meanwhile(run):
    async with run(support_channel="C0HELP") as bot:
        bot.slack.channel("C0HELP")
        ann = await opened(bot)
        conversation = await bot.desk.current(ann.owner)
        case = Case(conversation.id, ann.owner, "No way out", texts=("one", "two"), transcript="S: 220 x")
        bot.slack.fault("chat.postMessage", "drop_after_accept")
        with pytest.raises(SlackFault):
            await bot.half.front.hand_over(conversation, case)
        for number in range(250):
            await bot.half.front.calls("chat.postMessage", channel="C0HELP", text=f"{number}")
        bot.slack.fault("chat.postMessage", "", "drop_after_accept")
        for _ in range(2):
            with suppress(SlackFault):
                await bot.half.front.hand_over(conversation, case)
        ours = [m for m in bot.slack.posted("C0HELP") if m.get("metadata")]
        assert len(ours) == 4


async def test_a_case_that_may_have_been_posted_before_a_crash_says_that_it_may_be_a_copy(run):
    async with run(support_channel="C0HELP") as bot:
        bot.slack.fault("conversations.history", "missing_scope")
        bot.slack.channel("C0HELP")
        ann = await opened(bot)
        conversation = await bot.desk.current(ann.owner)
        case = Case(conversation.id, ann.owner, "No way out")
        bot.slack.fault("chat.postMessage", "drop_after_accept")
        with pytest.raises(SlackFault):
            await bot.half.front.hand_over(conversation, case)
        await bot.half.front.hand_over(conversation, case)
        first, second = bot.slack.posted("C0HELP")
        assert "second copy" not in words(first)
        assert "second copy" in words(second)


async def test_a_passing_fault_of_the_support_channel_is_tried_again_by_the_desk(run):
    async with run(support_channel="C0HELP") as bot:
        bot.slack.channel("C0HELP")
        ann = await opened(bot)
        bot.slack.fault("chat.postMessage", "", "server_error")
        await ann.presses("Talk to a human")
        await bot.quiet(ann)
        assert bot.slack.posted("C0HELP")
        assert "with the support team" in words(ann.messages[-1])


async def test_a_direct_message_that_cannot_be_opened_keeps_the_conversation(run):
    async with run() as bot:
        bot.slack.fault("conversations.open", "user_disabled")
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        assert ann.messages == []
        _, ack = await ann.command()
        assert "direct message" in ack["text"]
        await bot.quiet(ann)
        assert len(ann.messages) == 1


def test_a_bucket_gives_its_burst_and_then_one_token_at_a_time():
    bucket = Bucket(60, now=0.0)
    assert [bucket.wait(0.0) for _ in range(60)] == [0.0] * 60
    assert bucket.wait(0.0) == pytest.approx(1.0)
    assert bucket.wait(1.0) == 0.0


def test_whoever_waits_for_a_budget_waits_once_and_in_order():
    bucket = Bucket(60, now=0.0)
    assert [bucket.reserve(0.0) for _ in range(63)] == [*[0.0] * 60, *map(pytest.approx, (1.0, 2.0, 3.0))]
    assert not bucket.ready(2.0)
    assert bucket.reserve(10.0) == 0.0


def test_a_pause_ends_without_a_burst():
    bucket = Bucket(60, now=0.0)
    bucket.shut(0.0, 5.0)
    assert bucket.reserve(0.0) == 5.0
    assert not bucket.ready(4.9)
    assert bucket.reserve(5.0) == 0.0
    for _ in range(4):
        bucket.reserve(5.0)
    assert bucket.reserve(5.0) == pytest.approx(2.0)


def test_progress_leaves_a_part_of_the_budget_to_what_must_be_delivered():
    bucket = Bucket(60, now=0.0)
    taken = 0
    while bucket.wait(0.0, kept=0.4) == 0.0:
        taken += 1
    assert taken == 36
    assert bucket.wait(0.0) == 0.0


async def test_a_call_without_budget_waits_and_one_that_may_be_dropped_does_not(run):
    async with run() as bot:
        calls = Calls(bot.half._client, {"conversations.open": 1})
        await calls("conversations.open", users=bot.person().user)
        with pytest.raises(Dropped):
            await calls("conversations.open", may_drop=True, users="U0ANN")


async def test_a_429_closes_the_method_for_all_until_slack_opens_it(run):
    async with run() as bot:
        person = bot.person()
        calls = Calls(bot.half._client)
        bot.slack.fault("conversations.open", "ratelimited:1")
        with pytest.raises(Dropped):
            await calls("conversations.open", may_drop=True, users=person.user)
        with pytest.raises(Dropped):
            await calls("conversations.open", may_drop=True, users=person.user)
        assert bot.slack.count("conversations.open") == 1
        assert (await calls("conversations.open", users=person.user))["channel"]["id"] == person.dm


def test_every_fault_is_a_sentence_with_what_to_do():
    assert sentence("missing_scope", needed="im:write").startswith("The Slack app lacks the scope im:write.")
    assert sentence("odd_error", "chat.update") == "Slack refused with “odd_error”. [chat.update: odd_error]"


async def test_a_closed_conversation_is_shrunk_and_nothing_is_posted_for_it(run):
    async with run() as bot:
        ann = await opened(bot)
        await ann.command("bob@example.com")
        await bot.quiet(ann)
        for each in await bot.desk.recent(ann.owner):
            await bot.desk.settled(each.id)
        old, new = ann.messages
        assert fake_blocks.buttons(old["blocks"]) == []
        assert fake_blocks.buttons(new["blocks"])


async def test_a_screen_of_another_kind_at_the_same_step_is_drawn_in_place(run):
    async with run() as bot:
        ann = await opened(bot)
        conversation = await bot.desk.current(ann.owner)
        screen = Screen(conversation.id, conversation.revision, conversation.step, Kind.HANDED, "With a human")
        await bot.show(conversation, screen)
        assert "With a human" in words(ann.messages[-1])
        assert len(ann.messages) == 1
